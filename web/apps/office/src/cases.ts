/** What a case expects, or the rules say, in a line. */
import type { Schema } from "@ijkpunt/api";
import { formatDate, formatMoney, t } from "@ijkpunt/i18n";

export function sayExpect(expect: Schema<"Expect">): string {
  const said: string[] = [];
  if (expect.refused) return t("office-said-refused", { reason: expect.refused.replaceAll("_", " ") });
  if (expect.levels) {
    const parts = Object.entries(expect.levels);
    said.push(parts.map(([part, level]) => `${t(`office-part-${part}`)} ${level}`).join(", "));
  }
  if (expect.fee) {
    const bundles = Object.entries(expect.fee);
    said.push(
      bundles.length === 0
        ? t("office-said-no-fee")
        : bundles.map(([bundle, amount]) => `${t(`office-bundle-${bundle}`)} ${formatMoney(amount)}`).join(", "),
    );
  }
  if (expect.gate) said.push(sayGate(expect.gate));
  if (expect.decisions) {
    said.push(
      expect.decisions.length === 0
        ? t("office-said-no-decision")
        : t("office-said-decisions", { list: expect.decisions.join(", ") }),
    );
  }
  if (expect.passes != null) said.push(t(expect.passes ? "office-said-passes" : "office-said-fails"));
  return said.join(" · ");
}

/** `retake_too_early: listening from 2026-06-01` in words. */
function sayGate(gate: string): string {
  const word = /^[a-z_]+/.exec(gate)?.[0] ?? "open";
  const from = /\d{4}-\d{2}-\d{2}$/.exec(gate)?.[0];
  return t(`office-gate-${word}`) + (from ? ` (${t("office-valid-since", { from: formatDate(from) })})` : "");
}
