/** The words of the bank, in the order in which people choose them. */
import type { Schema } from "@ijkpunt/api";

export type ItemStatus = Schema<"ItemStatus">;

export const SKILLS = ["reading", "listening", "writing", "speaking", "vocabulary", "mo"] as const;
export const LEVELS = ["A1", "A2", "B1", "B2"] as const;
export const STATUSES = ["draft", "in_review", "approved", "published", "retired"] as const;

export function toneOf(status: ItemStatus): "info" | "good" | "warn" | "neutral" {
  return ({ draft: "warn", in_review: "info", approved: "info", published: "good", retired: "neutral" } as const)[
    status
  ];
}
