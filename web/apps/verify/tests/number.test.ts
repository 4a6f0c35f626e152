import { expect, test } from "vitest";
import { isMistyped } from "../src/number.ts";

test("a number with its check digits is taken, with or without dashes, in European, Arabic and Persian digits", () => {
  for (const number of ["2026-0000123-06", "2026000012306", " 2026 0000123 06 ", "٢٠٢٦-٠٠٠٠١٢٣-٠٦", "۲۰۲۶۰۰۰۰۱۲۳۰۶"]) {
    expect(isMistyped(number), number).toBe(false);
  }
});

test("a wrong digit, two swapped digits and anything else is a typing error", () => {
  for (const number of ["2026-0000124-06", "2026-0000132-06", "2026-000123-06", "", "attest"]) {
    expect(isMistyped(number), number).toBe(true);
  }
});
