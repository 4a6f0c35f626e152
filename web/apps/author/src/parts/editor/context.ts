/** What the parts of the editor share. */
import { api } from "@ijkpunt/api";
import { getContext, setContext } from "svelte";
import type { Draft, Files, ItemType } from "./document.ts";

export interface EditorContext {
  draft(): Draft;
  files(): Files;
  /** Takes a file in and gives the name under which the item knows it. */
  add(file: Blob): Promise<{ name: string; mime: string }>;
}

const EDITOR = Symbol("editor");
export const provideEditor = (context: EditorContext): EditorContext => setContext(EDITOR, context);
export const editor = (): EditorContext => getContext(EDITOR);

export const urlOf = (files: Files, name: string): string => (files[name] ? `/api/item-media/${files[name]}` : "");

const ENDINGS: Record<string, string> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/svg+xml": "svg",
  "audio/webm": "webm",
  "audio/ogg": "ogg",
  "audio/wav": "wav",
  "audio/mp4": "m4a",
  "audio/mpeg": "mp3",
};

/** Sends a file to the bank. Its name in the item tells nothing of what is in it. */
export async function upload(files: Files, file: Blob): Promise<{ name: string; mime: string }> {
  const body = file.slice(0, file.size, "application/octet-stream");
  const { id, mime } = (await api.post("/api/item-media", { body })) as { id: string; mime: string };
  const name = `../media/${id}.${ENDINGS[mime] ?? "bin"}`;
  files[name] = id;
  return { name, mime };
}

/** The skill in which a type of question is most at home, for the first choice of a new item. */
export const skillOf = (type: ItemType): "reading" | "listening" | "writing" | "speaking" =>
  type === "media" ? "listening" : type === "record" ? "speaking" : type === "extended_text" ? "writing" : "reading";
