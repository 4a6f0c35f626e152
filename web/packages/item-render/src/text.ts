import type { Interaction, Node, ObjectNode } from "./types.ts";

/** The words of nodes without their structure, for the name of a control and for native options. */
export function plainText(nodes: readonly Node[]): string {
  return nodes
    .map((node) => {
      if (typeof node === "string") return node;
      if (node.t === "img") return node.alt;
      if (node.t === "br") return " ";
      return "c" in node && node.c ? plainText(node.c) : "";
    })
    .join("")
    .replace(/\s+/g, " ")
    .trim();
}

/** A word is whatever stands between spaces and has a letter or a digit in it: "15-jarige" is one, a lone dash is none. */
export function countWords(text: string): number {
  return text.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

/** The interactions of a body in reading order. */
export function interactionsOf(nodes: readonly Node[]): Interaction[] {
  return nodes.flatMap((node) => {
    if (typeof node === "string") return [];
    const inside = [
      ...("c" in node && node.c ? interactionsOf(node.c) : []),
      ...("body" in node ? interactionsOf(node.body) : []),
    ];
    return isInteraction(node) ? [node, ...inside] : inside;
  });
}

export function gapsOf(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => {
    if (typeof node === "string") return [];
    if (node.t === "gap") return [node.id];
    return "c" in node && node.c ? gapsOf(node.c) : [];
  });
}

const INTERACTIONS = [
  "media",
  "choice",
  "inline-choice",
  "text-entry",
  "extended-text",
  "gap-match",
  "match",
  "order",
  "hottext",
  "record",
];

function isInteraction(node: ObjectNode): node is Interaction {
  return INTERACTIONS.includes(node.t);
}

/** Whether every interaction of the item that takes an answer has one. */
export function isAnswered(body: readonly Node[], responses: Readonly<Record<string, unknown>>): boolean {
  const asked = interactionsOf(body).filter((interaction) => interaction.t !== "media");
  return (
    asked.length > 0 &&
    asked.every(({ id }) => {
      const response = responses[id];
      if (Array.isArray(response)) return response.length > 0;
      return typeof response === "string" && response.trim() !== "";
    })
  );
}
