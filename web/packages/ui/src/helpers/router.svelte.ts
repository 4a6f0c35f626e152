/**
 * Addresses of an app, by the History API, below the base where the app is served (`/desk/`). Plain links work: a click on one that
 * stays inside the app is taken over, everything else is the browser's.
 */
import type { Component } from "svelte";

// A screen declares its own params; the table of routes cannot know them.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Screen = Component<any>;

export interface Route {
  /** Below the base, such as `/candidates/:id`. */
  path: string;
  load: () => Promise<{ default: Screen }>;
  /** The message under which the screen stands in the top bar. */
  nav?: string;
  /** Shown in the top bar only to those who have one of these roles at the current agency. */
  roles?: readonly string[];
}

export interface Match {
  route: Route;
  params: Record<string, string>;
}

const base = import.meta.env.BASE_URL.replace(/\/$/, "");

const state = $state({ path: "/", search: "", visit: 0 });

/** Where the reader is. `visit` counts the pages opened, so that a screen can tell a new visit from the first load. */
export const location: Readonly<{ path: string; search: string; visit: number }> = state;

export function query(): URLSearchParams {
  return new URLSearchParams(state.search);
}

/** The full address of a path of this app, for `href`. */
export function href(path: string): string {
  return base + path;
}

export function navigate(path: string, { replace = false } = {}): void {
  history[replace ? "replaceState" : "pushState"](null, "", href(path));
  read();
  state.visit += 1;
  window.scrollTo(0, 0);
}

/** Changes the query alone: the page stays, as do its scroll position and its focus. */
export function setQuery(changes: Record<string, string | number | undefined>): void {
  const search = query();
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === "") search.delete(name);
    else search.set(name, String(value));
  }
  const text = search.toString();
  history.replaceState(null, "", href(state.path) + (text ? `?${text}` : ""));
  read();
}

export function startRouter(): () => void {
  read();
  const back = () => {
    read();
    state.visit += 1;
  };
  window.addEventListener("popstate", back);
  document.addEventListener("click", takeOver);
  return () => {
    window.removeEventListener("popstate", back);
    document.removeEventListener("click", takeOver);
  };
}

function read(): void {
  const { pathname, search } = window.location;
  state.path = pathname.startsWith(base) ? pathname.slice(base.length) || "/" : "/";
  state.search = search;
}

function takeOver(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link?.href || link.target || link.hasAttribute("download")) return;
  const url = new URL(link.href);
  if (url.origin !== window.location.origin || !url.pathname.startsWith(`${base}/`)) return;
  // A link to a place on this page is the browser's own business.
  if (url.pathname === window.location.pathname && url.hash) return;
  event.preventDefault();
  navigate(url.pathname.slice(base.length) + url.search);
}

export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern, path].map((text) => text.split("/").filter(Boolean)) as [string[], string[]];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] as string;
    if (part.startsWith(":")) params[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return undefined;
  }
  return params;
}

export function matchRoute(routes: readonly Route[], path: string): Match | undefined {
  for (const route of routes) {
    const params = matchPath(route.path, path);
    if (params) return { route, params };
  }
  return undefined;
}
