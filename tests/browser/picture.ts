/** A picture of a screen for the documentation, made only when SCREENS is set (`make screens`). */
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";

const FOLDER = fileURLToPath(new URL("../../docs/screens/", import.meta.url));

export async function picture(
  page: Page,
  name: string,
  options: { fullPage?: boolean } = {},
): Promise<void> {
  if (!process.env["SCREENS"]) return;
  await page.screenshot({
    path: `${FOLDER}${name}.png`,
    animations: "disabled",
    ...options,
  });
}
