/** Where the candidate is: from an empty device to the end of the last part. The screens read it; what changes it is here. */
import { Problem } from "@ijkpunt/api";
import { i18n, useLocale } from "@ijkpunt/i18n";
import { forgetDevice, forgetOthers, isEnrolled, openJournal, type Journal } from "@ijkpunt/save-client";
import { openAttempt, type Attempt } from "./attempt.svelte.ts";
import { fetchMedia, type MediaStore } from "./media.ts";
import * as server from "./server.ts";

type Stage =
  "loading" | "unreachable" | "enrol" | "welcome" | "checks" | "practice" | "ready" | "test" | "end" | "stopped";

interface Flow {
  stage: Stage;
  kiosk: server.Identity | undefined;
  sitting: server.Sitting | undefined;
  /** Sound and pictures that are here already, of all that the part needs. */
  fetched: { done: number; of: number } | undefined;
  attempt: Attempt | undefined;
  /** Why this kiosk stopped, or why enrolling is needed again. */
  reason: string | undefined;
}

const state = $state<Flow>({
  stage: "loading",
  kiosk: undefined,
  sitting: undefined,
  fetched: undefined,
  attempt: undefined,
  reason: undefined,
});
export const flow: Readonly<Flow> = state;

let journal: Journal | undefined;
let media: MediaStore | undefined;
let content: server.AttemptItems | undefined;
let checked = false;
let microphoneChecked = false;

const RETRY_MS = 3_000;

export async function startKiosk(): Promise<void> {
  if (!(await isEnrolled())) {
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
    state.stage = "unreachable";
    setTimeout(() => void startKiosk(), RETRY_MS);
  }
}

export async function enrolWith(code: string): Promise<void> {
  state.kiosk = await server.enrol(code);
  state.reason = undefined;
  state.stage = "welcome";
}

export async function startWith(code: string): Promise<void> {
  await takeSeat(await server.start(code, i18n.locale));
}

/** Goes to where the sitting is: a part that is running goes on at once, a new one begins with the checks. */
async function takeSeat(sitting: server.Sitting): Promise<void> {
  state.sitting = sitting;
  const spoken = i18n.locales.find((locale) => locale === sitting.language);
  if (spoken && spoken !== i18n.locale) await useLocale(spoken, { remember: false });
  const { current } = sitting;
  journal ??= await openJournal();
  await forgetOthers(
    journal,
    sitting.attempts.map(({ id }) => id),
  );
  if (!current) {
    state.stage = "end";
  } else if (current.status === "ready") {
    state.stage = checked && (microphoneChecked || !needsMicrophone()) ? "ready" : "checks";
  } else {
    await fetchContent();
    await openTest(sitting);
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

/** Everything of the part, before its clock starts. */
export async function fetchContent(): Promise<void> {
  const id = state.sitting?.current?.id;
  if (!id) return;
  content = await server.items(id);
  media?.release();
  media = await fetchMedia(content.media, (done, of) => (state.fetched = { done, of }));
}

export async function beginPart(): Promise<void> {
  const id = state.sitting?.current?.id;
  if (!id) return;
  const sitting = await server.begin(id);
  state.sitting = sitting;
  await openTest(sitting);
}

async function openTest({ current }: server.Sitting): Promise<void> {
  if (!current || !content || !media || !journal) return;
  await state.attempt?.close();
  state.attempt = await openAttempt({
    current,
    content,
    media,
    journal,
    onstopped: stop,
    onended: () => void lookAgain(),
    ontimeup: () => void handIn(),
  });
  state.stage = "test";
}

/** Hands the part in: everything must have arrived first. */
export async function submitPart(): Promise<void> {
  const { attempt } = state;
  if (!attempt) return;
  const lastSeq = await attempt.drain();
  const next = await server.submit(attempt.id, lastSeq);
  await leavePart(next);
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
  await state.attempt?.close();
  state.attempt = undefined;
  content = undefined;
  state.fetched = undefined;
  await takeSeat(next);
}

function stop(reason: string): void {
  state.reason = reason;
  state.stage = "stopped";
}

/** Ready for the next candidate. */
export async function leave(): Promise<void> {
  await state.attempt?.close();
  media?.release();
  media = undefined;
  content = undefined;
  checked = false;
  microphoneChecked = false;
  Object.assign(state, {
    sitting: undefined,
    attempt: undefined,
    fetched: undefined,
    reason: undefined,
    stage: "loading",
  });
  await startKiosk();
}
