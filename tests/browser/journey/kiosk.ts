/** A candidate at a kiosk, who knows the sample bank by heart. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, type Page } from "@playwright/test";
import { picture } from "../picture.ts";

/** Of each multiple-choice question of a package: what is asked, and the text of the right option. */
function keys(): Map<string, string> {
  const found = new Map<string, string>();
  for (const folder of ["a1a2", "prescreening"]) {
    const items = fileURLToPath(
      new URL(`../../../item-bank/content/${folder}/items/`, import.meta.url),
    );
    for (const file of readdirSync(items)) {
      const xml = readFileSync(items + file, "utf8");
      const key = /<qti-correct-response><qti-value>(\w+)</.exec(xml)?.[1];
      const asked = /<qti-prompt>(.*?)<\/qti-prompt>/s.exec(xml)?.[1];
      const option = new RegExp(
        `<qti-simple-choice identifier="${key}"[^>]*>(.*?)</qti-simple-choice>`,
        "s",
      ).exec(xml)?.[1];
      if (asked && option) found.set(plain(asked), plain(option));
    }
  }
  return found;
}

const plain = (xml: string) =>
  xml
    .replace(/<[^>]+>/g, "")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&")
    .replace(/\s+/g, " ")
    .trim();

const KEYS = keys();

/** Enrols a browser as a kiosk with the code that the administrator was given. */
export async function enrol(page: Page, code: string): Promise<void> {
  await page.goto("/kiosk/");
  await page.getByLabel("Aanmeldcode").fill(code);
  await page.getByRole("button", { name: "Aanmelden" }).click();
  await expect(page.getByRole("heading", { name: "Welkom" })).toBeVisible();
}

/** From the greeting to the start of the first part. */
export async function sitDown(page: Page, code: string): Promise<void> {
  await page.getByRole("button", { name: /العربية/ }).click();
  await picture(page, "kiosk-code-arabic");
  await page.getByRole("button", { name: "لغة أخرى" }).click();
  await picture(page, "kiosk-welcome");
  await page.getByRole("button", { name: /Nederlands/ }).click();
  await page.getByLabel("Code").fill(code);
  await page.getByRole("button", { name: "Start" }).click();
  await check(page);
  await page.getByRole("radio", { name: "een appel" }).check();
  await picture(page, "kiosk-practice");
  await page.getByRole("button", { name: "Ga verder" }).click();
}

/** The headphones, and the microphone where somebody will speak. */
export async function check(
  page: Page,
  { microphone = false } = {},
): Promise<void> {
  await page.getByRole("button", { name: "Speel de tonen" }).click();
  await page.getByRole("button", { name: "Ja" }).click();
  if (microphone) {
    await page.getByRole("button", { name: "Test de microfoon" }).click();
    await expect(page.getByText("We horen u goed.")).toBeVisible();
  }
  await picture(page, "kiosk-checks");
  await page.getByRole("button", { name: "Ga verder" }).click();
}

export async function begin(page: Page, part: string): Promise<void> {
  await expect(page.getByRole("heading", { name: part })).toBeVisible();
  await picture(page, "kiosk-ready");
  await page.getByRole("button", { name: "Begin" }).click();
  await expect(question(page, 1)).toBeVisible();
}

export const question = (page: Page, n: number) =>
  page.getByRole("heading", { name: new RegExp(`^Vraag ${n} van `) });

/** Answers the question on the screen where it is one of multiple choice, and says whether it was. */
export async function answer(page: Page): Promise<boolean> {
  const group = page.locator("main").getByRole("radiogroup").first();
  if ((await group.count()) === 0) return false;
  const prompt = await group.getAttribute("aria-labelledby");
  const asked = plain(await page.locator(`[id="${prompt}"]`).innerText());
  const option = KEYS.get(asked);
  if (!option) throw new Error(`the bank has no question “${asked}”`);
  await page.getByRole("radio", { name: option, exact: true }).check();
  return true;
}

/** Answers from the question on the screen up to this one, or to the overview. */
export async function answerUpTo(page: Page, last?: number): Promise<void> {
  for (;;) {
    await answer(page);
    const heading = await page.getByRole("heading", { level: 1 }).innerText();
    if (last !== undefined && heading.startsWith(`Vraag ${last} `)) return;
    const next = page.getByRole("button", { name: "Volgende" });
    if ((await next.count()) === 0) return;
    await next.click();
    await expect(page.getByRole("heading", { level: 1 })).not.toHaveText(
      heading,
    );
  }
}

/** An adaptive test: one question after the other, as long as the server has one; says how many that were. */
export async function answerAdaptive(
  page: Page,
  /** Looks at a question that is answered; true when it went on by itself. */
  after: (n: number) => Promise<boolean> = async () => false,
): Promise<number> {
  for (let n = 1; ; n += 1) {
    const heading = page.getByRole("heading", { level: 1 });
    await expect(heading).toHaveText(new RegExp(`^Vraag ${n} van hoogstens`));
    await answer(page);
    if (await after(n)) continue;
    await page.getByRole("button", { name: "Volgende" }).click();
    await expect(heading).not.toHaveText(
      new RegExp(`^Vraag ${n} van hoogstens`),
      { timeout: 30_000 },
    );
    if ((await heading.innerText()) === "U bent klaar") return n;
  }
}

export async function handIn(page: Page): Promise<void> {
  await page
    .getByRole("button", { name: "Naar het overzicht" })
    .first()
    .click();
  await picture(page, "kiosk-overview");
  await page.getByRole("button", { name: "Indienen" }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: "Indienen" })
    .click();
}
