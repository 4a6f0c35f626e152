import { expect, test } from "vitest";
import { axisTicks } from "../src/helpers/axis.ts";

test("an axis runs from zero over round steps to at least the greatest value", () => {
  expect(axisTicks(0)).toEqual([0, 1]);
  expect(axisTicks(1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(axisTicks(6_199)).toEqual([0, 2_000, 4_000, 6_000, 8_000]);
  expect(axisTicks(44_577)).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000]);
});
