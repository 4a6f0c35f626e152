import { expect, test } from "vitest";
import { csvText } from "../src/helpers/csv.ts";

test("writes numbers as the command line reads them, and quotes what a comma would divide", () => {
  const rows = [
    ["I1", 0.25, null],
    ['zegt "ja", soms', -1, undefined],
  ];
  expect(csvText(["item", "b", "se"], rows)).toBe('item,b,se\r\nI1,0.25,\r\n"zegt ""ja"", soms",-1,\r\n');
});
