/** Each interaction is answered with the keyboard alone, in Dutch and in Arabic. */
import { expect, test } from "@playwright/test";
import { LOCALES, response, show, tabToItem } from "./show.ts";

const words = {
  nl: {
    order: "Zet de stappen",
    hot: "melk",
    place: "water koken: plaats 2 van 3",
    left: "nog 1 keer",
    kept: "De opname is bewaard",
    heard: "Beluisterd",
  },
  ar: {
    order: "ضع الخطوات",
    hot: "حليب",
    place: "المكان",
    left: "مرة واحدة",
    kept: "تم حفظ التسجيل",
    heard: "تم الاستماع",
  },
};

for (const locale of LOCALES) {
  test(`choice in ${locale}: space chooses, arrows change`, async ({
    page,
  }) => {
    await show(page, locale, "choice");
    await tabToItem(page);
    await page.keyboard.press("Space");
    await response(page, "choice").toEqual({ r1: "a" });
    await page.keyboard.press("ArrowDown");
    await response(page, "choice").toEqual({ r1: "b" });
  });

  test(`choice of several in ${locale}: the third is refused, and says so`, async ({
    page,
  }) => {
    await show(page, locale, "multiple");
    await tabToItem(page);
    for (let option = 0; option < 3; option += 1) {
      await page.keyboard.press("Space");
      await page.keyboard.press("Tab");
    }
    await response(page, "multiple").toEqual({ r1: ["a", "b"] });
    await expect(page.getByRole("checkbox").nth(2)).not.toBeChecked();
    await expect(page.getByRole("main").getByRole("status")).toHaveText(
      /2 antwoorden|إجابتين/,
    );
  });

  test(`inline choice in ${locale}: arrows choose`, async ({ page }) => {
    await show(page, locale, "inline-choice");
    await tabToItem(page);
    await page.keyboard.press("ArrowDown");
    await response(page, "inline-choice").toEqual({ r1: "a" });
    await page.keyboard.press("ArrowUp");
    await response(page, "inline-choice").toEqual({ r1: null });
  });

  test(`text entry in ${locale}: what is typed is the answer`, async ({
    page,
  }) => {
    await show(page, locale, "text-entry");
    await tabToItem(page);
    await page.keyboard.type("2,50");
    await response(page, "text-entry").toEqual({ r1: "2,50" });
  });

  test(`extended text in ${locale}: nothing typed is lost and the words are counted`, async ({
    page,
  }) => {
    await show(page, locale, "extended-text");
    await tabToItem(page);
    const text =
      locale === "ar"
        ? "لا أستطيع الحضور يوم السبت"
        : "Ik kan zaterdag niet komen";
    await page.keyboard.insertText(text);
    await page.keyboard.press("Enter");
    await page.keyboard.insertText(text);
    await response(page, "extended-text").toEqual({ r1: `${text}\n${text}` });
    await expect(
      page.getByText(/10\S? (woorden|كلمات)/u).first(),
    ).toBeVisible();
  });

  test(`gap match in ${locale}: one select a gap, and a word that is used up cannot be chosen again`, async ({
    page,
  }) => {
    await show(page, locale, "gap-match");
    await tabToItem(page);
    await page.keyboard.press("ArrowDown");
    await response(page, "gap-match").toEqual({ r1: ["a g1"] });
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowDown");
    await response(page, "gap-match").toEqual({ r1: ["a g1", "b g2"] });
  });

  test(`match in ${locale}: a column that is used up moves along, and that is said`, async ({
    page,
  }) => {
    await show(page, locale, "match");
    await tabToItem(page);
    await page.keyboard.press("Space");
    await response(page, "match").toEqual({ r1: ["a m"] });
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await response(page, "match").toEqual({ r1: ["b m"] });
    await expect(page.getByRole("main").getByRole("status")).not.toBeEmpty();
  });

  test(`order in ${locale}: the buttons move, the focus goes along, the place is said`, async ({
    page,
  }) => {
    await show(page, locale, "order");
    await tabToItem(page, 2);
    await page.keyboard.press("Enter");
    await response(page, "order").toEqual({ r1: ["s2", "s1", "s3"] });
    await expect(page.getByText(words[locale].place)).toBeAttached();
    await page.keyboard.press("Enter");
    await response(page, "order").toEqual({ r1: ["s2", "s3", "s1"] });
  });

  test(`order in ${locale}: the order shown is an answer once it is said to be`, async ({
    page,
  }) => {
    await show(page, locale, "order");
    await response(page, "order").toEqual({});
    await tabToItem(page, 7);
    await page.keyboard.press("Enter");
    await response(page, "order").toEqual({ r1: ["s1", "s2", "s3"] });
  });

  test(`hottext in ${locale}: words are toggled`, async ({ page }) => {
    await show(page, locale, "hottext");
    await tabToItem(page, 2);
    await page.keyboard.press("Space");
    await response(page, "hottext").toEqual({ r1: ["b"] });
    await expect(
      page.getByRole("button", { name: words[locale].hot }),
    ).toHaveAttribute("aria-pressed", "true");
    await page.keyboard.press("Space");
    await response(page, "hottext").toEqual({ r1: null });
  });

  test(`media in ${locale}: a play is used up, and after the last there is none`, async ({
    page,
  }) => {
    await show(page, locale, "media");
    for (const _ of [1, 2]) {
      await tabToItem(page);
      await page.keyboard.press("Enter");
      await expect(page.getByRole("button").first()).toHaveAttribute(
        "aria-disabled",
        "true",
      );
      await expect
        .poll(
          () =>
            page
              .locator("audio")
              .evaluate((audio: HTMLAudioElement) => audio.paused),
          { timeout: 6_000 },
        )
        .toBe(true);
    }
    await page.keyboard.press("Enter");
    expect(
      await page
        .locator("audio")
        .evaluate((audio: HTMLAudioElement) => audio.paused),
    ).toBe(true);
  });

  test(`record in ${locale}: start, stop, and hear it once`, async ({
    page,
  }) => {
    await show(page, locale, "record");
    await tabToItem(page);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("meter")).toBeVisible();
    await page.waitForTimeout(2_500);
    await tabToItem(page);
    await page.keyboard.press("Enter");
    await expect(
      page.getByRole("group").getByText(words[locale].kept),
    ).toBeVisible();
    await response(page, "record").toEqual({ r1: "recording-1" });
    await tabToItem(page);
    await page.keyboard.press("Enter");
    const play = page.getByRole("group").getByRole("group").getByRole("button");
    await expect(play).toHaveText(words[locale].heard, { timeout: 15_000 });
    await expect(play).toHaveAttribute("aria-disabled", "true");
  });
}
