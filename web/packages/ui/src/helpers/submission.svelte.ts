/**
 * Sending a form: one at a time, with the server's refusal kept by field.
 *
 *     const saving = submission();
 *     await saving.run(() => api.post("/api/candidates", { body }));
 *     <TextField … error={saving.error("/birth_date")} />
 *     <Alert problem={saving.problem} />
 */
import { Problem } from "@ijkpunt/api";
import { tick } from "svelte";
import { sessionEnded } from "./session.svelte.ts";

export interface Submission {
  readonly busy: boolean;
  readonly problem: Problem | undefined;
  /** What is wrong with the field at this JSON pointer. */
  error(pointer: string): string | undefined;
  /** The result, or undefined when it was refused or one was under way. */
  run<T>(send: () => Promise<T>): Promise<T | undefined>;
  /** True when `run` succeeded, for those whose request gives nothing back. */
  succeeds(send: () => Promise<unknown>): Promise<boolean>;
  clear(): void;
}

export function submission(): Submission {
  const state = $state<{ busy: boolean; problem: Problem | undefined }>({ busy: false, problem: undefined });

  async function attempt<T>(send: () => Promise<T>): Promise<{ value: T } | undefined> {
    if (state.busy) return undefined;
    state.busy = true;
    state.problem = undefined;
    try {
      return { value: await send() };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.code === "not-logged-in") sessionEnded();
      state.problem = error;
      void tick().then(focusFirstError);
      return undefined;
    } finally {
      state.busy = false;
    }
  }

  return {
    get busy() {
      return state.busy;
    },
    get problem() {
      return state.problem;
    },
    error: (pointer) => state.problem?.errors.find((one) => one.pointer === pointer)?.message,
    run: async (send) => (await attempt(send))?.value,
    succeeds: async (send) => (await attempt(send)) !== undefined,
    clear: () => (state.problem = undefined),
  };
}

function focusFirstError(): void {
  document.querySelector<HTMLElement>('main [aria-invalid="true"], dialog[open] [aria-invalid="true"]')?.focus();
}
