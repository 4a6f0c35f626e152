import { getContext, setContext } from "svelte";
import type { Host, Response } from "./types.ts";

/** What the interactions of one item share. Read through functions, so that what they read stays live. */
export interface ItemContext {
  response(id: string): Response;
  respond(id: string, value: Response): void;
  readonly(): boolean;
  /** How often a media was played already. */
  plays(id: string): number;
  /** The how-manieth of its kind an interaction is, for a name where the text gives none. */
  ordinal(id: string): number;
  host(): Host;
}

const ITEM = Symbol("item");

export const provideItem = (context: ItemContext): ItemContext => setContext(ITEM, context);
export const itemContext = (): ItemContext => getContext(ITEM);

/** What the gaps of a gap match and the words of a hottext ask of the interaction that they stand in. */
export interface Holder {
  options(gap: string): readonly { id: string; text: string; usedUp: boolean }[];
  chosen(id: string): string;
  choose(id: string, choice: string): void;
  ordinal(id: string): number;
  toggle(id: string): void;
  isOn(id: string): boolean;
}

const HOLDER = Symbol("holder");

export const provideHolder = (holder: Partial<Holder>): void => void setContext(HOLDER, holder);
export const holder = (): Holder => getContext(HOLDER);

/** A response as a list, whatever it is. */
export function asList(response: Response): readonly string[] {
  if (response === null) return [];
  return typeof response === "string" ? [response] : response;
}
