import { expect, test } from "vitest";
import { newBlock, newDraft, rich, TYPES, type Draft } from "../src/parts/editor/document.ts";
import { hintsOf } from "../src/parts/editor/hints.ts";

const codes = (draft: Draft) => hintsOf(draft).map(({ code }) => code);

/** A choice that wants nothing. */
function whole(): Draft {
  const draft = newDraft("choice", "Wat koopt Samira?", "nl");
  const block = draft.blocks[1];
  if (block?.kind !== "choice") throw new Error("a choice");
  ["brood", "melk", "kaas", "rijst"].forEach((words, n) => {
    const choice = block.choices[n];
    if (choice) choice.text = rich(words);
  });
  block.answer.correct = ["A"];
  return draft;
}
function choiceOf(draft: Draft) {
  const block = draft.blocks[1];
  if (block?.kind !== "choice") throw new Error("a choice");
  return block;
}

test("an item with everything has no hints", () => {
  expect(hintsOf(whole())).toEqual([]);
});

test("every kind of new item says what it still wants, and where", () => {
  for (const type of TYPES) {
    const hints = hintsOf(newDraft(type, "Titel", "nl"));
    for (const { place } of hints) expect(place).toMatch(/^(block-\d|edit-)/);
    if (type !== "extended_text" && type !== "record") expect(hints.length, type).toBeGreaterThan(0);
  }
});

test("each thing that keeps somebody from answering is named", () => {
  const empty = whole();
  choiceOf(empty).prompt = rich();
  expect(codes(empty)).toEqual(["prompt"]);

  const twice = whole();
  const second = choiceOf(twice).choices[1];
  if (second) second.text = rich("Brood");
  expect(codes(twice)).toEqual(["duplicate"]);

  const long = whole();
  const first = choiceOf(long).choices[0];
  if (first) first.text = rich("een heel lang brood dat veel meer woorden heeft dan de andere keuzes");
  expect(codes(long)).toEqual(["long"]);

  const keyless = whole();
  choiceOf(keyless).answer.correct = [];
  expect(codes(keyless)).toEqual(["key"]);

  const pictured = whole();
  pictured.blocks[0] = {
    kind: "text",
    text: {
      type: "doc",
      content: [{ type: "paragraph", content: [{ type: "image", attrs: { src: "a.png", alt: " " } }] }],
    },
  };
  expect(codes(pictured)).toEqual(["alt"]);

  const coloured = whole();
  pictured.blocks[0] = { kind: "text", text: rich("") };
  choiceOf(coloured).prompt = rich("Wat betekent het rode woord?");
  expect(codes(coloured)).toEqual(["colour"]);

  const foreign = whole();
  choiceOf(foreign).prompt = rich("Wat betekent مرحبا?");
  expect(codes(foreign)).toEqual(["language"]);
  const marked = whole();
  choiceOf(marked).prompt = {
    type: "doc",
    content: [
      {
        type: "paragraph",
        content: [{ type: "text", text: "مرحبا", marks: [{ type: "language", attrs: { lang: "ar" } }] }],
      },
    ],
  };
  expect(codes(marked)).toEqual([]);

  const headed = whole();
  headed.blocks[0] = {
    kind: "text",
    text: {
      type: "doc",
      content: [2, 4].map((level) => ({ type: "heading", attrs: { level }, content: [{ type: "text", text: "Kop" }] })),
    },
  };
  expect(codes(headed)).toEqual(["headings"]);

  const sound = whole();
  sound.blocks[0] = newBlock(sound, "media");
  expect(codes(sound)).toEqual(["sound", "transcript"]);
});
