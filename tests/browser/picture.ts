/** A picture of a screen for the documentation, made only when SCREENS is set (`make screens`). */
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";

const FOLDER = fileURLToPath(new URL("../../docs/screens/", import.meta.url));

/** Of long pages the top is enough. */
const TALLEST = 1_600;

export async function picture(page: Page, name: string): Promise<void> {
  if (!process.env["SCREENS"]) return;
  const { width, height } = await page.evaluate(() => ({
    width: innerWidth,
    height: Math.max(innerHeight, document.documentElement.scrollHeight),
  }));
  await page.screenshot({
    path: `${FOLDER}${name}.png`,
    animations: "disabled",
    fullPage: true,
    clip: { x: 0, y: 0, width, height: Math.min(height, TALLEST) },
  });
}
