/**
 * The nodes and marks of rich text: those that `item-bank/src/qti/editing/rich_open.rs` makes, and no others, so that nothing of an item
 * goes through here and comes out different.
 */
import { Extension, Mark, Node, type Extensions } from "@tiptap/core";
import { history, redo, undo } from "@tiptap/pm/history";
import { tableEditing } from "@tiptap/pm/tables";

export type Mode = "text" | "words" | "gaps" | "hottexts";

export interface Helpers {
  /** Where a file of the item can be seen. */
  urlOf(name: string): string;
  /** What an answer in running text is called on its button. */
  labelOf(response: string): string;
  /** What a gap is called. */
  gapLabel(identifier: string): string;
}

type Kept = Record<string, string> | null;

const hidden = (fallback: unknown = null) => ({ default: fallback, rendered: false });
const kept = { kept: hidden() };

/** Language, direction and class of what was kept, so that it looks and is spelled as it is. */
function shownOf(attrs: Record<string, unknown>): Record<string, string> {
  const known = (attrs["kept"] ?? {}) as NonNullable<Kept>;
  const shown: Record<string, string> = {};
  if (known["xml:lang"]) shown["lang"] = known["xml:lang"];
  if (known["dir"]) shown["dir"] = known["dir"];
  return shown;
}

function block(name: string, content: string, tag: string, extra: Record<string, unknown> = {}) {
  return Node.create({
    name,
    group: "block",
    content,
    defining: true,
    addAttributes: () => ({ ...kept, ...extra }),
    parseHTML: () => [{ tag }],
    renderHTML: ({ node }) => [tag, shownOf(node.attrs), 0],
  });
}

const Doc = Node.create({ name: "doc", topNode: true, content: "block+" });
const Text = Node.create({ name: "text", group: "inline" });
const Paragraph = block("paragraph", "inline*", "p", { wrap: hidden() }).extend({ priority: 1000, defining: false });

const Heading = Node.create({
  name: "heading",
  group: "block",
  content: "inline*",
  defining: true,
  addAttributes: () => ({ ...kept, level: hidden(2) }),
  parseHTML: () => [1, 2, 3, 4, 5, 6].map((level) => ({ tag: `h${level}`, attrs: { level } })),
  renderHTML: ({ node }) => [`h${node.attrs["level"] as number}`, shownOf(node.attrs), 0],
});

const ListItem = Node.create({
  name: "listItem",
  content: "block+",
  defining: true,
  addAttributes: () => kept,
  parseHTML: () => [{ tag: "li" }],
  renderHTML: ({ node }) => ["li", shownOf(node.attrs), 0],
  addKeyboardShortcuts() {
    return {
      Enter: () => this.editor.commands.splitListItem(this.name),
      "Mod-]": () => this.editor.commands.sinkListItem(this.name),
      "Mod-[": () => this.editor.commands.liftListItem(this.name),
    };
  },
});

const Box = Node.create({
  name: "box",
  group: "block",
  content: "block+",
  defining: true,
  addAttributes: () => kept,
  renderHTML: ({ node }) => {
    const known = node.attrs["kept"] as Kept;
    return ["div", { ...shownOf(node.attrs), class: `box ${known?.["class"] ?? ""}`.trim() }, 0];
  },
});

const Rule = Node.create({
  name: "horizontalRule",
  group: "block",
  addAttributes: () => kept,
  parseHTML: () => [{ tag: "hr" }],
  renderHTML: () => ["hr"],
});

const Break = Node.create({
  name: "hardBreak",
  inline: true,
  group: "inline",
  selectable: false,
  parseHTML: () => [{ tag: "br" }],
  renderHTML: () => ["br"],
  addKeyboardShortcuts() {
    return { "Shift-Enter": () => this.editor.commands.insertContent({ type: this.name }) };
  },
});

const Table = Node.create({
  name: "table",
  group: "block",
  content: "tableRow+",
  isolating: true,
  addAttributes: () => ({ ...kept, caption: hidden() }),
  extendNodeSchema: () => ({ tableRole: "table" }),
  parseHTML: () => [{ tag: "table" }],
  renderHTML: ({ node }) => ["table", shownOf(node.attrs), ["tbody", 0]],
  addProseMirrorPlugins: () => [tableEditing()],
});
const TableRow = Node.create({
  name: "tableRow",
  content: "(tableCell | tableHeader)*",
  addAttributes: () => ({ ...kept, section: hidden() }),
  extendNodeSchema: () => ({ tableRole: "row" }),
  parseHTML: () => [{ tag: "tr" }],
  renderHTML: () => ["tr", 0],
});
const cell = (name: string, tag: string, role: string) =>
  Node.create({
    name,
    content: "block+",
    isolating: true,
    addAttributes: () => ({ ...kept, colspan: { default: 1 }, rowspan: { default: 1 }, colwidth: hidden() }),
    extendNodeSchema: () => ({ tableRole: role }),
    parseHTML: () => [{ tag }],
    renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0],
  });

const image = (helpers: Helpers) =>
  Node.create({
    name: "image",
    group: "inline",
    inline: true,
    draggable: true,
    addAttributes: () => ({ ...kept, src: hidden(""), alt: hidden(), width: hidden(), height: hidden() }),
    renderHTML: ({ node }) => {
      const { src, alt } = node.attrs as { src: string; alt: string | null };
      return ["img", { src: helpers.urlOf(src), alt: alt ?? "" }];
    },
  });

const gap = (helpers: Helpers) =>
  Node.create({
    name: "gap",
    group: "inline",
    inline: true,
    atom: true,
    addAttributes: () => ({ ...kept, identifier: hidden("") }),
    renderHTML: ({ node }) => ["span", { class: "atom" }, helpers.gapLabel(String(node.attrs["identifier"]))],
  });

const inlineAnswer = (helpers: Helpers) =>
  Node.create({
    name: "inlineAnswer",
    group: "inline",
    inline: true,
    atom: true,
    addAttributes: () => ({ response: hidden("") }),
    renderHTML: ({ node }) => ["span", { class: "atom" }, helpers.labelOf(String(node.attrs["response"]))],
  });

function mark(name: string, tags: readonly string[], key?: string, other?: string) {
  return Mark.create({
    name,
    addAttributes: () => (other ? { tag: hidden() } : {}),
    parseHTML: () => tags.map((tag) => (tag === other ? { tag, attrs: { tag } } : { tag })),
    renderHTML: ({ mark: made }) => [made.attrs["tag"] ?? tags[0] ?? "span", 0],
    addKeyboardShortcuts() {
      return key ? { [key]: () => this.editor.commands.toggleMark(this.name) } : {};
    },
  });
}

const Language = Mark.create({
  name: "language",
  addAttributes: () => ({ lang: hidden(), dir: hidden() }),
  parseHTML: () => [
    {
      tag: "span[lang]",
      getAttrs: (element) => ({ lang: element.getAttribute("lang"), dir: element.getAttribute("dir") }),
    },
  ],
  renderHTML: ({ mark: made }) => {
    const { lang, dir } = made.attrs as { lang: string | null; dir: string | null };
    return ["span", { class: "language", lang, ...(dir ? { dir } : {}) }, 0];
  },
});
const Highlight = Mark.create({
  name: "highlight",
  parseHTML: () => [{ tag: "mark" }],
  renderHTML: () => ["mark", 0],
});
const Hottext = Mark.create({
  name: "hottext",
  inclusive: false,
  addAttributes: () => ({ identifier: hidden("") }),
  renderHTML: () => ["span", { class: "hot" }, 0],
});

/** Undo within a text; the page has one of its own for everything else. */
const Undo = Extension.create({
  name: "undo",
  addProseMirrorPlugins: () => [history()],
  addKeyboardShortcuts() {
    const run = (command: typeof undo) => () => command(this.editor.state, this.editor.view.dispatch);
    return { "Mod-z": run(undo), "Mod-y": run(redo), "Shift-Mod-z": run(redo) };
  },
});

export function schema(mode: Mode, helpers: Helpers): Extensions {
  const always = [
    ...[
      Doc,
      Text,
      Paragraph,
      Heading,
      block("bulletList", "listItem+", "ul"),
      block("orderedList", "listItem+", "ol"),
      ListItem,
    ],
    ...[block("blockquote", "block+", "blockquote"), Box, Rule, Break, Table, TableRow],
    ...[cell("tableHeader", "th", "header_cell"), cell("tableCell", "td", "cell"), image(helpers)],
    ...[
      mark("bold", ["strong", "b"], "Mod-b", "b"),
      mark("italic", ["em", "i"], "Mod-i", "i"),
      mark("underline", ["u"], "Mod-u"),
    ],
    ...[mark("subscript", ["sub"]), mark("superscript", ["sup"]), Language, Highlight],
  ];
  const own =
    mode === "text" ? [inlineAnswer(helpers)] : mode === "gaps" ? [gap(helpers)] : mode === "hottexts" ? [Hottext] : [];
  return [...always, ...own, Undo];
}
