/**
 * A sitting without a connection: what the server said last is kept, what happens is noted as steps, and told in their order when the
 * server is there again.
 */
import { Problem } from "@ijkpunt/api";
import {
  answersHere,
  keep,
  keepersOf,
  keptJson,
  lastHeard,
  notePlays,
  playsOf,
  startSaving,
  stepDone,
  steps,
  takeUp,
  type Journal,
  type Step,
} from "@ijkpunt/save-client";
import type { Content } from "./content.ts";
import * as server from "./server.ts";

type Current = NonNullable<server.Sitting["current"]>;

export const CLOSED = ["submitted", "ended", "annulled"];
const SITTING = "sitting";
/** The step before a part must arrive within this, or it is tried again later. */
const PATIENCE_MS = 20_000;

interface Kept {
  sitting: server.Sitting;
  token: string;
  kiosk: server.Identity | undefined;
}

/** Gives an attempt a place in the journal, so that something can be kept for it. */
export async function prepare(journal: Journal, id: string, journalKey: string | undefined): Promise<void> {
  if (await lastHeard(journal, id)) return;
  await takeUp(journal, { id, epoch: 0, last_seq: 0, items: [], journal_key: journalKey });
}

export async function remember(
  journal: Journal,
  sitting: server.Sitting,
  kiosk: server.Identity | undefined,
): Promise<void> {
  const first = sitting.attempts[0]?.id;
  if (!first) return;
  await prepare(journal, first, kiosk?.journal_key);
  await keep(journal, first, SITTING, { sitting, token: server.sittingToken(), kiosk } satisfies Kept);
}

/** What is kept of an attempt; none when something of it cannot be read. */
export async function contentOf(
  journal: Journal,
  id: string,
  open: (journal: Journal, id: string) => Promise<Content | undefined>,
): Promise<Content | undefined> {
  if (!(await lastHeard(journal, id))) return undefined;
  return open(journal, id).catch(() => undefined);
}

export async function isUnsettled(journal: Journal): Promise<boolean> {
  return (await steps(journal)).some(({ kind }) => kind !== "play");
}

/** The sitting as it stands on this machine: what was kept, and the steps since. None when no test is going on here. */
export async function restore(journal: Journal): Promise<Kept | undefined> {
  const [first] = await keepersOf(journal, SITTING);
  const kept = first && (await keptJson<Kept>(journal, first, SITTING));
  if (!kept) return undefined;
  const taken = await steps(journal);
  const has = (kind: Step["kind"], id: string) => taken.find((step) => step.kind === kind && step.attempt === id);
  const attempts = kept.sitting.attempts.map((attempt) => ({
    ...attempt,
    status: has("submit", attempt.id) ? ("submitted" as const) : attempt.status,
  }));
  const next = attempts.find(({ status }) => !CLOSED.includes(status));
  const current = next ? await currentOf(journal, kept.sitting, next, has("begin", next.id)) : null;
  return { ...kept, sitting: { ...kept.sitting, attempts, current } };
}

async function currentOf(
  journal: Journal,
  { current }: server.Sitting,
  attempt: server.Sitting["attempts"][number],
  begun: Step | undefined,
): Promise<Current> {
  const same = current?.id === attempt.id ? current : undefined;
  const here = await lastHeard(journal, attempt.id);
  const answers = here ? await answersHere(journal, attempt.id) : [];
  const items = new Map((same?.items ?? []).map((item) => [item.position, item]));
  for (const { position, response, flagged } of answers)
    items.set(position, {
      position,
      response: response as Current["items"][number]["response"],
      flagged,
      answered: true,
    });
  const heard = here?.heard;
  const since = heard?.at ?? begun?.at ?? Date.now();
  const left = heard?.state.remaining_seconds ?? attempt.time_limit_seconds;
  const isRunning = begun !== undefined || (same !== undefined && same.status !== "ready");
  const paused = heard?.state.paused ?? (isRunning ? same?.paused : undefined) ?? null;
  const passed = isRunning && !paused ? Math.max(0, (Date.now() - since) / 1000) : 0;
  return {
    id: attempt.id,
    part: attempt.part,
    status: isRunning ? "running" : "ready",
    deadline: null,
    remaining_seconds: Math.max(0, left - passed),
    extra_seconds: heard?.state.extra_seconds ?? same?.extra_seconds ?? 0,
    paused: (paused as Current["paused"]) ?? null,
    epoch: here?.epoch ?? same?.epoch ?? 0,
    position: answers.at(-1)?.position ?? same?.position ?? 0,
    last_seq: Math.max(here?.seq ?? 0, same?.last_seq ?? 0),
    items: [...items.values()],
    plays: here ? await playsOf(journal, attempt.id) : (same?.plays ?? []),
  };
}

let settling: Promise<server.Sitting> | undefined;

/** Tells the server what happened without it, and gives the sitting as it says it then. Fails as soon as it cannot be reached. */
export function settle(
  journal: Journal,
  sitting: server.Sitting,
  journalKey: string | undefined,
): Promise<server.Sitting> {
  settling ??= settleNow(journal, sitting, journalKey).finally(() => (settling = undefined));
  return settling;
}

async function settleNow(
  journal: Journal,
  told: server.Sitting,
  journalKey: string | undefined,
): Promise<server.Sitting> {
  let sitting = told;
  const waiting = await steps(journal);
  // The local picture says what happened here; what counts now is the server's.
  if (waiting.length > 0) sitting = await server.sitting();
  for (const step of waiting) {
    const attempt = sitting.attempts.find(({ id }) => id === step.attempt);
    if (attempt && !CLOSED.includes(attempt.status)) sitting = await take(journal, sitting, step, journalKey);
    await stepDone(journal, step);
  }
  if (sitting.current) {
    await prepare(journal, sitting.current.id, journalKey);
    await notePlays(journal, sitting.current.id, sitting.current.plays);
  }
  return sitting;
}

async function take(
  journal: Journal,
  sitting: server.Sitting,
  step: Step,
  journalKey: string | undefined,
): Promise<server.Sitting> {
  switch (step.kind) {
    case "play":
      try {
        await server.play(step.attempt, step.position, step.media);
      } catch (error) {
        if (!(error instanceof Problem) || error.isPassing) throw error;
      }
      return sitting;
    case "begin":
      return server.begin(step.attempt, Date.now() - step.at);
    case "submit": {
      const { current } = sitting;
      if (current?.id === step.attempt) await takeUp(journal, { ...current, journal_key: journalKey });
      const lastSeq = await sendAll(journal, step.attempt);
      return server.submit(step.attempt, lastSeq);
    }
  }
}

/** Everything that is left of an attempt; fails when the connection does. */
async function sendAll(journal: Journal, attempt: string): Promise<number> {
  let fail: (error: Problem) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  const away = () => fail(new Problem({ code: "offline", status: 0, title: "" }));
  const timer = setTimeout(away, PATIENCE_MS);
  const saving = startSaving(journal, attempt, server.transport(attempt), ({ connected, stopped }) => {
    if (stopped) fail(new Problem({ code: stopped, status: 409, title: "" }));
    else if (!connected) away();
  });
  try {
    return await Promise.race([saving.drain(), failed]);
  } finally {
    clearTimeout(timer);
    void saving.close();
  }
}
