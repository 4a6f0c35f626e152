/**
 * Every screen of the staff and of anybody, on the worked example: it must fit a phone and twice the size of letters without
 * scrolling sideways, and say nothing in the browser's console. With SCREENS set it leaves the pictures for the documentation.
 */
import { type Browser, expect, type Page, test } from "@playwright/test";
import { picture } from "../picture.ts";
import { PASSWORD, Product } from "../product.ts";

const product = new Product(7311);
const MOMENT = "2026-11-24 13:35:00";
const SIZES = [
  { name: "kiosk", viewport: { width: 1280, height: 800 } },
  { name: "phone", viewport: { width: 390, height: 844 } },
  { name: "200 %", viewport: { width: 640, height: 400 } },
];

interface Screen {
  name: string;
  who: string | undefined;
  path: string;
  /** What to do before the picture is taken. */
  then?: (page: Page) => Promise<void>;
}

const search = (words: string) => async (page: Page) => {
  await page.getByRole("searchbox", { name: "Zoeken" }).fill(words);
  await page.getByRole("searchbox", { name: "Zoeken" }).press("Enter");
  await expect(page.getByRole("heading", { name: "Testdoelen" })).toBeVisible();
};
const first = (container: string) => async (page: Page) => {
  await page.locator(`${container} a`).first().click();
  await page.waitForLoadState("networkidle");
};

const SCREENS: Screen[] = [
  { name: "desk-home", who: "balie.atlas", path: "/desk/" },
  { name: "desk-register", who: "balie.atlas", path: "/desk/register" },
  {
    name: "desk-candidate",
    who: "balie.atlas",
    path: "/desk/",
    then: search("amina el haddad"),
  },
  {
    name: "desk-correct",
    who: "balie.atlas",
    path: "/desk/",
    then: async (page) => {
      await search("amina el haddad")(page);
      await page.getByRole("link", { name: "Gegevens verbeteren" }).click();
      await expect(page.getByLabel("Familienaam")).toHaveValue("El Haddad");
    },
  },
  {
    name: "desk-purpose",
    who: "balie.atlas",
    path: "/desk/",
    then: async (page) => {
      await search("amina el haddad")(page);
      await page.getByRole("button", { name: "Testdoel toevoegen" }).click();
      await page
        .getByLabel("Testdoel", { exact: true })
        .selectOption({ label: "Taxisector" });
      await expect(page.getByText("Totaal")).toBeVisible();
    },
  },
  { name: "desk-sessions", who: "balie.atlas", path: "/desk/sessions" },
  {
    name: "desk-session",
    who: "balie.atlas",
    path: "/desk/sessions",
    then: first("main section"),
  },
  { name: "desk-till", who: "balie.atlas", path: "/desk/till" },
  { name: "room-sessions", who: "toezicht.atlas", path: "/room/" },
  { name: "room", who: "toezicht.atlas", path: "/room/", then: first(".grid") },
  { name: "examiner-queue", who: "beoordelaar.atlas", path: "/examiner/" },
  {
    name: "examiner-script",
    who: "beoordelaar.atlas",
    path: "/examiner/",
    then: async (page) => {
      await page
        .getByRole("button", { name: /^Beoordelen/ })
        .first()
        .click();
      await expect(page.getByRole("heading", { name: /^Werk / })).toBeVisible();
    },
  },
  { name: "author-items", who: "auteur.atlas", path: "/author/" },
  {
    name: "author-item",
    who: "auteur.atlas",
    path: "/author/",
    then: first("table"),
  },
  {
    name: "author-import",
    who: "auteur.atlas",
    path: "/author/import",
    then: async (page) => {
      const exported = await page.request.get(
        "/api/item-packages?text=speaking",
      );
      await page.getByLabel("Pakket (zip)").setInputFiles({
        name: "items.zip",
        mimeType: "application/zip",
        buffer: await exported.body(),
      });
      await page
        .getByRole("button", { name: "Nakijken zonder invoeren" })
        .click();
      await expect(page.getByText("ongewijzigd").first()).toBeVisible();
    },
  },
  { name: "author-forms", who: "auteur.atlas", path: "/author/forms" },
  {
    name: "author-blueprint",
    who: "auteur.atlas",
    path: "/author/blueprints/new",
    then: async (page) => {
      await page.getByRole("button", { name: "Eis toevoegen" }).click();
      await page
        .getByLabel("Soort doel")
        .selectOption({ label: "Zo dicht mogelijk bij het doel" });
      await expect(page.getByText("In de bank:").first()).toBeVisible();
    },
  },
  { name: "office-home", who: "kantoor.atlas", path: "/office/" },
  {
    name: "office-statistics",
    who: "kantoor.atlas",
    path: "/office/statistics",
  },
  {
    name: "office-question",
    who: "kantoor.atlas",
    path: "/office/question",
    then: async (page) => {
      await page.getByLabel("Kolommen").selectOption({ label: "onderdeel" });
      await expect(
        page.getByRole("columnheader", { name: "Luisteren" }),
      ).toBeVisible();
    },
  },
  {
    name: "office-compare",
    who: "kantoor.atlas",
    path: "/office/compare?from_day=2026-01-01",
    then: async (page) => {
      await expect(page.getByText("test hier afgelegd").first()).toBeVisible();
    },
  },
  {
    name: "office-research",
    who: "kantoor.atlas",
    path: "/office/research",
    then: async (page) => {
      await page.getByLabel("Naam van het project").fill("Loopbanen");
      await page.getByLabel("Grond").fill("Overeenkomst 2026/4");
      await page.getByRole("button", { name: "Project beginnen" }).click();
      await expect(
        page.getByRole("link", { name: "Testen voor Loopbanen: Parquet" }),
      ).toBeVisible();
    },
  },
  {
    name: "office-measurement",
    who: "kantoor.atlas",
    path: "/office/measurement",
  },
  {
    name: "office-standards",
    who: "kantoor.atlas",
    path: "/office/measurement?tab=standards",
  },
  { name: "office-import", who: "kantoor.atlas", path: "/office/import" },
  {
    name: "office-books",
    who: "kantoor.atlas",
    path: "/office/books?part=journal",
    then: async (page) => {
      await expect(page.getByText("Retributies").first()).toBeVisible();
    },
  },
  {
    name: "office-statements",
    who: "kantoor.atlas",
    path: "/office/books?part=statements",
    then: async (page) => {
      await page.setInputFiles("#bank-file", {
        name: "half.cod",
        mimeType: "text/plain",
        buffer: Buffer.from(`0${" ".repeat(127)}\n12`),
      });
      await page.getByRole("button", { name: "Inlezen" }).click();
      await expect(page.getByText("Er is niets gewijzigd")).toBeVisible();
    },
  },
  { name: "office-purposes", who: "kantoor.atlas", path: "/office/purposes" },
  {
    name: "office-cases",
    who: "kantoor.atlas",
    path: "/office/cases",
    then: async (page) => {
      await expect(
        page.getByText("0 daarvan anders dan verwacht"),
      ).toBeVisible();
    },
  },
  { name: "office-policy", who: "kantoor.atlas", path: "/office/policy" },
  { name: "office-mails", who: "kantoor.atlas", path: "/office/mails" },
  { name: "office-kiosks", who: "beheer.atlas", path: "/office/kiosks" },
  { name: "office-audit", who: "beheer.atlas", path: "/office/audit" },
  { name: "verify", who: undefined, path: "/verify/" },
  { name: "verify-unknown", who: undefined, path: "/verify/2026-0000123-06" },
  { name: "kiosk-enrol", who: undefined, path: "/kiosk/" },
];

async function visitor(
  browser: Browser,
  who: string | undefined,
): Promise<Page> {
  const context = await browser.newContext({
    baseURL: product.url,
    locale: "nl-BE",
    timezoneId: "Europe/Brussels",
  });
  if (who) {
    const data = { username: who, password: PASSWORD };
    const answer = await context.request.post("/api/session", {
      headers: { "X-IJkpunt": "1" },
      data,
    });
    expect(answer.ok()).toBe(true);
  }
  const page = await context.newPage();
  await page.clock.install({
    time: new Date(`${MOMENT.replace(" ", "T")}+01:00`),
  });
  return page;
}

test.beforeAll(async () => {
  await product.start(MOMENT);
});
test.afterAll(async () => {
  await product.remove();
});

for (const { name, who, path, then } of SCREENS)
  test(`${name} fits every screen`, async ({ browser }) => {
    const page = await visitor(browser, who);
    const said: string[] = [];
    page.on("pageerror", (error) => said.push(error.message));
    page.on("console", (message) => {
      // A refusal that a screen shows on purpose is told by the browser as well.
      if (message.type() === "error" && !message.text().includes("422"))
        said.push(message.text());
    });
    await page.goto(path, { waitUntil: "networkidle" });
    await then?.(page);
    await expect(page.getByText("Bezig met laden")).toHaveCount(0);
    for (const { name: size, viewport } of SIZES) {
      await page.setViewportSize(viewport);
      const sideways = () =>
        page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      await expect
        .poll(sideways, `${name} at ${size} scrolls sideways`)
        .toBeLessThanOrEqual(0);
      if (size === "200 %") continue;
      await picture(page, size === "phone" ? `${name}-phone` : name);
    }
    expect(said).toEqual([]);
    await page.context().close();
  });
