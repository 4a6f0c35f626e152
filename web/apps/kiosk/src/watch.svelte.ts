/**
 * Watches what a browser that is not locked down lets a candidate do: leave the window, leave the full screen, put a second screen beside. The
 * room is told, not the candidate accused: what lasts a moment is not told, and of one kind at most one a minute.
 */
import { tellIncidents, type Incident } from "./server.ts";

type Kind = Incident["kind"];

const LONG_ENOUGH_MS = 2_000;
const TOLD_WHILE_AWAY_MS = 10_000;
const ONE_A_MS = 60_000;
const RETRY_MS = 5_000;

const screenState = $state({ full: false, wasFull: false });

/** Whether the test was on the full screen and no longer is. */
export const leftFullScreen = (): boolean => screenState.wasFull && !screenState.full;

const isFull = () => document.fullscreenElement !== null || matchMedia("(display-mode: fullscreen)").matches;

/** Asks for the full screen, which a browser grants after a click only. */
export async function goFullScreen(): Promise<void> {
  if (isFull() || !document.fullscreenEnabled) return;
  await document.documentElement.requestFullscreen({ navigationUI: "hide" }).catch(() => undefined);
}

const told = new Map<Kind, number>();
let waiting: { kind: Kind; seconds?: number; at: number }[] = [];
let sending = false;

export function tell(kind: Kind, seconds?: number): void {
  const now = performance.now();
  if (now - (told.get(kind) ?? -Infinity) < ONE_A_MS) return;
  told.set(kind, now);
  waiting.push({ kind, ...(seconds === undefined ? {} : { seconds }), at: now });
  void send();
}

async function send(): Promise<void> {
  if (sending || waiting.length === 0) return;
  sending = true;
  const these = [...waiting];
  try {
    const now = performance.now();
    await tellIncidents(these.map(({ at, ...incident }) => ({ ...incident, ago_ms: Math.round(now - at) })));
    waiting = waiting.filter((one) => !these.includes(one));
  } catch {
    setTimeout(() => void send(), RETRY_MS);
  } finally {
    sending = false;
  }
}

/** Watches until the function that it gives is called. */
export function watch(): () => void {
  waiting = [];
  told.clear();
  screenState.full = screenState.wasFull = isFull();
  let away: number | undefined;
  let reporting: ReturnType<typeof setTimeout> | undefined;
  const leave = () => {
    away ??= performance.now();
    reporting ??= setTimeout(() => tell("kiosk-focus-lost"), TOLD_WHILE_AWAY_MS);
  };
  const back = () => {
    clearTimeout(reporting);
    reporting = undefined;
    const lasted = performance.now() - (away ?? performance.now());
    away = undefined;
    if (lasted >= LONG_ENOUGH_MS) tell("kiosk-focus-lost", Math.round(lasted / 1000));
  };
  const look = () => (document.visibilityState === "visible" && document.hasFocus() ? back() : leave());
  const full = () => {
    screenState.full = isFull();
    if (screenState.full) screenState.wasFull = true;
    else if (screenState.wasFull) tell("kiosk-full-screen-left");
  };
  const screens = () => {
    if ((screen as Screen & { isExtended?: boolean }).isExtended) tell("kiosk-second-display");
  };
  screens();
  const listening = new AbortController();
  const { signal } = listening;
  window.addEventListener("blur", look, { signal });
  window.addEventListener("focus", look, { signal });
  document.addEventListener("visibilitychange", look, { signal });
  document.addEventListener("fullscreenchange", full, { signal });
  window.addEventListener("resize", screens, { signal });
  return () => {
    clearTimeout(reporting);
    listening.abort();
  };
}
