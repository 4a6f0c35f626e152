/** The delivery item, as docs/delivery-item.md describes it. What is not listed here is not drawn. */

export type Direction = "ltr" | "rtl";
export type Response = string | string[] | null;
export type Responses = Readonly<Record<string, Response | undefined>>;

export interface DeliveryItem {
  v: 1;
  lang: string;
  dir: Direction;
  body: readonly Node[];
}

interface Common {
  lang?: string;
  dir?: Direction;
}

export interface Option {
  id: string;
  c: readonly Node[];
}
/** An option that may be used so many times; 0 is any number. */
export interface CountedOption extends Option {
  max?: number;
}

export const TEXT_TAGS = [
  ...["p", "div", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li"],
  ...[
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "span",
    "em",
    "strong",
    "b",
    "i",
    "u",
    "small",
    "sub",
    "sup",
  ],
  ...["br", "hr", "pre", "code", "ruby", "rt", "rp", "figure", "figcaption", "dl", "dt", "dd"],
] as const;
export const TEXT_CLASSES = ["letter", "notice", "dialogue", "highlight"] as const;

export interface TextNode extends Common {
  t: (typeof TEXT_TAGS)[number];
  c?: readonly Node[];
  cls?: readonly string[] | string;
  colspan?: number;
  rowspan?: number;
  scope?: "row" | "col" | "rowgroup" | "colgroup";
}
export interface ImageNode extends Common {
  t: "img";
  src: string;
  alt: string;
  width?: number;
  height?: number;
}
export interface AudioNode extends Common {
  t: "audio";
  src: string;
  mime: string;
}
export interface MediaNode extends Common {
  t: "media";
  id: string;
  src: string;
  mime: string;
  max_plays: number;
  min_plays?: number;
}
export interface ChoiceNode extends Common {
  t: "choice";
  id: string;
  max: number;
  min?: number;
  prompt?: readonly Node[];
  options: readonly Option[];
  orientation?: "horizontal" | "vertical";
}
export interface InlineChoiceNode extends Common {
  t: "inline-choice";
  id: string;
  options: readonly Option[];
  min?: number;
}
export interface TextEntryNode extends Common {
  t: "text-entry";
  id: string;
  base?: "string" | "integer" | "float";
  width?: number;
  placeholder?: string;
}
export interface ExtendedTextNode extends Common {
  t: "extended-text";
  id: string;
  lines?: number;
  min_words?: number;
  max_words?: number;
  prompt?: readonly Node[];
}
export interface GapMatchNode extends Common {
  t: "gap-match";
  id: string;
  prompt?: readonly Node[];
  choices: readonly CountedOption[];
  body: readonly Node[];
}
export interface GapNode extends Common {
  t: "gap";
  id: string;
}
export interface MatchNode extends Common {
  t: "match";
  id: string;
  max?: number;
  min?: number;
  prompt?: readonly Node[];
  rows: readonly CountedOption[];
  columns: readonly CountedOption[];
}
export interface OrderNode extends Common {
  t: "order";
  id: string;
  prompt?: readonly Node[];
  options: readonly Option[];
  min?: number;
  max?: number;
  orientation?: "horizontal" | "vertical";
}
export interface HottextNode extends Common {
  t: "hottext";
  id: string;
  max: number;
  min?: number;
  prompt?: readonly Node[];
  body: readonly Node[];
}
export interface HotNode extends Common {
  t: "hot";
  id: string;
  c: readonly Node[];
}
export interface RecordNode extends Common {
  t: "record";
  id: string;
  prompt?: readonly Node[];
  max_seconds: number;
  prepare_seconds?: number;
}

export type Interaction =
  | MediaNode
  | ChoiceNode
  | InlineChoiceNode
  | TextEntryNode
  | ExtendedTextNode
  | GapMatchNode
  | MatchNode
  | OrderNode
  | HottextNode
  | RecordNode;
export type ObjectNode = TextNode | ImageNode | AudioNode | GapNode | HotNode | Interaction;
export type Node = string | ObjectNode;

/** What the renderer asks of the page that it is in. */
export interface Host {
  /** Where a media source can be read: the kiosk hands out `blob:` addresses of what it fetched beforehand. */
  mediaUrl(src: string): string | Promise<string>;
  /** May this media be played once more? The server debits the play before the sound starts. */
  onPlay(id: string): Promise<boolean>;
  recording?: RecordingHost;
}

export interface RecordingHost {
  /** A new recording; gives its id. */
  onStart(interaction: string, mime: string): Promise<string>;
  /** About a second of sound, numbered from 0. It must be kept before anything else is done with it. */
  onSlice(recording: string, n: number, slice: Blob): void | Promise<void>;
  onComplete(recording: string, slices: number, durationMs: number): void | Promise<void>;
  /** The whole recording to be heard once by its maker; null when it was heard already. */
  onPlayback(recording: string): Promise<Blob | null>;
}
