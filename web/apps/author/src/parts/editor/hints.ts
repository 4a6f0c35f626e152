/** What a draft may still want, for everybody to be able to answer it. Pure, so that it can be tested without a page. */
import {
  gapsOf,
  hottextsOf,
  isMarked,
  nodesOf,
  walk,
  wordsOf,
  type Block,
  type Choice,
  type Draft,
  type Rich,
} from "./document.ts";

export interface Hint {
  /** The message's name. */
  code: string;
  /** The element to go to. */
  place: string;
  facts?: Record<string, string | number>;
}

const COLOURS =
  /\b(rode|rood|groene|groen|blauwe|blauw|gele|geel|oranje|paarse|paars|roze|red|green|blue|yellow|orange|purple|pink|rouge|vert|verte|bleu|bleue|jaune|rose|violet)\b/iu;
const SCRIPTS = [
  /\p{Script=Arabic}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Han}/u,
  /\p{Script=Hebrew}/u,
  /\p{Script=Greek}/u,
];

export function hintsOf(draft: Draft): Hint[] {
  const hints: Hint[] = [];
  if (draft.title.trim() === "") hints.push({ code: "title", place: "edit-title" });
  draft.blocks.forEach((block, at) => ofBlock(draft, block, `block-${at}`, hints));
  if (!draft.blocks.some((block) => block.kind !== "text") && draft.inline.length === 0) {
    hints.push({ code: "question", place: "edit-add" });
  }
  return hints;
}

function ofBlock(draft: Draft, block: Block, id: string, hints: Hint[]): void {
  if (block.kind === "text") {
    ofText(draft, block.text, `${id}-text`, hints);
    headings(block.text, `${id}-text`, hints);
    for (const node of nodesOf(block.text, "inlineAnswer")) {
      const inline = draft.inline.find((one) => one.answer.identifier === node.attrs?.["response"]);
      if (!inline) continue;
      const place = `${id}-${inline.answer.identifier}`;
      if (inline.kind === "choice") ofChoices(draft, inline.choices, place, hints);
      if (inline.answer.correct.length === 0) {
        const first = inline.kind === "choice" ? `${place}-${inline.choices[0]?.identifier}` : `${place}-key`;
        hints.push({ code: "key", place: first });
      }
    }
    return;
  }
  if (block.kind === "media") {
    if (block.src === "") hints.push({ code: "sound", place: `${id}-sound` });
    if (block.transcript.trim() === "") hints.push({ code: "transcript", place: `${id}-sound-transcript` });
    return;
  }
  if (wordsOf(block.prompt).trim() === "") hints.push({ code: "prompt", place: `${id}-prompt` });
  else ofText(draft, block.prompt, `${id}-prompt`, hints);
  let key = `${id}-key`;
  if (block.kind === "choice" || block.kind === "order") {
    ofChoices(draft, block.choices, id, hints);
    key = `${id}-${block.choices[0]?.identifier}`;
  } else if (block.kind === "match") {
    ofChoices(draft, block.rows, `${id}-rows`, hints);
    ofChoices(draft, block.columns, `${id}-columns`, hints);
  } else if (block.kind === "gap_match") {
    ofText(draft, block.text, `${id}-text`, hints);
    ofChoices(draft, block.choices, `${id}-words`, hints);
    if (gapsOf(block.text).length === 0) hints.push({ code: "gaps", place: `${id}-text` });
  } else if (block.kind === "hottext") {
    ofText(draft, block.text, `${id}-text`, hints);
    if (hottextsOf(block.text).length === 0) {
      hints.push({ code: "hot", place: `${id}-text` });
      return;
    }
  }
  if (isMarked(block.kind) && draft.scoring.kind !== "human" && block.answer.correct.length === 0) {
    hints.push({ code: "key", place: key });
  }
}

function ofChoices(draft: Draft, choices: readonly Choice[], id: string, hints: Hint[]): void {
  const seen = new Map<string, number>();
  const lengths = choices.map((one) => wordsOf(one.text).trim().length);
  const typical = [...lengths].sort((a, b) => a - b)[Math.floor(lengths.length / 2)] ?? 0;
  choices.forEach((one, at) => {
    const place = `${id}-${one.identifier}`;
    const words = wordsOf(one.text).trim();
    const pictured = nodesOf(one.text, "image").length > 0;
    if (words === "" && !pictured) hints.push({ code: "empty-choice", place, facts: { n: at + 1 } });
    const same = seen.get(words.toLocaleLowerCase());
    if (words !== "" && same !== undefined) hints.push({ code: "duplicate", place, facts: { n: at + 1, other: same } });
    seen.set(words.toLocaleLowerCase(), seen.get(words.toLocaleLowerCase()) ?? at + 1);
    // A choice that stands out by its length is often taken for the right one.
    if (choices.length > 2 && words.length > 30 && typical > 0 && words.length > 2 * typical) {
      hints.push({ code: "long", place, facts: { n: at + 1 } });
    }
    ofText(draft, one.text, place, hints);
  });
}

function ofText(draft: Draft, text: Rich | null, place: string, hints: Hint[]): void {
  let foreign = false;
  let unnamed = false;
  walk(text, (node) => {
    if (node.type === "image" && !String(node.attrs?.["alt"] ?? "").trim()) unnamed = true;
    const marked = node.marks?.some((mark) => mark.type === "language");
    if (node.text && !marked && writtenOtherwise(node.text, draft.language)) foreign = true;
  });
  if (unnamed) hints.push({ code: "alt", place });
  if (foreign) hints.push({ code: "language", place });
  const colour = COLOURS.exec(wordsOf(text))?.[0];
  if (colour && nodesOf(text, "image").length > 0) hints.push({ code: "colour", place, facts: { colour } });
  else if (
    colour &&
    /\b(woord|tekst|knop|vak|zin|word|text|button|box|mot|texte|bouton|case)\b/iu.test(wordsOf(text))
  ) {
    hints.push({ code: "colour", place, facts: { colour } });
  }
}

/** Whether letters are of another script than those of the item's language. */
function writtenOtherwise(text: string, language: string): boolean {
  const own = SCRIPTS.findIndex((_, index) =>
    (["ar,fa,prs,ps,ckb,ur,ary", "uk,ru,bg,sr", "zh", "he", "el"][index] ?? "")
      .split(",")
      .includes(language.split("-")[0] ?? ""),
  );
  if (own >= 0) return /[A-Za-z]{4,}/u.test(text);
  return SCRIPTS.some((script) => script.test(text));
}

/** A heading that skips a level cannot be followed by those who go from heading to heading. */
function headings(text: Rich, place: string, hints: Hint[]): void {
  let before = 0;
  for (const heading of nodesOf(text, "heading")) {
    const level = Number(heading.attrs?.["level"] ?? 2);
    if (before > 0 && level > before + 1) hints.push({ code: "headings", place, facts: { from: before, to: level } });
    before = level;
  }
}
