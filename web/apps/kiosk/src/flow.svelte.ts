/** Where the candidate is: from an empty device to the end of the last part. The screens read it; what changes it is here. */
import { Problem } from "@ijkpunt/api";
import { i18n, useLocale } from "@ijkpunt/i18n";
import {
  addStep,
  forgetDevice,
  forgetOthers,
  isEnrolled,
  isOwed,
  openJournal,
  rescueFile,
  signer,
  type Journal,
} from "@ijkpunt/save-client";
import { openAttempt, type Attempt } from "./attempt.svelte.ts";
import { fetchAll, Incomplete, openContent, type Content } from "./content.ts";
import * as offline from "./offline.ts";
import * as server from "./server.ts";
import { shellIsKept } from "./shell.ts";
import { goFullScreen, watch } from "./watch.svelte.ts";

type Stage =
  "loading" | "unreachable" | "enrol" | "welcome" | "checks" | "practice" | "ready" | "test" | "end" | "stopped";

interface Flow {
  stage: Stage;
  kiosk: server.Identity | undefined;
  sitting: server.Sitting | undefined;
  /** Questions, sound and pictures that are here already, of all that the sitting needs. */
  fetched: { done: number; of: number } | undefined;
  attempt: Attempt | undefined;
  /** Why this kiosk stopped, or why enrolling is needed again. */
  reason: string | undefined;
  /** Handed in on this machine, and on its way to the server. */
  underWay: boolean;
}

const state = $state<Flow>({
  stage: "loading",
  kiosk: undefined,
  sitting: undefined,
  fetched: undefined,
  attempt: undefined,
  reason: undefined,
  underWay: false,
});
export const flow: Readonly<Flow> = state;

let journal: Journal | undefined;
let content: Content | undefined;
let unwatch: (() => void) | undefined;
let checked = false;
let microphoneChecked = false;

const RETRY_MS = 3_000;
const LOOK_MS = 5_000;
const isAway = (error: unknown): boolean => error instanceof Problem && error.isPassing;

export async function startKiosk(): Promise<void> {
  if (!(await isEnrolled().catch(() => false))) {
    state.stage = "enrol";
    return;
  }
  try {
    state.kiosk = await server.whichKiosk();
    const sitting = await server.resume();
    if (sitting) await takeSeat(sitting);
    else state.stage = "welcome";
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (["kiosk-revoked", "kiosk-unknown", "signature-wrong"].includes(error.code)) {
      await forgetDevice();
      state.reason = error.code;
      state.stage = "enrol";
      return;
    }
    if (error.code === "seb-required") {
      stop(error.code);
      return;
    }
    // A test that was going on here goes on without the server as well.
    if (isAway(error) && (await goOnAlone())) return;
    state.stage = "unreachable";
    setTimeout(() => void startKiosk(), RETRY_MS);
  }
}

async function goOnAlone(): Promise<boolean> {
  journal ??= await openJournal();
  const kept = await offline.restore(journal);
  if (!kept) return false;
  state.kiosk = kept.kiosk;
  server.useToken(kept.token);
  checked = true;
  microphoneChecked = true;
  await goTo(kept.sitting);
  return true;
}

export async function enrolWith(code: string): Promise<void> {
  state.kiosk = await server.enrol(code);
  state.reason = undefined;
  state.stage = "welcome";
}

export async function startWith(code: string): Promise<void> {
  await takeSeat(await server.start(code, i18n.locale));
}

/** Goes to where the sitting is, as the server says it, after telling it what it has not heard yet. */
async function takeSeat(told: server.Sitting): Promise<void> {
  journal ??= await openJournal();
  await forgetOthers(
    journal,
    told.attempts.map(({ id }) => id),
  );
  const sitting = await offline.settle(journal, told, state.kiosk?.journal_key);
  await offline.remember(journal, sitting, state.kiosk);
  await goTo(sitting);
}

/** A part that is running goes on at once, a new one begins with the checks. */
async function goTo(sitting: server.Sitting): Promise<void> {
  state.sitting = sitting;
  const spoken = i18n.locales.find((locale) => locale === sitting.language);
  if (spoken && spoken !== i18n.locale) await useLocale(spoken, { remember: false });
  const { current } = sitting;
  if (!current) {
    state.stage = "end";
    void finish();
  } else if (current.status === "ready") {
    state.stage = checked && (microphoneChecked || !needsMicrophone()) ? "ready" : "checks";
  } else {
    const adapts = sitting.attempts.find(({ id }) => id === current.id)?.adaptive;
    if (adapts) await fetchContent().catch(() => undefined);
    // What was fetched before is still here; after a move to this kiosk it is not.
    if (!(await openTest(sitting))) {
      await fetchContent();
      await openTest(sitting);
    }
  }
}

/** Everything of the last part was handed in on this machine; what is left to send is sent, however long that takes. */
async function finish(): Promise<void> {
  if (!journal || !state.sitting || !(await offline.isUnsettled(journal))) {
    state.underWay = false;
    return;
  }
  state.underWay = true;
  try {
    await offline.settle(journal, state.sitting, state.kiosk?.journal_key);
    state.underWay = false;
  } catch (error) {
    if (state.stage !== "end") return;
    if (error instanceof Problem && !isAway(error)) state.underWay = false;
    else setTimeout(() => void finish(), RETRY_MS);
  }
}

export function needsMicrophone(): boolean {
  return state.sitting?.current?.part === "speaking";
}

/** Who comes back to a sitting after a restart, or at another kiosk, tries the headphones again, but has practised. */
export function checksDone(): void {
  checked = true;
  microphoneChecked ||= needsMicrophone();
  state.stage = state.sitting?.attempts.every(({ status }) => status === "ready") ? "practice" : "ready";
}

export function practiceDone(): void {
  state.stage = "ready";
}

/** Everything of the sitting, before a clock starts. Fails when something is missing. */
export async function fetchContent(): Promise<void> {
  const { sitting } = state;
  if (!sitting?.current || !journal) return;
  const open = sitting.attempts.filter(({ status }) => !offline.CLOSED.includes(status));
  for (const { id } of open) await offline.prepare(journal, id, state.kiosk?.journal_key);
  await fetchAll(journal, open, (done, of) => (state.fetched = { done, of }));
  if (!(await shellIsKept())) throw new Incomplete("app");
  await offline.remember(journal, sitting, state.kiosk);
}

export async function beginPart(): Promise<void> {
  const id = state.sitting?.current?.id;
  if (!id || !journal) return;
  await goFullScreen();
  if (!(await offline.isUnsettled(journal))) {
    try {
      const sitting = await server.begin(id);
      await offline.remember(journal, sitting, state.kiosk);
      state.sitting = sitting;
      await openTest(sitting);
      return;
    } catch (error) {
      // The first part begins with a connection; one that follows need not.
      if (!isAway(error) || state.sitting?.attempts.every(({ status }) => status === "ready")) throw error;
    }
  }
  await addStep(journal, { kind: "begin", attempt: id, at: Date.now() });
  const kept = await offline.restore(journal);
  if (kept) await goTo(kept.sitting);
}

async function openTest({ current }: server.Sitting): Promise<boolean> {
  if (!current || !journal) return false;
  await state.attempt?.close();
  const found = await offline.contentOf(journal, current.id, openContent);
  if (!found) return false;
  content?.release();
  content = found;
  const here = journal;
  state.attempt = await openAttempt({
    current,
    content,
    journal,
    journalKey: state.kiosk?.journal_key,
    settle: async () => {
      if (state.sitting) await offline.settle(here, state.sitting, state.kiosk?.journal_key);
    },
    onstopped: stop,
    onended: () => void lookAgain(),
    ontimeup: () => void handIn(),
  });
  unwatch ??= watch();
  state.stage = "test";
  return true;
}

/** Hands the part in. With a connection everything arrives first; without one it is handed in here, and arrives later. */
export async function submitPart(): Promise<void> {
  const { attempt } = state;
  if (!attempt || !journal) return;
  if (attempt.connected) {
    const lastSeq = await Promise.race([attempt.drain(), whenAway(attempt)]);
    if (lastSeq !== undefined) {
      try {
        await leavePart(await server.submit(attempt.id, lastSeq));
        return;
      } catch (error) {
        if (!isAway(error)) throw error;
      }
    }
  }
  await attempt.flush();
  if (attempt.notWritten) throw new Problem({ code: "offline", status: 0, title: "" });
  await addStep(journal, { kind: "submit", attempt: attempt.id, at: Date.now() });
  const kept = await offline.restore(journal);
  if (!kept) return;
  closeAttempt();
  await goTo(kept.sitting);
}

/** Done when the connection is lost while something is waited for. */
function whenAway(attempt: Attempt): Promise<undefined> {
  return new Promise((resolve) => {
    const looking = setInterval(() => {
      if (attempt.connected && state.attempt === attempt) return;
      clearInterval(looking);
      resolve(undefined);
    }, 250);
  });
}

/** Time is up: everything that is still here is sent, and the part handed in, however long the connection stays away. */
async function handIn(): Promise<void> {
  try {
    await submitPart();
  } catch {
    if (state.stage === "test") setTimeout(() => void handIn(), RETRY_MS);
  }
}

/** The server ended the part, as when time is up; what is still here has been sent. */
async function lookAgain(): Promise<void> {
  try {
    await leavePart(await server.sitting());
  } catch {
    setTimeout(() => void lookAgain(), RETRY_MS);
  }
}

async function leavePart(next: server.Sitting): Promise<void> {
  closeAttempt();
  await takeSeat(next);
}

function closeAttempt(): void {
  unwatch?.();
  unwatch = undefined;
  // Its last request may hang for a while; nobody need wait for it.
  void state.attempt?.close();
  state.attempt = undefined;
  content?.release();
  content = undefined;
  state.fetched = undefined;
}

/** What this machine holds of the sitting and the server does not, a file a part. */
export async function rescueFiles(): Promise<{ name: string; file: Blob }[]> {
  await state.attempt?.flush();
  const device = signer();
  const files = [];
  for (const { id } of state.sitting?.attempts ?? []) {
    const file = journal && device && (await isOwed(journal, id)) ? await rescueFile(journal, id, device) : undefined;
    if (file) files.push({ name: `kiosk-${id}.ijkpunt`, file });
  }
  return files;
}

/** Looks from time to time whether something goes on here after all: a part that was opened again. */
export function lookForGoingOn(): () => void {
  const looking = setInterval(() => {
    void server
      .whichKiosk()
      .then(({ going_on: goingOn }) => {
        if (goingOn && (state.stage === "welcome" || (state.stage === "end" && !state.underWay))) return startKiosk();
        return undefined;
      })
      .catch(() => undefined);
  }, LOOK_MS);
  return () => clearInterval(looking);
}

function stop(reason: string): void {
  state.reason = reason;
  state.stage = "stopped";
}

/** Ready for the next candidate. */
export async function leave(): Promise<void> {
  closeAttempt();
  checked = false;
  microphoneChecked = false;
  Object.assign(state, { sitting: undefined, reason: undefined, stage: "loading" });
  await startKiosk();
}
