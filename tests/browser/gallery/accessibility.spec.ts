/** Every interaction, as axe sees it and as a screen reader is told it. */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Locator, type Page, test } from "@playwright/test";
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

/** What is wider than its box and cannot be scrolled to: words that nobody can read. */
const cutOff = (page: Page) =>
  page
    .locator("main")
    .locator("*")
    .evaluateAll((elements) =>
      elements
        .filter((element) => {
          const { overflowX, clipPath, position } = getComputedStyle(element);
          const hides = overflowX === "hidden" || overflowX === "clip";
          const forReaders = clipPath !== "none" && position === "absolute";
          return (
            hides &&
            !forReaders &&
            element.scrollWidth > element.clientWidth + 1
          );
        })
        .map((element) => element.outerHTML.slice(0, 200)),
    );

for (const locale of LOCALES)
  for (const interaction of INTERACTIONS)
    test(`${interaction} in ${locale} is whole with letters twice as large, by zoom and by text alone`, async ({
      page,
    }) => {
      await show(page, locale, interaction);
      const fits = async (what: string) => {
        const wider = await page.evaluate(
          () =>
            document.documentElement.scrollWidth -
            document.documentElement.clientWidth,
        );
        expect(wider, what).toBe(0);
        expect(await cutOff(page), what).toEqual([]);
      };
      await page.setViewportSize({ width: 640, height: 400 });
      await fits("zoom");
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.evaluate(() => {
        document.documentElement.style.fontSize = "200%";
      });
      await fits("text");
    });

test.describe("in forced colours", () => {
  const answers: Record<string, (page: Page) => Locator> = {
    choice: (page) => page.locator("label:has(input[type=radio])").first(),
    multiple: (page) => page.locator("label:has(input[type=checkbox])").first(),
    match: (page) => page.locator("main td:has(input)").first(),
    hottext: (page) => page.locator("main button[aria-pressed]").first(),
  };
  for (const [interaction, find] of Object.entries(answers))
    test(`an answer to a ${interaction} that was given can be seen`, async ({
      page,
    }) => {
      await page.emulateMedia({
        forcedColors: "active",
        reducedMotion: "reduce",
      });
      await show(page, "nl", interaction);
      const answer = find(page);
      // Seen apart from the mouse and the ring of the focus.
      const seen = async () => {
        await page.evaluate(() =>
          (document.activeElement as HTMLElement | null)?.blur(),
        );
        await page.mouse.move(0, 0);
        return answer.screenshot();
      };
      const before = await seen();
      await answer.click();
      expect((await seen()).equals(before)).toBe(false);
    });

  test("everything that can be used has an edge of its own", async ({
    page,
  }) => {
    await page.emulateMedia({ forcedColors: "active" });
    await page.goto("?lang=nl");
    const bare = await page
      .locator("main")
      .locator("button:visible, select:visible, textarea:visible")
      .evaluateAll((controls) =>
        controls
          .filter((control) => {
            const { borderTopWidth, borderTopStyle, borderTopColor } =
              getComputedStyle(control);
            return (
              borderTopWidth === "0px" ||
              borderTopStyle === "none" ||
              borderTopColor === "rgba(0, 0, 0, 0)"
            );
          })
          .map((control) => control.outerHTML.slice(0, 200)),
      );
    expect(bare).toEqual([]);
  });
});

test("who asks for less motion sees none", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("?lang=nl");
  // Everything is pressed once, and looked at in the same moment.
  const moving = await page.evaluate(() => {
    const found = new Set<string>();
    const look = () => {
      for (const animation of document.getAnimations()) {
        const duration = Number(
          animation.effect?.getComputedTiming().duration ?? 0,
        );
        if (duration > 1) found.add(`${animation.id} ${duration} ms`);
      }
    };
    const presses = document.querySelectorAll<HTMLElement>(
      "main input, main button[aria-pressed], main ol button",
    );
    for (const control of presses) {
      control.click();
      look();
    }
    return [...found];
  });
  expect(moving).toEqual([]);
});
