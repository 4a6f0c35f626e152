/**
 * The whole journey of one candidate, from the desk to the trajectory, as the people in front of the screens do it: the real
 * product, its real recordings and a real microphone (Chromium's, which hums). The server is killed while a test goes on, and its
 * clock stands on a morning of its own, so that the kiosk's clock is hours or months off.
 */
import { readFileSync } from "node:fs";
import { type Browser, expect, type Page, test } from "@playwright/test";
import {
  answerAdaptive,
  answerUpTo,
  begin,
  check,
  enrol,
  handIn,
  question,
  sitDown,
} from "./kiosk.ts";
import { picture } from "../picture.ts";
import { PASSWORD, Product } from "../product.ts";

const MORNING = "2026-11-24 08:31:00";
const MORNING_LATER = "2026-11-24 08:40:00";
const LATER = "2026-11-24 09:05:00";
const ANOTHER_DAY = "2026-11-26 12:45:00";
const CANDIDATE = "Zoë-Ángela Đặng";
const INSZ = "94.04.12-124.63";

const product = new Product(7310);
let desk: Page;
let room: Page;
let kiosk: Page;
let before: number;

async function context(browser: Browser, moment?: string): Promise<Page> {
  const context = await browser.newContext({
    baseURL: product.url,
    locale: "nl-BE",
    timezoneId: "Europe/Brussels",
    permissions: ["microphone"],
  });
  const page = await context.newPage();
  if (moment)
    await page.clock.install({
      time: new Date(`${moment.replace(" ", "T")}+01:00`),
    });
  page.on("pageerror", (error) => {
    throw error;
  });
  return page;
}

/** Somebody of the staff, logged in by hand. */
async function staff(
  browser: Browser,
  username: string,
  app: string,
  moment = MORNING,
): Promise<Page> {
  const page = await context(browser, moment);
  await page.goto(`/${app}/`);
  await page.getByLabel("Gebruikersnaam").fill(username);
  await page.getByLabel("Wachtwoord").fill(PASSWORD);
  await page.getByRole("button", { name: "Aanmelden" }).click();
  await expect(page.getByLabel("Wachtwoord")).toHaveCount(0);
  return page;
}

test.describe.configure({ mode: "serial" });
test.setTimeout(120_000);

test.beforeAll(async ({ browser }) => {
  await product.start(MORNING);
  desk = await staff(browser, "balie.atlas", "desk");
  room = await staff(browser, "toezicht.atlas", "room");
  kiosk = await context(browser);
  before = await counted(browser, MORNING);
});

test.afterEach(async ({}, info) => {
  if (info.status === info.expectedStatus) return;
  for (const [who, page] of Object.entries({ desk, room, kiosk }))
    await page.screenshot({ path: info.outputPath(`${who}.png`) });
});

test.afterAll(async () => {
  await product.remove();
});

test("the desk registers a candidate, and the number fills in what it knows", async () => {
  await desk.getByRole("link", { name: "Kandidaat registreren" }).click();
  await desk.getByLabel("INSZ").fill("94.04.12-124.73");
  await desk.getByLabel("Familienaam").fill("Đặng");
  await expect(desk.getByText("controlegetal")).toBeVisible();
  await desk.getByLabel("INSZ").fill("");
  await desk.getByLabel("INSZ").pressSequentially(INSZ);
  await desk.getByLabel("Voornamen").fill("Zoë-Ángela");
  await expect(desk.getByLabel("Geboortedatum")).toHaveValue("1994-04-12");
  await expect(desk.getByLabel("vrouw")).toBeChecked();
  await desk.getByLabel("E-mailadres").fill("zoe@voorbeeld.invalid");
  await desk.getByRole("button", { name: "Registreren" }).click();
  await expect(desk.getByRole("heading", { name: CANDIDATE })).toBeVisible();
});

test("a purpose says what it needs, what it costs and why", async () => {
  // A new candidate comes for a test, so that the choice of the purpose is open at once.
  const dialog = desk.getByRole("dialog");
  const purpose = dialog.getByLabel("Testdoel");
  await purpose.selectOption({ label: "Nationaliteit" });
  for (const part of ["Lezen", "Luisteren", "Schrijven", "Spreken"])
    await expect(dialog.getByText(part, { exact: true })).toBeVisible();
  await expect(dialog.getByText("€ 180,00")).toBeVisible();
  await purpose.selectOption({
    label: "Inburgering: vrijstelling van de NT2-cursus",
  });
  await expect(dialog.getByText("€ 180,00")).toHaveCount(0);
  await expect(dialog.getByText(/is de eerste test gratis/)).toHaveCount(2);
  await dialog.getByRole("button", { name: "Inschrijven" }).click();
  // What comes next is offered at once: a seat. There is none yet.
  await expect(purpose).toHaveCount(0);
  await desk
    .getByRole("dialog")
    .getByRole("button", { name: "Sluiten" })
    .click();
  await expect(desk.getByRole("dialog")).toHaveCount(0);
});

test("a second record of the same person is not made by accident", async () => {
  await desk.getByRole("link", { name: "Kandidaten" }).click();
  await desk.getByRole("link", { name: "Kandidaat registreren" }).click();
  await desk.getByLabel("INSZ").fill("");
  await desk.getByLabel("INSZ").pressSequentially(INSZ);
  await expect(
    desk.getByText("Er is al een dossier met dit nummer"),
  ).toBeVisible();
  await desk.getByRole("link", { name: /^Zoë-Ángela Đ\., / }).click();
  await expect(desk.getByRole("heading", { name: CANDIDATE })).toBeVisible();
});

/** Plans a session of today from the sessions' page. */
async function plan(
  kind: string,
  from: string,
  to: string,
  day = "2026-11-24",
): Promise<void> {
  await desk.getByRole("link", { name: "Sessies" }).click();
  await desk.getByRole("button", { name: "Sessie plannen" }).first().click();
  const dialog = desk.getByRole("dialog");
  await dialog.getByLabel("Lokaal").fill("Lokaal 7");
  await dialog.getByLabel("Wat").selectOption({ label: kind });
  await dialog.getByLabel("Datum").fill(day);
  await dialog.getByLabel("Van").fill(from);
  await dialog.getByLabel("Tot").fill(to);
  await dialog.getByRole("button", { name: "Sessie plannen" }).click();
  await expect(dialog).toHaveCount(0);
}

test("the desk plans the day's sessions", async () => {
  await plan("Pre-screening", "09:00", "10:00");
  await plan("Eerste testmoment", "10:00", "12:00");
  await plan("Tweede testmoment", "13:00", "15:00", "2026-11-26");
});

/** Books a seat in the day's session of this kind. */
async function book(kind: string): Promise<void> {
  await findCandidate();
  await desk.getByRole("button", { name: "Plaats boeken" }).click();
  await take(kind);
}

/** Takes a seat in the dialog that offers the sessions. */
async function take(kind: string): Promise<void> {
  const dialog = desk.getByRole("dialog");
  await expect(dialog.getByRole("listitem").first()).toBeVisible();
  const what = dialog.getByLabel("Wat");
  if ((await what.count()) > 0) await what.selectOption({ label: kind });
  await dialog
    .getByRole("listitem")
    .filter({ hasText: "Lokaal 7" })
    .getByRole("button", { name: "Boeken" })
    .click();
}

async function findCandidate(): Promise<void> {
  await desk.getByRole("link", { name: "Kandidaten" }).click();
  // Without the accents, as a clerk types; the only one found is opened at once.
  await desk.getByRole("searchbox", { name: "Zoeken" }).fill("dang zoe");
  await desk.getByRole("searchbox", { name: "Zoeken" }).press("Enter");
  await expect(desk.getByRole("heading", { name: CANDIDATE })).toBeVisible();
}

/** The invigilator opens a session of today, checks the identity, gives the seat and answers the code. */
async function seat(kind: string): Promise<string> {
  await room.goto("/room/");
  await room
    .locator(".grid > *")
    .filter({ hasText: kind })
    .filter({ hasText: "Lokaal 7" })
    .getByRole("link")
    .click();
  await room.getByRole("button", { name: "Sessie openen" }).click();
  const row = room.getByRole("row").filter({ hasText: "Zoë-Ángela" });
  await row.getByRole("button", { name: "Identiteit controleren" }).click();
  await room.getByLabel("Nummer van het document").fill("592-1234567-89");
  await room.getByRole("button", { name: "Gecontroleerd" }).click();
  await row.getByRole("button", { name: "Plaats geven" }).click();
  await room.getByLabel("Kiosk").selectOption({ label: "Kiosk 12" });
  await room
    .getByRole("dialog")
    .getByRole("button", { name: "Plaats geven" })
    .click();
  await row.getByRole("button", { name: "Code geven" }).click();
  await expect(room.getByText("Typ deze code aan Kiosk 12.")).toBeVisible();
  const code = await room.locator(".code").innerText();
  await room.getByRole("button", { name: "Klaar" }).click();
  return code;
}

test("the administrator makes a kiosk, and the machine remembers it", async ({
  browser,
}) => {
  const admin = await staff(browser, "beheer.atlas", "office");
  await admin.getByRole("link", { name: "Kiosken" }).first().click();
  await admin.getByLabel("Naam van de kiosk").fill("Kiosk 12");
  await admin.getByRole("button", { name: "Toevoegen" }).click();
  await enrol(kiosk, await admin.locator(".code").innerText());
  await kiosk.reload();
  await expect(kiosk.getByRole("heading", { name: "Welkom" })).toBeVisible();
});

test("the pre-screening adapts, goes on where it was after a crash, and gives its advice", async () => {
  await book("Pre-screening");
  await expect(desk.getByText("Geboekt:")).toBeVisible();
  await sitDown(kiosk, await seat("Pre-screening"));
  await begin(kiosk, "Pre-screening");
  await expect(kiosk.getByRole("button", { name: "Vorige" })).toHaveCount(0);
  await expect(
    kiosk.getByRole("button", { name: "Ik weet het niet" }),
  ).toBeVisible();
  await picture(kiosk, "kiosk-prescreening");
  const asked = await answerAdaptive(kiosk, async (n) => {
    if (n === 3) {
      // A browser that starts again shows the same question, with what was chosen.
      const before = await kiosk.locator("main").innerText();
      await expect(kiosk.getByRole("radio", { checked: true })).toHaveCount(1);
      await kiosk.waitForTimeout(600);
      await kiosk.reload();
      await expect(question(kiosk, 3)).toBeVisible();
      await expect(kiosk.getByRole("radio", { checked: true })).toHaveCount(1);
      expect(await kiosk.locator("main").innerText()).toBe(before);
    }
    if (n === 5) {
      // The server dies while the next question is asked for; it comes by itself when the server is there again.
      await product.kill();
      await kiosk.getByRole("button", { name: "Volgende" }).click();
      await expect(
        kiosk.getByText("De volgende vraag komt vanzelf"),
      ).toBeVisible({ timeout: 15_000 });
      await product.start(MORNING_LATER);
      await expect(question(kiosk, 6)).toBeVisible({ timeout: 30_000 });
      return true;
    }
    return false;
  });
  expect(asked).toBeGreaterThan(8);
  await expect(kiosk.getByText("De test B1/B2 past bij u.")).toBeVisible({
    timeout: 20_000,
  });
  await picture(kiosk, "kiosk-outcome");
  await kiosk.getByRole("button", { name: "Sluiten" }).click();
  // The desk's page, which stayed open, learns of it by itself.
  await expect(desk.getByText(/advies: test B1\/B2/)).toBeVisible({
    timeout: 20_000,
  });
  const link = desk.getByRole("link", { name: "Advies afdrukken" });
  const paper = await desk.request.get((await link.getAttribute("href")) ?? "");
  expect((await paper.body()).subarray(0, 5).toString()).toBe("%PDF-");
});

test("who comes for something else pays in cash, and the receipt can be printed", async () => {
  await desk.getByRole("link", { name: "Kandidaten" }).click();
  await desk.getByRole("link", { name: "Kandidaat registreren" }).click();
  await desk.getByLabel("De kandidaat heeft geen nummer").check();
  await desk.getByLabel("Waarom is er geen nummer?").fill("Net aangekomen");
  await desk.getByLabel("Voornamen").fill("أمل");
  await desk.getByLabel("Familienaam").fill("بن علي");
  await desk.getByLabel("Geboortedatum").fill("1999-02-28");
  await desk.getByLabel("vrouw").check();
  await desk.getByLabel("Contacttaal").selectOption({ label: "Arabisch" });
  await desk.getByRole("button", { name: "Registreren" }).click();
  const dialog = desk.getByRole("dialog");
  await dialog.getByLabel("Testdoel").selectOption({ label: "Nationaliteit" });
  await dialog.getByRole("button", { name: "Inschrijven" }).click();
  await take("Eerste testmoment A1/A2");
  await dialog.getByLabel("contant").check();
  await dialog.getByRole("button", { name: "€ 180,00 betalen" }).click();
  await expect(dialog.getByText("€ 180,00 ontvangen")).toBeVisible();
  const link = dialog.getByRole("link", { name: /Ontvangstbewijs/ });
  const receipt = await desk.request.get(
    (await link.getAttribute("href")) ?? "",
  );
  expect((await receipt.body()).subarray(0, 5).toString()).toBe("%PDF-");
  await dialog.getByRole("button", { name: "Klaar" }).click();
});

test("the first sitting is booked, and costs nothing", async () => {
  await book("Eerste testmoment A1/A2");
  // What was said to the person before may still stand there.
  await expect(desk.getByText("Geboekt:").last()).toBeVisible();
});

test("a test goes on where it was when the server is killed and the browser reloads", async () => {
  await sitDown(kiosk, await seat("Eerste testmoment"));
  await begin(kiosk, "Lezen");
  await answerUpTo(kiosk, 4);
  await picture(kiosk, "kiosk-reading");
  await kiosk.getByRole("button", { name: "Later nog eens bekijken" }).click();

  await product.kill();
  await kiosk.getByRole("button", { name: "Volgende" }).click();
  await answerUpTo(kiosk, 6);
  await expect(kiosk.getByText("Even geen verbinding")).toBeVisible();
  await product.start(LATER);
  await expect(kiosk.getByText("Even geen verbinding")).toHaveCount(0, {
    timeout: 30_000,
  });

  const answered = await kiosk.getByText(/^\d+ van 15 beantwoord/).innerText();
  await kiosk.reload();
  await expect(question(kiosk, 6)).toBeVisible();
  await expect(kiosk.getByText(answered)).toBeVisible();
  await expect(
    kiosk.getByRole("button", { name: "Vraag 4: beantwoord, gemarkeerd" }),
  ).toBeVisible();
});

test("the invigilator sees it live, pauses, resumes and gives extra time", async () => {
  const act = async (what: string, reason?: string) => {
    await room.getByRole("button", { name: /^Meer voor .*Zoë/ }).click();
    const dialog = room.getByRole("dialog");
    await dialog.getByRole("button", { name: what }).click();
    if (!reason) return;
    await dialog.getByLabel("Reden").fill(reason);
    await dialog.getByRole("button", { name: what }).click();
  };
  await expect(room.getByText(/Vraag 6 van 15/)).toBeVisible();
  await act("Pauzeren", "Even naar buiten");
  await expect(kiosk.getByRole("heading", { name: "Pauze" })).toBeVisible({
    timeout: 8_000,
  });
  await picture(kiosk, "kiosk-paused");
  await act("Hervatten");
  await expect(question(kiosk, 6)).toBeVisible({ timeout: 8_000 });
  await act("Extra tijd geven", "Bril vergeten");
  await expect(kiosk.getByText(/U kreeg \d+ minuten extra/)).toBeVisible({
    timeout: 8_000,
  });
  await expect(room.getByText("Even naar buiten")).toBeVisible();
  await picture(room, "room-live");
});

test("reading is handed in, and listening plays real recordings within their budget", async () => {
  await answerUpTo(kiosk);
  await handIn(kiosk);
  // The browser was started again since, so the headphones are tried once more.
  await check(kiosk);
  await begin(kiosk, "Luisteren");
  await expect(
    kiosk.getByText("U kunt dit nog 2 keer beluisteren."),
  ).toBeVisible();
  await kiosk.getByRole("button", { name: "Luister", exact: true }).click();
  await expect(
    kiosk.getByText("U kunt dit nog 1 keer beluisteren."),
  ).toBeVisible();
  await picture(kiosk, "kiosk-listening");
  await answerUpTo(kiosk);
  await handIn(kiosk);
  await expect(
    kiosk.getByRole("heading", { name: "U bent klaar" }),
  ).toBeVisible({ timeout: 20_000 });
  await kiosk.getByRole("button", { name: "Sluiten" }).click();
});

test("passing opens the gate to the second sitting, on another day", async ({
  browser,
}) => {
  await expect(async () => {
    await findCandidate();
    await expect(desk.getByText("geslaagd (A2)")).toHaveCount(2, {
      timeout: 1_000,
    });
  }).toPass();
  await book("Tweede testmoment A1/A2");
  await expect(desk.getByText("Geboekt:")).toBeVisible();

  await product.kill();
  await product.start(ANOTHER_DAY);
  await Promise.all([desk.context().close(), room.context().close()]);
  desk = await staff(browser, "balie.atlas", "desk", ANOTHER_DAY);
  room = await staff(browser, "toezicht.atlas", "room", ANOTHER_DAY);
});

test("writing is counted in words, and speaking is recorded through the microphone", async () => {
  await sitDown(kiosk, await seat("Tweede testmoment"));
  await begin(kiosk, "Schrijven");
  for (const n of [1, 2]) {
    await expect(question(kiosk, n)).toBeVisible();
    await kiosk
      .getByRole("textbox")
      .fill(
        "Dag Samira, ik kom zaterdag om drie uur naar het feest. Ik breng taart mee.",
      );
    await expect(kiosk.getByText(/15 woorden/)).toBeVisible();
    await picture(kiosk, "kiosk-writing");
    await kiosk
      .getByRole("button", {
        name: n === 2 ? "Naar het overzicht" : "Volgende",
      })
      .last()
      .click();
  }
  await handIn(kiosk);
  await check(kiosk, { microphone: true });
  await begin(kiosk, "Spreken");
  for (const n of [1, 2, 3, 4]) {
    await expect(question(kiosk, n)).toBeVisible();
    await kiosk.getByRole("button", { name: "Start", exact: true }).click();
    const now = kiosk.getByRole("button", { name: "Begin nu te spreken" });
    const stop = kiosk.getByRole("button", { name: "Stop de opname" });
    await expect(now.or(stop)).toBeVisible();
    if (await now.isVisible()) await now.click();
    await expect(stop).toBeVisible();
    await kiosk.waitForTimeout(2_500);
    await picture(kiosk, "kiosk-speaking");
    await stop.click();
    await kiosk
      .getByRole("button", { name: "Beluister de opname (1 keer)" })
      .click();
    await expect(kiosk.getByRole("button", { name: "Beluisterd" })).toBeVisible(
      { timeout: 10_000 },
    );
    await kiosk
      .getByRole("button", {
        name: n === 4 ? "Naar het overzicht" : "Volgende",
      })
      .last()
      .click();
  }
  await handIn(kiosk);
  await expect(
    kiosk.getByRole("heading", { name: "U bent klaar" }),
  ).toBeVisible({ timeout: 30_000 });
});

test("examiners rate what they do not know the writer of", async ({
  browser,
}) => {
  for (const username of ["beoordelaar.atlas", "beoordelaar2.atlas"]) {
    const examiner = await staff(browser, username, "examiner");
    for (;;) {
      await expect(
        examiner.getByRole("heading", { name: "Te beoordelen" }),
      ).toBeVisible();
      const take = examiner.getByRole("button", { name: /^Beoordelen/ });
      await examiner.waitForLoadState("networkidle");
      if ((await take.count()) === 0) break;
      await take.first().click();
      await expect(
        examiner.getByRole("heading", { name: /^Werk / }),
      ).toBeVisible();
      await expect(examiner.getByText("Đặng")).toHaveCount(0);
      for (const criterion of await examiner.getByRole("radiogroup").all())
        await criterion.getByRole("radio").nth(4).check();
      await examiner.getByRole("button", { name: "Indienen" }).click();
      await expect(
        examiner.getByText(/De beoordeling van .* is ingediend/),
      ).toBeVisible({ timeout: 20_000 });
      await examiner.goto("/examiner/");
    }
    await examiner.context().close();
  }
});

/** How many tests, pre-screenings and parts, the yearly table counts this year for the purpose of the candidate. */
async function counted(browser: Browser, moment: string): Promise<number> {
  const office = await staff(browser, "kantoor.atlas", "office", moment);
  await office.getByRole("link", { name: "Statistieken" }).first().click();
  const cell = office
    .getByRole("row")
    .filter({ hasText: "Inburgering - vrijstelling NT2 cursus" })
    .getByRole("cell");
  await expect(cell.first()).toBeVisible();
  const years = await office.getByRole("columnheader").allInnerTexts();
  const number = await cell.nth(years.indexOf("2026")).innerText();
  await office.context().close();
  return Number(number);
}

test("the certificate is issued, verified by anybody, mailed, decided upon and counted", async ({
  browser,
}) => {
  const paper = desk.getByRole("link", { name: /^2026-\d{7}-\d{2}$/ });
  await expect(async () => {
    await findCandidate();
    await expect(paper).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  const number = await paper.innerText();
  const pdf = await desk.request.get((await paper.getAttribute("href")) ?? "");
  expect((await pdf.body()).subarray(0, 5).toString()).toBe("%PDF-");
  await expect(desk.getByText("vrijgesteld", { exact: true })).toBeVisible();
  await picture(desk, "desk-decision");

  const anybody = await context(browser);
  await anybody.goto("/verify/");
  await anybody.getByLabel("Nummer van het attest").fill(number);
  await anybody.getByRole("button", { name: "Nakijken" }).click();
  await expect(anybody.getByText("Dit attest is geldig")).toBeVisible();
  await expect(anybody.getByText("Đặng")).toHaveCount(0);
  await picture(anybody, "verify-valid");
  await anybody.context().close();

  const office = await staff(browser, "kantoor.atlas", "office", ANOTHER_DAY);
  await office.getByRole("link", { name: "Uitgaande mail" }).first().click();
  // Mail is written by a worker, and names the paper.
  const mail = office.getByRole("row").filter({ hasText: number });
  await expect(async () => {
    await office.reload();
    await expect(mail.getByText("hier bewaard")).toBeVisible({
      timeout: 1_000,
    });
  }).toPass({ timeout: 30_000 });
  await mail.getByRole("button", { name: "Lezen" }).click();
  await expect(office.getByText("zoe@voorbeeld.invalid")).toBeVisible();
  await expect(office.getByRole("link", { name: "Bijlage" })).toBeVisible();
  await office.context().close();

  expect(await counted(browser, ANOTHER_DAY)).toBe(before + 5);
});
