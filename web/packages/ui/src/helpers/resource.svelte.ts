/**
 * What a screen reads from the server: loading, there, or refused; read again when what `read` depends on changes, and by `reload`.
 *
 *     const candidate = resource(() => api.get("/api/candidates/{id}", { path: { id } }));
 *     <Loading of={candidate}>{#snippet children(data)} … {/snippet}</Loading>
 */
import { Problem } from "@ijkpunt/api";
import { sessionEnded } from "./session.svelte.ts";

export interface Resource<T> {
  readonly data: T | undefined;
  readonly problem: Problem | undefined;
  readonly loading: boolean;
  reload(): Promise<void>;
}

const REFRESH_MS = 10_000;

interface Options {
  /** For what changes without anybody doing something on this page: read again now and then, while the page is looked at. */
  live?: boolean;
}

/** To be called while a component starts. An answer that a later question overtook is thrown away. */
export function resource<T>(read: () => Promise<T>, { live = false }: Options = {}): Resource<T> {
  let now = $state.raw<{ data: T | undefined; problem: Problem | undefined; loading: boolean }>({
    data: undefined,
    problem: undefined,
    loading: true,
  });
  let asked = 0;

  /** `quietly`: what is shown stays when it cannot be read again. */
  async function load(promise: Promise<T>, quietly = false): Promise<void> {
    const mine = (asked += 1);
    try {
      const data = await promise;
      if (mine === asked) now = { data, problem: undefined, loading: false };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.code === "not-logged-in") sessionEnded();
      if (mine === asked && !quietly) now = { data: undefined, problem: error, loading: false };
    }
  }

  $effect(() => {
    void load(read());
  });

  $effect(() => {
    if (!live) return;
    const refresh = () => {
      // Somebody who fills in a form is not disturbed.
      if (!document.hidden && !document.querySelector("dialog[open]")) void load(read(), true);
    };
    const timer = setInterval(refresh, REFRESH_MS);
    document.addEventListener("visibilitychange", refresh);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", refresh);
    };
  });

  return {
    get data() {
      return now.data;
    },
    get problem() {
      return now.problem;
    },
    get loading() {
      return now.loading;
    },
    reload: () => load(read()),
  };
}
