/** A draft of an item, as `/api/item-drafts` takes it. What is in `kept` is not shown and goes back as it came. */
export type Kept = Record<string, string>;

export interface RichMark {
  type: string;
  attrs?: Record<string, unknown>;
}
export interface Rich {
  type: string;
  attrs?: Record<string, unknown>;
  content?: Rich[];
  marks?: RichMark[];
  text?: string;
}

export interface PointsEntry {
  key: string;
  points: number;
  case_sensitive: boolean;
}
export interface Points {
  default: number;
  lower: number | null;
  upper: number | null;
  entries: PointsEntry[];
}
export interface Answer {
  identifier: string;
  cardinality: string;
  base: string;
  correct: string[];
  points: Points | null;
}
export interface Choice {
  identifier: string;
  text: Rich;
  fixed: boolean;
  max: number | null;
  kept: Kept;
}

interface Asking {
  answer: Answer;
  prompt: Rich | null;
  kept: Kept;
}
export interface TextBlock {
  kind: "text";
  text: Rich;
}
export interface ChoiceBlock extends Asking {
  kind: "choice";
  shuffle: boolean;
  max: number;
  min: number;
  horizontal: boolean;
  choices: Choice[];
}
export interface OrderBlock extends Asking {
  kind: "order";
  shuffle: boolean;
  horizontal: boolean;
  choices: Choice[];
}
export interface MatchBlock extends Asking {
  kind: "match";
  shuffle: boolean;
  max: number;
  min: number;
  rows: Choice[];
  columns: Choice[];
}
export interface GapMatchBlock extends Asking {
  kind: "gap_match";
  shuffle: boolean;
  choices: Choice[];
  text: Rich;
}
export interface HottextBlock extends Asking {
  kind: "hottext";
  max: number;
  min: number;
  text: Rich;
}
export interface ExtendedTextBlock extends Asking {
  kind: "extended_text";
  lines: number | null;
  min_words: number | null;
  max_words: number | null;
}
export interface MediaBlock extends Asking {
  kind: "media";
  src: string;
  mime: string;
  max_plays: number;
  min_plays: number;
  transcript: string;
}
export interface RecordBlock extends Asking {
  kind: "record";
  max_seconds: number;
  prepare_seconds: number;
}
export type Asked =
  ChoiceBlock | OrderBlock | MatchBlock | GapMatchBlock | HottextBlock | ExtendedTextBlock | MediaBlock | RecordBlock;
export type Block = TextBlock | Asked;

export interface InlineChoice {
  kind: "choice";
  answer: Answer;
  shuffle: boolean;
  choices: Choice[];
  kept: Kept;
}
export interface TextEntry {
  kind: "text_entry";
  answer: Answer;
  expected_length: number | null;
  kept: Kept;
}
export type Inline = InlineChoice | TextEntry;

export interface Draft {
  identifier: string;
  title: string;
  language: string;
  kept?: Kept;
  body_kept?: Kept;
  blocks: Block[];
  inline: Inline[];
  scoring: { kind: "all" | "parts" | "human"; points: number; maximum: number | null };
}

/** Files by the names that the item uses. */
export type Files = Record<string, string>;

/** What an author can choose to make. */
export const TYPES = [
  ...(["choice", "multiple", "inline_choice", "gap_match", "match", "order", "hottext"] as const),
  ...(["text_entry", "extended_text", "media", "record"] as const),
] as const;
export type ItemType = (typeof TYPES)[number];

export const paragraph = (text = ""): Rich => ({
  type: "paragraph",
  ...(text ? { content: [{ type: "text", text }] } : {}),
});
export const rich = (text = ""): Rich => ({ type: "doc", content: [paragraph(text)] });

/** The words of a document, a paragraph a line. */
export function wordsOf(node: Rich | null | undefined): string {
  if (!node) return "";
  if (node.text !== undefined) return node.text;
  if (node.type === "hardBreak") return " ";
  const inside = (node.content ?? []).map(wordsOf).join(isBlock(node) ? "\n" : "");
  return inside;
}
const isBlock = (node: Rich) =>
  (node.content ?? []).some((child) => !["text", "hardBreak"].includes(child.type) && child.content);

export function walk(node: Rich | null | undefined, visit: (node: Rich) => void): void {
  if (!node) return;
  visit(node);
  for (const child of node.content ?? []) walk(child, visit);
}

/** The nodes of one type, in order. */
export function nodesOf(node: Rich | null | undefined, type: string): Rich[] {
  const found: Rich[] = [];
  walk(node, (one) => {
    if (one.type === type) found.push(one);
  });
  return found;
}

/** The words that can be chosen in a text: identifier and what they say. */
export function hottextsOf(text: Rich): { identifier: string; words: string }[] {
  const found = new Map<string, string>();
  walk(text, (node) => {
    const mark = node.marks?.find((one) => one.type === "hottext");
    const identifier = String(mark?.attrs?.["identifier"] ?? "");
    if (identifier) found.set(identifier, (found.get(identifier) ?? "") + (node.text ?? ""));
  });
  return [...found].map(([identifier, words]) => ({ identifier, words }));
}

export const gapsOf = (text: Rich): string[] =>
  nodesOf(text, "gap").map((gap) => String(gap.attrs?.["identifier"] ?? ""));

/** The first name of a kind that is not taken: A, B, … or G1, G2, … */
export function freeName(taken: readonly string[], prefix = ""): string {
  for (let n = 0; ; n += 1) {
    const name = prefix ? `${prefix}${n + 1}` : n < 26 ? String.fromCharCode(65 + n) : `A${n}`;
    if (!taken.includes(name)) return name;
  }
}

export const choice = (identifier: string, max: number | null = null): Choice => ({
  identifier,
  text: rich(),
  fixed: false,
  max,
  kept: {},
});

const answer = (identifier: string, cardinality: string, base: string): Answer => ({
  identifier,
  cardinality,
  base,
  correct: [],
  points: null,
});

export function answersOf(draft: Draft): Answer[] {
  return [
    ...draft.blocks.flatMap((block) => (block.kind === "text" ? [] : [block.answer])),
    ...draft.inline.map((one) => one.answer),
  ];
}

export function freeResponse(draft: Draft, wanted = "RESPONSE"): string {
  const taken = answersOf(draft).map((one) => one.identifier);
  return taken.includes(wanted) ? freeName(taken, wanted) : wanted;
}

const letters = (count: number, prefix = "", max: number | null = null) =>
  Array.from({ length: count }, (_, n) => choice(prefix ? `${prefix}${n + 1}` : String.fromCharCode(65 + n), max));

/** A question of a kind, empty. */
export function newBlock(draft: Draft, kind: Asked["kind"] | "multiple"): Asked {
  const response = freeResponse(draft, kind === "media" ? "AUDIO" : "RESPONSE");
  const asking = (cardinality: string, base: string) => ({
    answer: answer(response, cardinality, base),
    prompt: kind === "media" ? null : rich(),
    kept: {},
  });
  switch (kind) {
    case "choice":
      return {
        kind,
        ...asking("single", "identifier"),
        shuffle: true,
        max: 1,
        min: 0,
        horizontal: false,
        choices: letters(4),
      };
    case "multiple":
      return {
        ...{ kind: "choice", ...asking("multiple", "identifier"), shuffle: true, max: 0, min: 0 },
        ...{ horizontal: false, choices: letters(5) },
      };
    case "order": {
      const made = asking("ordered", "identifier");
      const choices = letters(4);
      made.answer.correct = choices.map((one) => one.identifier);
      return { kind, ...made, shuffle: true, horizontal: false, choices };
    }
    case "match":
      return {
        ...{ kind, ...asking("multiple", "directedPair"), shuffle: true, max: 0, min: 0 },
        ...{ rows: letters(3, "R", 1), columns: letters(3, "C", 0) },
      };
    case "gap_match":
      return { kind, ...asking("multiple", "directedPair"), shuffle: true, choices: letters(4, "W", 1), text: rich() };
    case "hottext":
      return { kind, ...asking("multiple", "identifier"), max: 0, min: 0, text: rich() };
    case "extended_text":
      return { kind, ...asking("single", "string"), lines: 10, min_words: null, max_words: null };
    case "media":
      return {
        kind,
        ...asking("single", "integer"),
        src: "",
        mime: "audio/ogg",
        max_plays: 2,
        min_plays: 0,
        transcript: "",
      };
    case "record":
      return { kind, ...asking("single", "file"), max_seconds: 60, prepare_seconds: 15 };
  }
}

export function newInline(draft: Draft, kind: Inline["kind"]): Inline {
  const response = freeResponse(draft);
  return kind === "choice"
    ? { kind, answer: answer(response, "single", "identifier"), shuffle: true, choices: letters(3), kept: {} }
    : { kind, answer: answer(response, "single", "string"), expected_length: 20, kept: {} };
}

/** An empty item of a type, in the order in which a candidate needs it: text, sound, question. */
export function newDraft(type: ItemType, title: string, language: string): Draft {
  const human = type === "extended_text" || type === "record";
  const draft: Draft = {
    identifier: "new",
    title,
    language,
    blocks: [],
    inline: [],
    scoring: { kind: human ? "human" : "all", points: 1, maximum: null },
  };
  if (type === "inline_choice" || type === "text_entry") {
    const made = newInline(draft, type === "inline_choice" ? "choice" : "text_entry");
    draft.inline.push(made);
    const line: Rich = {
      type: "paragraph",
      content: [{ type: "inlineAnswer", attrs: { response: made.answer.identifier } }],
    };
    draft.blocks.push({ kind: "text", text: { type: "doc", content: [paragraph(title), line] } });
    return draft;
  }
  draft.blocks.push(type === "media" ? newBlock(draft, "media") : { kind: "text", text: rich() });
  const block = newBlock(draft, type === "media" ? "choice" : type);
  block.prompt = rich(title);
  draft.blocks.push(block);
  return draft;
}

/** Points that follow from a key: one for each right answer. */
export function pointsOf(from: Answer): Points {
  return {
    default: 0,
    lower: 0,
    upper: null,
    entries: from.correct.map((key) => ({ key, points: 1, case_sensitive: false })),
  };
}

export const isMarked = (kind: Block["kind"]) => !["text", "extended_text", "media", "record"].includes(kind);

/** Makes an answer right, or no longer, in its key and in its points. */
export function setRight(target: Answer, key: string, right: boolean): void {
  if (target.cardinality === "single") target.correct = right ? [key] : target.correct.filter((one) => one !== key);
  else if (right && !target.correct.includes(key)) target.correct.push(key);
  else if (!right) target.correct = target.correct.filter((one) => one !== key);
  if (target.points) {
    const entries = target.points.entries.filter(
      (entry) => target.correct.includes(entry.key) || entry.points <= 0 || entry.key !== key,
    );
    if (right && !entries.some((entry) => entry.key === key)) entries.push({ key, points: 1, case_sensitive: false });
    target.points.entries = entries;
  }
}

export function setPoints(target: Answer, key: string, points: number): void {
  if (!target.points) return;
  const known = target.points.entries.find((entry) => entry.key === key);
  if (known) known.points = points;
  else target.points.entries.push({ key, points, case_sensitive: false });
}

/** Forgets a choice, row, word or gap that is gone. */
export function forget(target: Answer, identifier: string): void {
  const keeps = (key: string) => !key.split(" ").includes(identifier);
  target.correct = target.correct.filter(keeps);
  if (target.points) target.points.entries = target.points.entries.filter((entry) => keeps(entry.key));
}
