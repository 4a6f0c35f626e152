import { expect, type Page } from "@playwright/test";

export const LOCALES = ["nl", "ar"] as const;
export const INTERACTIONS = [
  ...[
    "choice",
    "multiple",
    "inline-choice",
    "text-entry",
    "extended-text",
    "gap-match",
  ],
  ...["match", "order", "hottext", "media", "record"],
] as const;

/** One interaction in one language, with everything that the browser complains about as a failure. */
export async function show(
  page: Page,
  locale: string,
  interaction: string,
): Promise<void> {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`?lang=${locale}&item=${interaction}`);
  await expect(page.getByRole("heading", { level: 2 })).toBeVisible();
  expect(complaints).toEqual([]);
}

/** The response that the interaction has given. */
export function response(page: Page, interaction: string) {
  return expect.poll(
    async () =>
      JSON.parse(
        (await page.getByTestId(interaction).textContent()) ?? "null",
      ) as unknown,
    { timeout: 5_000 },
  );
}

/** Tabs from the language select, which comes first, to the n-th stop of the item. */
export async function tabToItem(page: Page, stops = 1): Promise<void> {
  await page.getByRole("combobox").first().focus();
  for (let stop = 0; stop < stops; stop += 1) await page.keyboard.press("Tab");
}
