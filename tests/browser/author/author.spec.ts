/** An author who knows nothing of XML writes an item of each kind, on a product of its own. */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { PASSWORD, Product } from "../product.ts";

const product = new Product(7520);
const MOMENT = "2026-11-24 13:35:00";
let page: Page;
const said: string[] = [];

test.beforeAll(async ({ browser }) => {
  await product.start(MOMENT);
  const context = await browser.newContext({
    baseURL: product.url,
    locale: "nl-BE",
    timezoneId: "Europe/Brussels",
    permissions: ["microphone"],
  });
  const answer = await context.request.post("/api/session", {
    headers: { "X-IJkpunt": "1" },
    data: { username: "auteur.atlas", password: PASSWORD },
  });
  expect(answer.ok()).toBe(true);
  page = await context.newPage();
  page.on("pageerror", (error) => said.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error")
      said.push(`${message.text()} ${message.location().url}`);
  });
});
test.afterAll(async () => {
  await product.remove();
});
test.afterEach(() => {
  expect(said.splice(0)).toEqual([]);
});

const field = (name: string | RegExp) => page.getByRole("textbox", { name });

async function fill(name: string | RegExp, words: string): Promise<void> {
  const box = field(name).first();
  await box.click();
  await page.keyboard.press("Control+a");
  await page.keyboard.type(words);
}

/** From the list of items to the editor of a new one. */
async function begin(type: string, title: string): Promise<void> {
  await page.goto("/author/");
  await page.getByRole("link", { name: "Nieuw item" }).click();
  await field("Titel in de itembank").fill(title);
  await page.getByRole("radio", { name: new RegExp(`^${type}`) }).check();
  await page.getByRole("button", { name: "Item maken" }).click();
  await expect(
    page.getByRole("heading", { name: `Bewerken: ${title}` }),
  ).toBeVisible();
}

const screen = () =>
  page.getByRole("group", { name: "Zoals de kandidaat het ziet" });
/** Nothing is left to look at, and the screen shows what was written last. */
async function whole(shows: string): Promise<void> {
  await expect(page.getByText("Niets meer")).toBeVisible();
  await expect(screen().getByText(shows).first()).toBeVisible();
}
async function earns(score: string, because?: string | RegExp): Promise<void> {
  await page.getByRole("button", { name: "Verbeter dit antwoord" }).click();
  await expect(page.getByText(score, { exact: true })).toBeVisible();
  if (because) await expect(page.getByText(because).first()).toBeVisible();
}
async function keep(): Promise<void> {
  await page.getByRole("button", { name: "Bewaren en laten nakijken" }).click();
  await expect(page.getByText("in nazicht").first()).toBeVisible();
}

test("a choice, with bold words, a step back, a tried answer in words, and sent to review", async () => {
  await begin("Eén antwoord kiezen", "Wat koopt Samira?");
  await fill("Tekst", "Samira gaat naar de winkel.");
  await page.keyboard.press("Control+a");
  await page.getByRole("button", { name: "Vet" }).first().click();
  await expect(
    page.getByText("Er is nog geen juist antwoord").first(),
  ).toBeVisible();
  const words = ["melk", "brood", "kaas", "rijst"];
  for (const [n, word] of words.entries()) await fill(`Keuze ${n + 1}`, word);
  await page.getByRole("radio", { name: "juist" }).first().check();
  await whole("kaas");
  await expect(screen().locator("strong")).toHaveText(
    "Samira gaat naar de winkel.",
  );

  await page.getByRole("button", { name: "Nummer 4 weghalen" }).click();
  await expect(field("Keuze 4")).toHaveCount(0);
  await page.waitForTimeout(600);
  await page.getByRole("button", { name: "Ongedaan maken" }).click();
  await expect(field("Keuze 4")).toHaveText("rijst");

  await screen().getByText("brood").click();
  await earns(
    "0 van 1",
    "Het antwoord “brood” is niet juist; juist is “melk”.",
  );
  await screen().getByText("melk").click();
  await earns("1 van 1", "Het antwoord “melk” is juist.");
  // The picture of the screen is drawn smaller than life; the gallery looks at its controls at their own size.
  const found = await new AxeBuilder({ page })
    .exclude(".screen")
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  expect(
    found.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`,
    ),
  ).toEqual([]);
  for (const width of [390, 640]) {
    await page.setViewportSize({ width, height: 800 });
    expect(
      await page.evaluate(
        () => document.documentElement.scrollWidth - innerWidth,
      ),
    ).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await keep();
});

test("several answers, with points for each", async () => {
  await begin("Meer dan één antwoord kiezen", "Wat is fruit?");
  await fill("Tekst", "Kies al het fruit.");
  for (const [n, word] of ["appel", "peer", "brood", "melk", "kaas"].entries())
    await fill(`Keuze ${n + 1}`, word);
  for (const n of [0, 1])
    await page.getByRole("checkbox", { name: "juist" }).nth(n).check();
  await page.getByRole("radio", { name: /^Punten per antwoord/ }).check();
  await page.getByRole("spinbutton", { name: "Punten" }).nth(2).fill("-1");
  await whole("peer");
  await screen().getByText("appel").click();
  await earns("1 van 2", /“appel” levert 1 op/);
  await screen().getByText("brood").click();
  await earns("0 van 2", /levert 0 op/);
  await keep();
});

test("a list and a field in a sentence", async () => {
  await begin("Kiezen in de zin", "Ik ___ naar school.");
  for (const [n, word] of ["ga", "gaat", "gaan"].entries())
    await fill(`Keuze ${n + 1}`, word);
  await page.getByRole("radio", { name: "juist" }).first().check();
  await whole("Ik ___ naar school.");
  await screen().getByRole("combobox").selectOption({ label: "ga" });
  await earns("1 van 1", "Het antwoord “ga” is juist.");
  await keep();

  await begin("Iets invullen", "Hoofdstad van België?");
  await field(/Juist antwoord 1/).fill("Brussel");
  await page
    .getByRole("button", { name: "Nog een antwoord goed rekenen" })
    .click();
  await field(/Juist antwoord 2/).fill("Bruxelles");
  await whole("Hoofdstad van België?");
  await screen().getByRole("textbox").fill("bruxelles");
  await earns("1 van 1");
  await keep();
});

test("words in gaps, a table of pairs, an order, words to click", async () => {
  await begin("Woorden in een zin zetten", "Maak de zin af.");
  await fill(/^Tekst$/, "Lees goed.");
  await fill("Zin of tekst met lege plaatsen", "Ik drink ");
  await page.getByRole("button", { name: "Lege plaats invoegen" }).click();
  for (const [n, word] of ["melk", "brood", "kaas", "rijst"].entries())
    await fill(`Woord ${n + 1}`, word);
  await page
    .getByRole("checkbox", { name: "melk hoort bij lege plaats 1" })
    .check();
  await whole("Ik drink");
  await screen().getByRole("combobox").selectOption({ label: "melk" });
  await earns("1 van 1", "melk → lege plaats 1");
  await keep();

  await begin("Verbinden in een tabel", "Wat hoort bij elkaar?");
  await fill("Tekst", "Lees goed.");
  for (const [n, word] of ["hond", "kat", "koe"].entries())
    await fill(`Rij ${n + 1}`, word);
  for (const [n, word] of ["blaft", "miauwt", "loeit"].entries())
    await fill(`Kolom ${n + 1}`, word);
  for (const pair of ["hond hoort bij blaft", "kat hoort bij miauwt"])
    await page.getByRole("checkbox", { name: pair }).check();
  await whole("miauwt");
  await keep();

  await begin("In volgorde zetten", "Hoe zet je koffie?");
  await fill("Tekst", "Zet in volgorde.");
  for (const [n, word] of ["water", "koffie", "wachten", "drinken"].entries())
    await fill(`Stap ${n + 1}`, word);
  await whole("wachten");
  await keep();

  await begin("Woorden aanklikken", "Klik het werkwoord aan.");
  await fill(/^Tekst$/, "Lees goed.");
  await fill("Tekst met aanklikbare woorden", "loopt");
  await page.keyboard.press("Control+a");
  await page.getByRole("button", { name: "Maak selectie aanklikbaar" }).click();
  await page.getByRole("checkbox", { name: "loopt" }).check();
  await whole("loopt");
  await screen().getByRole("button", { name: "loopt" }).click();
  await earns("1 van 1");
  await keep();
});

test("sound from a file and from the microphone, writing, and speaking", async () => {
  await begin("Luisteren en kiezen", "Wat hoort u?");
  const sound = await page.request.get("/api/items?skill=listening");
  const [first] = ((await sound.json()) as { items: { version_id: string }[] })
    .items;
  const opened = await page.request.get(
    `/api/item-versions/${first?.version_id}/draft`,
  );
  const media = ((await opened.json()) as { media: Record<string, string> })
    .media;
  const file = await page.request.get(
    `/api/item-media/${Object.values(media)[0]}`,
  );
  await page
    .getByLabel("Geluidsbestand kiezen", { exact: true })
    .last()
    .setInputFiles({
      name: "geheim antwoord.opus",
      mimeType: "audio/ogg",
      buffer: await file.body(),
    });
  await expect(page.getByLabel("De opname beluisteren")).toBeVisible();
  await page.getByRole("button", { name: "Nu opnemen" }).click();
  await page.waitForTimeout(1200);
  await page.getByRole("button", { name: "Opname stoppen" }).click();
  await expect(page.getByLabel("De opname beluisteren")).toHaveAttribute(
    "src",
    /item-media/,
  );
  await field(/Wat er gezegd wordt/).fill("Een bel.");
  for (const [n, word] of ["een bel", "een hond", "regen", "wind"].entries())
    await fill(`Keuze ${n + 1}`, word);
  await page.getByRole("radio", { name: "juist" }).first().check();
  await whole("regen");
  await keep();

  await begin("Een tekst schrijven", "Schrijf een mail.");
  await fill("Tekst", "Uw buur is ziek.");
  await page.getByRole("spinbutton", { name: /Minstens/ }).fill("40");
  await whole("Uw buur is ziek.");
  await keep();

  await begin("Spreken", "Vertel over uw werk.");
  await fill("Tekst", "U hebt 15 seconden bedenktijd.");
  await whole("U hebt 15 seconden bedenktijd.");
  await keep();
});

test("what is written stays in the browser, a colleague who was first is told, and other kinds are refused with the reason", async () => {
  await begin("Eén antwoord kiezen", "Van twee auteurs");
  const address = page.url();
  await fill("Tekst", "Eerste zin.");
  await expect(page.getByText(/In deze browser bewaard/)).toBeVisible();
  await page.reload();
  await page.getByRole("button", { name: "Daarmee verdergaan" }).click();
  await expect(field("Tekst")).toHaveText("Eerste zin.");

  const id = /items\/([^/]+)\/edit/.exec(address)?.[1] ?? "";
  const item = (await (await page.request.get(`/api/items/${id}`)).json()) as {
    versions: { id: string; qti: string; title: string }[];
  };
  const [version] = item.versions;
  const other = await page.request.post(
    `/api/item-versions/${version?.id}/revisions`,
    {
      headers: { "X-IJkpunt": "1" },
      data: {
        title: "Van een collega",
        level: null,
        topic: null,
        qti: version?.qti
          .replace(
            "<qti-item-body>",
            '<qti-item-body><qti-slider-interaction response-identifier="S" lower-bound="0" upper-bound="9"/>',
          )
          .replace(
            "<qti-outcome-declaration",
            '<qti-response-declaration identifier="S" cardinality="single" base-type="integer"/><qti-outcome-declaration',
          ),
      },
    },
  );
  expect(other.ok(), await other.text()).toBe(true);
  await page.getByRole("button", { name: "Bewaren als nieuwe versie" }).click();
  await expect(page.getByText("Iemand anders bewaarde intussen")).toBeVisible();
  said.splice(0);

  await page.reload();
  await expect(
    page.getByText("Een vraagvorm die hier of op deze plaats niet kan"),
  ).toBeVisible();
  await page.getByRole("link", { name: "Naar het item en zijn bron" }).click();
  await expect(
    page.getByText(/slider-interaction> has no accessible control yet/),
  ).toBeVisible();
});
