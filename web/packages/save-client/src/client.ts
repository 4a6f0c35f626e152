/**
 * Sends what the journal holds, in order, one request at a time, until the server has it. Two loops: answers (which also tell the server that we
 * are here) and recordings. Neither gives up: a connection that is gone is waited for, and what cannot be sent stays written down.
 */
import * as journalled from "./journal.ts";
import type { Journal, StoredRecording } from "./journal.ts";
import {
  isPassing,
  isRefusal,
  type AnswerEvent,
  type AttemptState,
  type ItemResponse,
  type Refusal,
  type SavedAnswers,
  type Transport,
} from "./types.ts";

export interface SaveState {
  /** Answers and recordings that the server does not have yet. */
  unsent: number;
  /** False while the server cannot be reached, or says that it can keep nothing now. */
  connected: boolean;
  /** The attempt at the last sign of life, and the kiosk's clock at that moment, by which time left is counted on. */
  attempt: AttemptState | undefined;
  heardAt: number;
  /** Why nothing more is sent: taken over elsewhere, kiosk revoked. */
  stopped: string | undefined;
  /** This machine could not write an answer down (a full disk, a private window); it is held in memory and tried again. */
  notWritten: boolean;
  /** Numbers that came in too late to count. */
  late: readonly number[];
}

export interface Timing {
  now(): number;
  /** Milliseconds since the page began, which no change of the clock touches. */
  elapsed(): number;
  /** A wait that `wake` can end. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export interface SaveClient {
  readonly state: SaveState;
  /** The answer to an item as it is now. On this machine's disk within a quarter of a second. */
  answer(position: number, response: ItemResponse, flagged: boolean): void;
  /** Writes down at once what was answered; when it is done, it is safe here. */
  flush(): Promise<void>;
  moveTo(position: number): void;
  startRecording(position: number, mime: string): Promise<string>;
  addSlice(recording: string, n: number, slice: Blob): Promise<void>;
  endRecording(recording: string, slices: number, durationMs: number): Promise<void>;
  /** The server's id of a recording, when everything of it arrived. */
  whenRecorded(recording: string): Promise<string>;
  /** Done when the server has everything; gives the highest number, for `submit`. Fails when sending was stopped. */
  drain(): Promise<number>;
  /** Tries again at once, as when the connection came back. */
  wake(): void;
  /** Sends nothing more; done when what was under way has ended. */
  close(): Promise<void>;
}

const WRITTEN_DOWN_WITHIN_MS = 100;
/** Until the server says how soon it wants a sign of life. */
const HEARTBEAT_MS = 2_000;
const MOST_EVENTS = 100;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** After these the server takes nothing more from this kiosk. */
const FINAL = ["taken-over", "kiosk-revoked", "kiosk-unknown", "signature-wrong"];

const realTiming: Timing = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done);
    }),
};

/** The attempt must have been taken up in the journal (`takeUp`). `onstate` is told of every change. */
export function startSaving(
  journal: Journal,
  attempt: string,
  transport: Transport,
  onstate: (state: SaveState) => void,
  timing: Timing = realTiming,
): SaveClient {
  let state: SaveState = {
    unsent: 0,
    connected: true,
    attempt: undefined,
    heardAt: timing.now(),
    stopped: undefined,
    notWritten: false,
    late: [],
  };
  let position = 0;
  let closed = false;
  let waker = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let writing: Promise<unknown> = Promise.resolve();
  const fresh = new Map<number, Omit<AnswerEvent, "seq">>();
  const waiting = new Set<() => void>();
  /** Where recordings stand, by their local id: answers name them by the server's. */
  const serverIds = new Map<string, string>();
  /** A request that the server refuses for one of its answers is taken apart, so that one cannot hold up the others. */
  let batch = MOST_EVENTS;
  const setAside = new Set<number>();
  let lastHeard = timing.elapsed();

  function change(next: Partial<SaveState>): void {
    state = { ...state, ...next };
    onstate(state);
    for (const look of [...waiting]) look();
  }

  function wake(): void {
    waker.abort();
    waker = new AbortController();
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const answers = [...fresh.values()];
    fresh.clear();
    if (answers.length > 0) {
      writing = writing.then(() => journalled.writeDown(journal, attempt, answers));
    }
    try {
      await writing;
    } catch {
      writing = Promise.resolve();
      for (const answer of answers) if (!fresh.has(answer.position)) fresh.set(answer.position, answer);
      change({ notWritten: true, unsent: state.unsent + answers.length });
      timer ??= setTimeout(() => void flush(), FIRST_WAIT_MS);
      return;
    }
    if (answers.length > 0) {
      change({ notWritten: false });
      await recount();
      wake();
    }
  }

  async function recount(): Promise<void> {
    const recordings = await journalled.recordingsOf(journal, attempt);
    const open = recordings.filter((recording) => !recording.completed).length;
    change({ unsent: (await journalled.countUnsent(journal, attempt)) - setAside.size + open + fresh.size });
  }

  function heard(saved: SavedAnswers): void {
    change({
      connected: true,
      attempt: saved.attempt,
      heardAt: timing.now(),
      late: saved.late.length > 0 ? [...state.late, ...saved.late] : state.late,
    });
  }

  function refused(refusal: Refusal): void {
    if (FINAL.includes(refusal.code)) change({ stopped: refusal.code });
    else if (refusal.status === 0 || refusal.status === 503) change({ connected: false });
  }

  async function sendAnswers(): Promise<void> {
    const unsent = await journalled.unsentAnswers(journal, attempt, batch + setAside.size);
    const sending = unsent.filter(({ seq, response }) => !setAside.has(seq) && allKnown(response)).slice(0, batch);
    try {
      const saved = await transport.answers({
        events: sending.map((event) => ({ ...event, response: withServerIds(event.response) })),
        position,
        sent_at: new Date(timing.now()).toISOString(),
        at_work_ms: Math.max(0, Math.round(timing.elapsed() - lastHeard)),
      });
      lastHeard = timing.elapsed();
      await journalled.acknowledge(journal, attempt, sending);
      await journalled.noteHeard(journal, attempt, { at: timing.now(), state: saved.attempt });
      batch = MOST_EVENTS;
      heard(saved);
      await recount();
    } catch (error) {
      if (!isRefusal(error) || isPassing(error) || FINAL.includes(error.code)) throw error;
      // The server was there and said no to something in it: find out to what.
      const [only] = sending;
      if (sending.length === 1 && only) setAside.add(only.seq);
      batch = 1;
      await recount();
    }
  }

  /** An answer that names a recording waits until the server knows the recording. */
  function allKnown(response: ItemResponse): boolean {
    return Object.values(response).every(
      (value) => typeof value !== "string" || !value.startsWith("local-") || serverIds.has(value),
    );
  }

  function withServerIds(response: ItemResponse): ItemResponse {
    const named = (value: unknown) => (typeof value === "string" ? (serverIds.get(value) ?? value) : value);
    return Object.fromEntries(Object.entries(response).map(([id, value]) => [id, named(value)]));
  }

  async function sendRecording(recording: StoredRecording): Promise<void> {
    let id = recording.serverId;
    if (id === null) {
      id = await transport.beginRecording(recording.position, recording.mime);
      const serverId = id;
      await journalled.changeRecording(journal, recording.id, (now) => ({ ...now, serverId }));
    }
    if (!serverIds.has(recording.id)) {
      serverIds.set(recording.id, id);
      wake();
    }
    for (const slice of await journalled.slicesToUpload(journal, recording.id)) {
      await transport.putSlice(id, slice.n, await journalled.soundOf(journal, recording, slice), slice.sha256);
      await journalled.sliceUploaded(journal, slice);
    }
    const slices = recording.slices;
    if (slices === null || (await journalled.slicesToUpload(journal, recording.id)).length > 0) return;
    try {
      if (slices > 0) await transport.completeRecording(id, slices, recording.durationMs);
      await journalled.recordingCompleted(journal, recording.id);
    } catch (error) {
      if (!isRefusal(error) || error.code !== "slices-missing") throw error;
      await journalled.uploadAgain(journal, recording.id);
    }
    await recount();
  }

  async function sendRecordings(): Promise<void> {
    for (const recording of await journalled.recordingsOf(journal, attempt)) {
      if (recording.serverId !== null) serverIds.set(recording.id, recording.serverId);
      if (!recording.completed) await sendRecording(recording);
    }
  }

  /** Runs one round after another, with a pause after each and a growing one after a failure. */
  async function loop(round: () => Promise<void>, idle: () => Promise<boolean>, pauseMs: () => number): Promise<void> {
    let failures = 0;
    while (!closed && !state.stopped) {
      let pause = pauseMs();
      // Whoever wakes the loop while it is still looking must not be slept through.
      const woken = waker.signal;
      try {
        await round();
        failures = 0;
        if (!(await idle())) pause = 0;
      } catch (error) {
        // What is no refusal is this machine's own trouble, such as a disk that is full: it may pass like any other.
        const refusal: Refusal = isRefusal(error) ? error : { code: "local", status: 500 };
        refused(refusal);
        failures += 1;
        const growing = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1)) * (0.75 + Math.random() / 2);
        pause = Math.max(growing, (refusal.retryAfter ?? 0) * 1000);
      }
      if (pause > 0) await timing.wait(pause, woken);
    }
  }

  const nothingToSend = async () => {
    const unsent = await journalled.unsentAnswers(journal, attempt, batch + setAside.size);
    return !unsent.some(({ seq, response }) => !setAside.has(seq) && allKnown(response));
  };
  const noSlices = async () => {
    const recordings = await journalled.recordingsOf(journal, attempt);
    const waits = await Promise.all(
      recordings
        .filter(({ completed }) => !completed)
        .map(async ({ id, slices }) => slices !== null || (await journalled.slicesToUpload(journal, id)).length > 0),
    );
    return !waits.includes(true);
  };

  const running = rememberServerIds()
    .then(recount)
    .then(() =>
      Promise.all([
        loop(sendAnswers, nothingToSend, () => state.attempt?.heartbeat_ms ?? HEARTBEAT_MS),
        loop(sendRecordings, noSlices, () => 1_000),
      ]),
    );

  async function rememberServerIds(): Promise<void> {
    for (const { id, serverId } of await journalled.recordingsOf(journal, attempt))
      if (serverId) serverIds.set(id, serverId);
  }

  function until<T>(found: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const result = found();
        if (result === undefined && !state.stopped && !closed) return;
        waiting.delete(look);
        if (result === undefined) reject(new Error(state.stopped ?? "closed"));
        else resolve(result);
      };
      waiting.add(look);
      look();
    });
  }

  return {
    get state() {
      return state;
    },
    answer(at, response, flagged) {
      fresh.set(at, { position: at, response, flagged, client_at: new Date(timing.now()).toISOString() });
      timer ??= setTimeout(() => void flush(), WRITTEN_DOWN_WITHIN_MS);
    },
    flush,
    moveTo(to) {
      position = to;
      wake();
    },
    startRecording: (at, mime) => journalled.addRecording(journal, attempt, at, mime),
    async addSlice(recording, n, slice) {
      await journalled.addSlice(journal, recording, n, await slice.arrayBuffer());
    },
    async endRecording(recording, slices, durationMs) {
      await journalled.endRecording(journal, recording, slices, durationMs);
      await recount();
      wake();
    },
    async whenRecorded(recording) {
      for (;;) {
        const stored = await journal.get("recordings", recording);
        if (!stored) return recording;
        if (stored.completed && stored.serverId) return stored.serverId;
        const before = state;
        await until(() => (state === before ? undefined : true));
      }
    },
    async drain() {
      await flush();
      await recount();
      wake();
      await until(() => (state.unsent === 0 && fresh.size === 0 ? true : undefined));
      return journalled.highestSeq(journal, attempt);
    },
    wake,
    async close() {
      closed = true;
      clearTimeout(timer);
      wake();
      for (const look of [...waiting]) look();
      await running;
    },
  };
}
