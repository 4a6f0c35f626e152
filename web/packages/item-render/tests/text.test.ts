import { expect, test } from "vitest";
import { segmentStarts } from "../src/segments.ts";
import { countWords, isAnswered, plainText } from "../src/text.ts";
import type { Node } from "../src/types.ts";

test("a word is what stands between spaces and has a letter or digit in it", () => {
  expect(countWords("")).toBe(0);
  expect(countWords("  Ik kom om 8 uur – echt waar!  ")).toBe(7);
  expect(countWords("'s morgens\neen 15-jarige")).toBe(4);
  expect(countWords("لا أستطيع الحضور يوم السبت")).toBe(5);
});

test("the words of an option are taken from all its parts", () => {
  const nodes: Node[] = ["een ", { t: "strong", c: ["grote"] }, { t: "br" }, { t: "img", src: "x", alt: "fiets" }];
  expect(plainText(nodes)).toBe("een grote fiets");
});

test("an item is answered when each of its interactions is, sound aside", () => {
  const body: Node[] = [
    { t: "media", id: "m1", src: "x", mime: "audio/ogg", max_plays: 2 },
    { t: "div", c: [{ t: "choice", id: "r1", max: 1, options: [] }] },
    { t: "p", c: [{ t: "text-entry", id: "r2" }] },
  ];
  expect(isAnswered(body, { r1: "a" })).toBe(false);
  expect(isAnswered(body, { r1: "a", r2: "  " })).toBe(false);
  expect(isAnswered(body, { r1: "a", r2: "acht" })).toBe(true);
  expect(isAnswered(["alleen tekst"], {})).toBe(false);
});

test("the segments of a recording begin at their headers, and sound that looks like the first bytes of one does not", () => {
  const header = [0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x86, 0x81, 0x01];
  const sound = Array.from({ length: 40 }, (_, index) => index);
  const lookalike = [0x1a, 0x45, 0xdf, 0xa3, ...sound];
  expect(segmentStarts(new Uint8Array([...header, ...sound, ...header, ...lookalike]))).toEqual([0, 49]);
  expect(segmentStarts(new Uint8Array(sound))).toEqual([0]);
});
