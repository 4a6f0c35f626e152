/**
 * What was answered, kept in IndexedDB until the server has it. A number is given in the same transaction in which the answer is written, so
 * that no number is given twice and none is written down without its answer, whenever the machine stops.
 */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { sameJson } from "./json.ts";
import type { AnswerEvent, ItemResponse, OpenedAttempt } from "./types.ts";

/** Typing makes an answer four times a second; of those not yet sent, one an item and this long is kept. */
const THINNED_TO_MS = 10_000;
/** What another kiosk has taken over is kept this long, in case somebody must look at it, and then forgotten. */
const FORGOTTEN_AFTER_MS = 24 * 60 * 60 * 1000;

interface StoredEvent extends AnswerEvent {
  attempt: string;
}

export interface StoredRecording {
  id: string;
  attempt: string;
  position: number;
  mime: string;
  /** Its id at the server, once it is known there. */
  serverId: string | null;
  /** How many slices there are, once the recording has ended. */
  slices: number | null;
  durationMs: number;
  completed: boolean;
}

export interface StoredSlice {
  recording: string;
  n: number;
  bytes: ArrayBuffer;
  sha256: string;
  uploaded: boolean;
}

interface StoredAttempt {
  id: string;
  epoch: number;
  /** The highest number given. */
  seq: number;
  openedAt: number;
  /** By position, what the server is known to have. */
  acknowledged: Record<number, ItemResponse>;
}

interface Schema extends DBSchema {
  attempts: { key: string; value: StoredAttempt };
  events: { key: [string, number]; value: StoredEvent };
  recordings: { key: string; value: StoredRecording; indexes: { attempt: string } };
  slices: { key: [string, number]; value: StoredSlice };
}

export type Journal = IDBPDatabase<Schema>;

export function openJournal(name = "ijkpunt-kiosk"): Promise<Journal> {
  return openDB<Schema>(name, 1, {
    upgrade(db) {
      db.createObjectStore("attempts", { keyPath: "id" });
      db.createObjectStore("events", { keyPath: ["attempt", "seq"] });
      db.createObjectStore("recordings", { keyPath: "id" }).createIndex("attempt", "attempt");
      db.createObjectStore("slices", { keyPath: ["recording", "n"] });
    },
  });
}

const eventsOf = (attempt: string) => IDBKeyRange.bound([attempt, 0], [attempt, Infinity]);
const slicesOf = (recording: string) => IDBKeyRange.bound([recording, 0], [recording, Infinity]);

/**
 * Takes up an attempt. When only this kiosk had it since (the epoch rose by one), what is in the journal is simply still to be sent. When another
 * kiosk had it in between, its answers are newer: of ours stay those of items that nobody changed, under new numbers, since the old ones may
 * be taken. Gives the unsent answers.
 */
export async function takeUp(journal: Journal, attempt: OpenedAttempt, now = Date.now()): Promise<AnswerEvent[]> {
  const tx = journal.transaction(["attempts", "events"], "readwrite", { durability: "strict" });
  const attempts = tx.objectStore("attempts");
  const events = tx.objectStore("events");
  const known = await attempts.get(attempt.id);
  let unsent = await events.getAll(eventsOf(attempt.id));
  let seq = Math.max(attempt.last_seq, known?.seq ?? 0);
  if (known && attempt.epoch > known.epoch + 1) {
    const ours = [...unsent];
    const changedElsewhere = (position: number) => {
      const there = attempt.items.find((item) => item.position === position)?.response ?? {};
      const before = known.acknowledged[position] ?? {};
      return (
        !sameJson(there, before) &&
        !ours.some((event) => event.position === position && sameJson(event.response, there))
      );
    };
    await events.delete(eventsOf(attempt.id));
    unsent = unsent.filter((event) => !changedElsewhere(event.position));
    for (const event of unsent) {
      event.seq = seq += 1;
      await events.put(event);
    }
  }
  await attempts.put({
    id: attempt.id,
    epoch: attempt.epoch,
    seq,
    openedAt: now,
    acknowledged: known?.acknowledged ?? {},
  });
  await tx.done;
  return unsent.map(asSent);
}

/** Writes answers down; they are safe on this machine when it is done. Gives the highest number. */
export async function writeDown(
  journal: Journal,
  attempt: string,
  answers: readonly Omit<AnswerEvent, "seq">[],
): Promise<number> {
  const tx = journal.transaction(["attempts", "events"], "readwrite", { durability: "strict" });
  const attempts = tx.objectStore("attempts");
  const events = tx.objectStore("events");
  const stored = await attempts.get(attempt);
  if (!stored) throw new Error("an attempt is taken up before it is answered");
  const unsent = await events.getAll(eventsOf(attempt));
  for (const answer of answers) {
    const period = (at: string) => Math.floor(Date.parse(at) / THINNED_TO_MS);
    for (const older of unsent) {
      if (older.position === answer.position && period(older.client_at) === period(answer.client_at)) {
        await events.delete([attempt, older.seq]);
      }
    }
    stored.seq += 1;
    await events.put({ ...answer, attempt, seq: stored.seq });
  }
  await attempts.put(stored);
  await tx.done;
  return stored.seq;
}

export async function unsentAnswers(journal: Journal, attempt: string, limit: number): Promise<AnswerEvent[]> {
  return (await journal.getAll("events", eventsOf(attempt), limit)).map(asSent);
}

export function countUnsent(journal: Journal, attempt: string): Promise<number> {
  return journal.count("events", eventsOf(attempt));
}

/** The server has these durably: they leave the journal, and what it knows of the items is noted. */
export async function acknowledge(journal: Journal, attempt: string, sent: readonly AnswerEvent[]): Promise<void> {
  const tx = journal.transaction(["attempts", "events"], "readwrite");
  const stored = await tx.objectStore("attempts").get(attempt);
  for (const event of sent) {
    await tx.objectStore("events").delete([attempt, event.seq]);
    if (stored) stored.acknowledged[event.position] = event.response;
  }
  if (stored) await tx.objectStore("attempts").put(stored);
  await tx.done;
}

export async function highestSeq(journal: Journal, attempt: string): Promise<number> {
  return (await journal.get("attempts", attempt))?.seq ?? 0;
}

export async function addRecording(journal: Journal, attempt: string, position: number, mime: string): Promise<string> {
  const id = `local-${crypto.randomUUID()}`;
  await journal.put("recordings", {
    id,
    attempt,
    position,
    mime,
    serverId: null,
    slices: null,
    durationMs: 0,
    completed: false,
  });
  return id;
}

export async function addSlice(journal: Journal, recording: string, n: number, bytes: ArrayBuffer): Promise<void> {
  const sha256 = hex(await crypto.subtle.digest("SHA-256", bytes));
  await journal.put("slices", { recording, n, bytes, sha256, uploaded: false });
}

export async function endRecording(journal: Journal, id: string, slices: number, durationMs: number): Promise<void> {
  await changeRecording(journal, id, (recording) => ({ ...recording, slices, durationMs }));
}

/** A recording that was going on when the machine stopped ends with the slices that were kept. */
export async function endInterrupted(journal: Journal, attempt: string): Promise<void> {
  for (const recording of await recordingsOf(journal, attempt)) {
    if (recording.slices !== null) continue;
    const slices = await journal.count("slices", slicesOf(recording.id));
    await endRecording(journal, recording.id, slices, slices * 1000);
  }
}

export function recordingsOf(journal: Journal, attempt: string): Promise<StoredRecording[]> {
  return journal.getAllFromIndex("recordings", "attempt", attempt);
}

export async function changeRecording(
  journal: Journal,
  id: string,
  change: (recording: StoredRecording) => StoredRecording,
): Promise<void> {
  const tx = journal.transaction("recordings", "readwrite");
  const recording = await tx.store.get(id);
  if (recording) await tx.store.put(change(recording));
  await tx.done;
}

export function slicesToUpload(journal: Journal, recording: string): Promise<StoredSlice[]> {
  return journal.getAll("slices", slicesOf(recording)).then((slices) => slices.filter((slice) => !slice.uploaded));
}

export async function sliceUploaded(journal: Journal, slice: StoredSlice): Promise<void> {
  await journal.put("slices", { ...slice, uploaded: true });
}

/** The server has not got these after all. */
export async function uploadAgain(journal: Journal, recording: string): Promise<void> {
  const tx = journal.transaction("slices", "readwrite");
  for (const slice of await tx.store.getAll(slicesOf(recording))) await tx.store.put({ ...slice, uploaded: false });
  await tx.done;
}

/** The server has the whole recording: its sound need not stay on this machine. */
export async function recordingCompleted(journal: Journal, id: string): Promise<void> {
  await changeRecording(journal, id, (recording) => ({ ...recording, completed: true }));
  await journal.delete("slices", slicesOf(id));
}

/** Forgets attempts of former candidates: at once when all of theirs arrived, else after a day. */
export async function forgetOthers(journal: Journal, current: readonly string[], now = Date.now()): Promise<void> {
  for (const { id, openedAt } of await journal.getAll("attempts")) {
    if (current.includes(id)) continue;
    const recordings = await recordingsOf(journal, id);
    const arrived = (await countUnsent(journal, id)) === 0 && recordings.every((recording) => recording.completed);
    if (!arrived && now - openedAt < FORGOTTEN_AFTER_MS) continue;
    const tx = journal.transaction(["attempts", "events", "recordings", "slices"], "readwrite");
    await tx.objectStore("events").delete(eventsOf(id));
    for (const recording of recordings) {
      await tx.objectStore("slices").delete(slicesOf(recording.id));
      await tx.objectStore("recordings").delete(recording.id);
    }
    await tx.objectStore("attempts").delete(id);
    await tx.done;
  }
}

function asSent({ seq, position, response, flagged, client_at }: StoredEvent): AnswerEvent {
  return { seq, position, response, flagged, client_at };
}

function hex(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
