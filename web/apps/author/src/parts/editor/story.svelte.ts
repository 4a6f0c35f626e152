/** What was written, step by step, so that it can be taken back; and a copy in this browser, so that nothing is lost by closing it. */
import type { Draft, Files } from "./document.ts";

const STEPS = 200;

export interface Kept {
  draft: Draft;
  files: Files;
  at: string;
}

export function story(first: string) {
  const state = $state({ past: [] as string[], now: first, future: [] as string[] });
  return {
    get canUndo() {
      return state.past.length > 0;
    },
    get canRedo() {
      return state.future.length > 0;
    },
    /** A new state; what was taken back before is gone. */
    write(next: string) {
      if (next === state.now) return;
      state.past = [...state.past, state.now].slice(-STEPS);
      state.now = next;
      state.future = [];
    },
    undo(): string | undefined {
      const before = state.past.at(-1);
      if (before === undefined) return undefined;
      state.future = [...state.future, state.now];
      state.past = state.past.slice(0, -1);
      state.now = before;
      return before;
    },
    redo(): string | undefined {
      const after = state.future.at(-1);
      if (after === undefined) return undefined;
      state.past = [...state.past, state.now];
      state.future = state.future.slice(0, -1);
      state.now = after;
      return after;
    },
  };
}

const key = (version: string) => `ijkpunt-author-draft-${version}`;

/** False when this browser keeps nothing. */
export function keepHere(version: string, kept: Kept): boolean {
  try {
    localStorage.setItem(key(version), JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

export function keptHere(version: string): Kept | undefined {
  try {
    const text = localStorage.getItem(key(version));
    return text === null ? undefined : (JSON.parse(text) as Kept);
  } catch {
    return undefined;
  }
}

export function forgetHere(version: string): void {
  try {
    localStorage.removeItem(key(version));
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}
