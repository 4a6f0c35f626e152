/**
 * The questions of every part of a sitting, with their sound and pictures: fetched before the first clock starts, checked by number, size and
 * hash, and kept in the journal, so that neither a slow nor a lost connection nor a restart is noticed.
 */
import { keep, keptBytes, keptJson, sha256, type Journal } from "@ijkpunt/save-client";
import * as server from "./server.ts";

export interface Content {
  items: server.AttemptItems["items"];
  mediaUrl(src: string): string;
  /** Keeps the next question of an adaptive test. */
  add(position: number, item: server.AttemptItems["items"][number]["item"]): Promise<void>;
  release(): void;
}

/** What is missing, or is not what it should be. */
export class Incomplete extends Error {}

const PAPER = "paper";
const MEDIA = "/api/kiosk/media/";
const TRIES = 4;
const AT_ONCE = 3;

const nameOf = (url: string) => `media ${url}`;

/** Fetches what is not here yet of these attempts. */
export async function fetchAll(
  journal: Journal,
  attempts: readonly { id: string; items: number; adaptive: boolean }[],
  onprogress: (done: number, of: number) => void,
): Promise<void> {
  const missing: { attempt: string; file: server.AttemptItems["media"][number] }[] = [];
  let done = 0;
  let all = attempts.length;
  const step = () => onprogress((done += 1), all);
  onprogress(0, all);
  for (const { id, items, adaptive } of attempts) {
    let paper = await keptJson<server.AttemptItems>(journal, id, PAPER);
    // An adaptive test has the questions that were chosen so far, and the server knows which those are.
    if (adaptive || paper?.items.length !== items) paper = await server.items(id);
    check(paper, adaptive ? paper.items.length : items);
    await keep(journal, id, PAPER, paper);
    for (const file of paper.media) missing.push({ attempt: id, file });
    all = attempts.length + missing.length;
    step();
  }
  const queue = [...missing];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { attempt, file } = next;
      const here = await keptBytes(journal, attempt, nameOf(file.url)).catch(() => undefined);
      if (!here || !(await isWhole(here, file))) await keep(journal, attempt, nameOf(file.url), await fetchWhole(file));
      step();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function check(paper: server.AttemptItems, items: number): void {
  const positions = paper.items.map(({ position }) => position).toSorted((one, other) => one - other);
  if (positions.length !== items || positions.some((position, n) => position !== n)) throw new Incomplete("items");
  const listed = new Set(paper.media.map(({ url }) => url));
  for (const used of sources(paper.items)) if (!listed.has(used)) throw new Incomplete("media");
}

/** Every address of a file that questions name, wherever it stands in them. */
function sources(node: unknown): string[] {
  if (typeof node === "string") return node.startsWith(MEDIA) ? [node] : [];
  if (typeof node !== "object" || node === null) return [];
  return Object.values(node).flatMap(sources);
}

async function isWhole(bytes: ArrayBuffer, file: { bytes: number; sha256: string }): Promise<boolean> {
  return bytes.byteLength === file.bytes && (await sha256(bytes)) === file.sha256;
}

async function fetchWhole(file: { url: string; bytes: number; sha256: string }): Promise<ArrayBuffer> {
  for (let tried = 1; ; tried += 1) {
    try {
      const response = await fetch(file.url, { cache: tried === 1 ? "default" : "reload" });
      if (!response.ok) throw new Error(String(response.status));
      const bytes = await response.arrayBuffer();
      if (await isWhole(bytes, file)) return bytes;
      throw new Incomplete("media");
    } catch (error) {
      if (tried === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tried));
    }
  }
}

/** What was fetched for an attempt, ready to be shown; none when it is not here. */
export async function openContent(journal: Journal, attempt: string): Promise<Content | undefined> {
  const paper = await keptJson<server.AttemptItems>(journal, attempt, PAPER);
  if (!paper) return undefined;
  const urls = new Map<string, string>();
  for (const { url } of paper.media) {
    const bytes = await keptBytes(journal, attempt, nameOf(url));
    if (!bytes) return undefined;
    urls.set(url, URL.createObjectURL(new Blob([bytes])));
  }
  return {
    items: paper.items,
    mediaUrl: (src) => urls.get(src) ?? src,
    async add(position, item) {
      paper.items.push({ position, item });
      await keep(journal, attempt, PAPER, paper);
    },
    release() {
      for (const url of urls.values()) URL.revokeObjectURL(url);
    },
  };
}
