/** Every interaction, as axe sees it and as a screen reader is told it. */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { INTERACTIONS, LOCALES, show } from "./show.ts";

for (const locale of LOCALES) {
  for (const interaction of INTERACTIONS) {
    test(`${interaction} in ${locale} is clean for axe and is told as it should be`, async ({
      page,
    }) => {
      await show(page, locale, interaction);
      await expect(page.getByRole("main")).toMatchAriaSnapshot({
        name: `${interaction}.${locale}.aria.yml`,
      });
      const found = await new AxeBuilder({ page })
        .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
        .analyze();
      expect(
        found.violations.map(
          ({ id, nodes }) =>
            `${id}: ${nodes.map(({ html }) => html).join(" ")}`,
        ),
      ).toEqual([]);
    });
  }

  test(`no control in ${locale} is without a name or smaller than 44 pixels`, async ({
    page,
  }) => {
    await page.goto(`?lang=${locale}`);
    const controls = page
      .locator("main")
      .locator(
        "button, select, input:not([type=range]), textarea, label:has(input)",
      );
    for (const control of await controls.all()) {
      const box = await control.boundingBox();
      const inLabel = await control.evaluate(
        (element) =>
          element.tagName === "INPUT" && element.closest("label") !== null,
      );
      if (!inLabel)
        expect(
          box?.height,
          await control.evaluate((element) => element.outerHTML),
        ).toBeGreaterThanOrEqual(43.5);
    }
    const nameless = await page
      .locator("main")
      .locator("button, select, textarea, input")
      .evaluateAll((elements) =>
        elements
          .filter((element) => {
            const labels =
              "labels" in element
                ? [...((element.labels as NodeListOf<Element> | null) ?? [])]
                : [];
            const labelledBy = (element.getAttribute("aria-labelledby") ?? "")
              .split(" ")
              .filter(Boolean);
            const words = [
              element.getAttribute("aria-label"),
              ...labelledBy.map(
                (id) => document.getElementById(id)?.textContent,
              ),
              ...labels.map((label) => label.textContent),
              element.tagName === "BUTTON" ? element.textContent : "",
            ];
            return !words.some((word) => word?.trim());
          })
          .map((element) => element.outerHTML),
      );
    expect(nameless).toEqual([]);
  });

  test(`the page in ${locale} is read and drawn in its direction, at 200 % and on a phone without sideways scrolling`, async ({
    page,
  }) => {
    await page.goto(`?lang=${locale}`);
    await expect(page.locator("html")).toHaveAttribute(
      "dir",
      locale === "ar" ? "rtl" : "ltr",
    );
    // A window of half the size at the same text is what 200 % zoom comes down to.
    for (const size of [
      { width: 640, height: 400 },
      { width: 320, height: 640 },
    ]) {
      await page.setViewportSize(size);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      const wider = await page.evaluate(
        () =>
          document.documentElement.scrollWidth -
          document.documentElement.clientWidth,
      );
      expect(wider).toBe(0);
    }
  });
}

test("in forced colours a choice that was made still shows", async ({
  page,
}) => {
  await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
  await show(page, "nl", "choice");
  const border = (text: string) =>
    page
      .locator("label", { hasText: text })
      .evaluate((label) => getComputedStyle(label).borderTopWidth);
  await page.getByRole("radio", { name: "melk" }).check();
  expect(await border("melk")).not.toBe(await border("brood"));
});
