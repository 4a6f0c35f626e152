import type { DeliveryItem } from "@ijkpunt/item-render";

type Nodes = DeliveryItem["body"];

/** The task without the place to answer: an examiner reads what was asked, and the answer stands apart. */
export function taskOnly(item: DeliveryItem): DeliveryItem {
  return { ...item, body: stripped(item.body) };
}

function stripped(nodes: Nodes): Nodes {
  return nodes.flatMap((node): Nodes => {
    if (typeof node === "string") return [node];
    if (node.t === "extended-text" || node.t === "record")
      return node.prompt ? [{ t: "div", c: stripped(node.prompt) }] : [];
    if (node.t === "text-entry") return ["…"];
    if ("c" in node && node.c) return [{ ...node, c: stripped(node.c) }] as Nodes;
    return [node];
  });
}
