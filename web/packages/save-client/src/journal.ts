/**
 * What was answered, kept in IndexedDB until the server has it. A number is given in the same transaction in which the answer is written, so
 * that no number is given twice and none is written down without its answer, whenever the machine stops. What was answered, asked and said is
 * encrypted (crypt.ts).
 */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { newKey, open, openJson, seal, sealJson, sha256, type Sealed, type Wrapped } from "./crypt.ts";
import { sameJson } from "./json.ts";
import type { AnswerEvent, AttemptState, ItemResponse, OpenedAttempt } from "./types.ts";

/** Typing makes an answer four times a second; of those not yet sent, one an item and this long is kept. */
const THINNED_TO_MS = 10_000;
/** What another kiosk has taken over is kept this long, in case somebody must look at it, and then forgotten. */
const FORGOTTEN_AFTER_MS = 24 * 60 * 60 * 1000;

/** An answer as it lies on the disk: when and to which item is readable, what is not. */
interface StoredEvent extends Sealed {
  attempt: string;
  seq: number;
  position: number;
  client_at: string;
}

interface StoredAnswer {
  position: number;
  response: ItemResponse;
  flagged: boolean;
  client_at: string;
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

export interface StoredSlice extends Sealed {
  recording: string;
  n: number;
  /** Of the sound itself. */
  sha256: string;
  uploaded: boolean;
}

/** What the server said last of an attempt, and when, by this machine's clock. */
export interface Heard {
  at: number;
  state: AttemptState;
}

interface StoredAttempt {
  id: string;
  epoch: number;
  /** The highest number given. */
  seq: number;
  openedAt: number;
  key: CryptoKey;
  wrapped: Wrapped | null;
  heard: Heard | null;
}

/** Something else of an attempt that is needed without a connection: its questions, their sound, the sitting. */
interface StoredThing extends Sealed {
  attempt: string;
  name: string;
}

/** What is to be told to the server, in this order, when it can be reached again. `at` is by this machine's clock. */
export type Step = { n?: number; attempt: string; at: number } & (
  { kind: "submit" } | { kind: "begin" } | { kind: "play"; position: number; media: string }
);

interface Schema extends DBSchema {
  attempts: { key: string; value: StoredAttempt };
  events: { key: [string, number]; value: StoredEvent };
  /** Per item, the last answer that the server is known to have. */
  acknowledged: { key: [string, number]; value: StoredEvent };
  recordings: { key: string; value: StoredRecording; indexes: { attempt: string } };
  slices: { key: [string, number]; value: StoredSlice };
  kept: { key: [string, string]; value: StoredThing };
  plays: { key: [string, number, string]; value: { attempt: string; position: number; media: string; plays: number } };
  steps: { key: number; value: Step };
}

export type Journal = IDBPDatabase<Schema>;

export function openJournal(name = "ijkpunt-journal"): Promise<Journal> {
  return openDB<Schema>(name, 1, {
    upgrade(db) {
      db.createObjectStore("attempts", { keyPath: "id" });
      db.createObjectStore("events", { keyPath: ["attempt", "seq"] });
      db.createObjectStore("acknowledged", { keyPath: ["attempt", "position"] });
      db.createObjectStore("recordings", { keyPath: "id" }).createIndex("attempt", "attempt");
      db.createObjectStore("slices", { keyPath: ["recording", "n"] });
      db.createObjectStore("kept", { keyPath: ["attempt", "name"] });
      db.createObjectStore("plays", { keyPath: ["attempt", "position", "media"] });
      db.createObjectStore("steps", { keyPath: "n", autoIncrement: true });
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
  const known = await journal.get("attempts", attempt.id);
  const { key, wrapped } = known ?? (await newKey(attempt.id, attempt.journal_key));
  let stored = await journal.getAll("events", eventsOf(attempt.id));
  let unsent = await Promise.all(stored.map((event) => opened(key, event)));
  let seq = Math.max(attempt.last_seq, known?.seq ?? 0);
  const elsewhere = known !== undefined && attempt.epoch > known.epoch + 1;
  if (elsewhere) {
    const before = new Map((await acknowledged(journal, attempt.id, key)).map((event) => [event.position, event]));
    const ours = [...unsent];
    const changedElsewhere = (position: number) => {
      const there = attempt.items.find((item) => item.position === position)?.response ?? {};
      return (
        !sameJson(there, before.get(position)?.response ?? {}) &&
        !ours.some((event) => event.position === position && sameJson(event.response, there))
      );
    };
    const stays = unsent.map((event) => !changedElsewhere(event.position));
    unsent = unsent.filter((_, n) => stays[n]).map((event) => ({ ...event, seq: (seq += 1) }));
    stored = stored.filter((_, n) => stays[n]).map((event, n) => ({ ...event, seq: unsent[n]?.seq ?? 0 }));
  }
  const tx = journal.transaction(["attempts", "events"], "readwrite", { durability: "strict" });
  if (elsewhere) {
    await tx.objectStore("events").delete(eventsOf(attempt.id));
    for (const event of stored) await tx.objectStore("events").put(event);
  }
  const heard = known?.heard ?? null;
  await tx
    .objectStore("attempts")
    .put({ id: attempt.id, epoch: attempt.epoch, seq, openedAt: now, key, wrapped, heard });
  await tx.done;
  return unsent;
}

/** Writes answers down; they are safe on this machine when it is done. Gives the highest number. */
export async function writeDown(
  journal: Journal,
  attempt: string,
  answers: readonly Omit<AnswerEvent, "seq">[],
): Promise<number> {
  const key = await keyOf(journal, attempt);
  // Sealed before the transaction, which does not wait for anything but the database.
  const sealed = await Promise.all(
    answers.map(async (answer) => ({
      attempt,
      position: answer.position,
      client_at: answer.client_at,
      ...(await sealJson(key, "event", answer satisfies StoredAnswer)),
    })),
  );
  const tx = journal.transaction(["attempts", "events"], "readwrite", { durability: "strict" });
  const attempts = tx.objectStore("attempts");
  const events = tx.objectStore("events");
  const stored = await attempts.get(attempt);
  if (!stored) throw new Error("an attempt is taken up before it is answered");
  const unsent = await events.getAll(eventsOf(attempt));
  for (const answer of sealed) {
    const period = (at: string) => Math.floor(Date.parse(at) / THINNED_TO_MS);
    for (const older of unsent) {
      if (older.position === answer.position && period(older.client_at) === period(answer.client_at)) {
        await events.delete([attempt, older.seq]);
      }
    }
    stored.seq += 1;
    await events.put({ ...answer, seq: stored.seq });
  }
  await attempts.put(stored);
  await tx.done;
  return stored.seq;
}

async function keyOf(journal: Journal, attempt: string): Promise<CryptoKey> {
  const stored = await journal.get("attempts", attempt);
  if (!stored) throw new Error("an attempt is taken up before it is answered");
  return stored.key;
}

async function opened(key: CryptoKey, event: StoredEvent): Promise<AnswerEvent> {
  const { position, response, flagged, client_at } = await openJson<StoredAnswer>(key, "event", event);
  return { seq: event.seq, position, response, flagged, client_at };
}

async function acknowledged(journal: Journal, attempt: string, key: CryptoKey): Promise<AnswerEvent[]> {
  const stored = await journal.getAll("acknowledged", eventsOf(attempt));
  return Promise.all(stored.map((event) => opened(key, event)));
}

/** The answers of an attempt as this machine knows them, sent or not: for when the server cannot be asked. */
export async function answersHere(journal: Journal, attempt: string): Promise<AnswerEvent[]> {
  const key = await keyOf(journal, attempt);
  const unsent = await journal.getAll("events", eventsOf(attempt));
  return [
    ...(await acknowledged(journal, attempt, key)),
    ...(await Promise.all(unsent.map((event) => opened(key, event)))),
  ];
}

export async function unsentAnswers(journal: Journal, attempt: string, limit: number): Promise<AnswerEvent[]> {
  const stored = await journal.getAll("events", eventsOf(attempt), limit);
  if (stored.length === 0) return [];
  const key = await keyOf(journal, attempt);
  return Promise.all(stored.map((event) => opened(key, event)));
}

export function countUnsent(journal: Journal, attempt: string): Promise<number> {
  return journal.count("events", eventsOf(attempt));
}

/** The server has these durably: they are no longer to be sent, and stay as what it knows of the items. */
export async function acknowledge(journal: Journal, attempt: string, sent: readonly AnswerEvent[]): Promise<void> {
  if (sent.length === 0) return;
  const tx = journal.transaction(["acknowledged", "events"], "readwrite");
  for (const event of sent) {
    const stored = await tx.objectStore("events").get([attempt, event.seq]);
    if (stored) await tx.objectStore("acknowledged").put(stored);
    await tx.objectStore("events").delete([attempt, event.seq]);
  }
  await tx.done;
}

/** Notes that the server was heard, and what it said. */
export async function noteHeard(journal: Journal, attempt: string, heard: Heard): Promise<void> {
  const tx = journal.transaction("attempts", "readwrite");
  const stored = await tx.store.get(attempt);
  if (stored) await tx.store.put({ ...stored, heard });
  await tx.done;
}

export async function lastHeard(
  journal: Journal,
  attempt: string,
): Promise<{ heard: Heard | null; epoch: number; seq: number } | undefined> {
  return journal.get("attempts", attempt);
}

/** Whether something of an attempt is here that the server does not have. */
export async function isOwed(journal: Journal, attempt: string): Promise<boolean> {
  if ((await countUnsent(journal, attempt)) > 0) return true;
  return (await recordingsOf(journal, attempt)).some(({ completed }) => !completed);
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
  const of = await journal.get("recordings", recording);
  if (!of) throw new Error("a recording is begun before it has slices");
  const sealed = await seal(await keyOf(journal, of.attempt), "slice", bytes);
  await journal.put("slices", { recording, n, ...sealed, sha256: await sha256(bytes), uploaded: false });
}

/** The sound of a slice. */
export async function soundOf(journal: Journal, recording: StoredRecording, slice: StoredSlice): Promise<ArrayBuffer> {
  return open(await keyOf(journal, recording.attempt), "slice", slice);
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

/** Keeps something of an attempt for when there is no connection. */
export async function keep(
  journal: Journal,
  attempt: string,
  name: string,
  value: ArrayBuffer | object,
): Promise<void> {
  const key = await keyOf(journal, attempt);
  const sealed = value instanceof ArrayBuffer ? await seal(key, name, value) : await sealJson(key, name, value);
  await journal.put("kept", { attempt, name, ...sealed });
}

export async function keptBytes(journal: Journal, attempt: string, name: string): Promise<ArrayBuffer | undefined> {
  const stored = await journal.get("kept", [attempt, name]);
  return stored && open(await keyOf(journal, attempt), name, stored);
}

export async function keptJson<T>(journal: Journal, attempt: string, name: string): Promise<T | undefined> {
  const stored = await journal.get("kept", [attempt, name]);
  return stored && openJson<T>(await keyOf(journal, attempt), name, stored);
}

/** The attempts of which something is kept under this name. */
export async function keepersOf(journal: Journal, name: string): Promise<string[]> {
  return (await journal.getAllKeys("kept")).filter(([, kept]) => kept === name).map(([attempt]) => attempt);
}

/** Another play of a sound; gives how many that makes. */
export async function countPlay(journal: Journal, attempt: string, position: number, media: string): Promise<number> {
  const tx = journal.transaction("plays", "readwrite", { durability: "strict" });
  const plays = ((await tx.store.get([attempt, position, media]))?.plays ?? 0) + 1;
  await tx.store.put({ attempt, position, media, plays });
  await tx.done;
  return plays;
}

export async function playsOf(
  journal: Journal,
  attempt: string,
): Promise<{ position: number; media: string; plays: number }[]> {
  return (await journal.getAll("plays")).filter((one) => one.attempt === attempt);
}

/** The server counts plays too; the higher number is believed. */
export async function notePlays(
  journal: Journal,
  attempt: string,
  told: readonly { position: number; media: string; plays: number }[],
): Promise<void> {
  const tx = journal.transaction("plays", "readwrite");
  for (const { position, media, plays } of told) {
    const here = (await tx.store.get([attempt, position, media]))?.plays ?? 0;
    if (plays > here) await tx.store.put({ attempt, position, media, plays });
  }
  await tx.done;
}

export async function addStep(journal: Journal, step: Step): Promise<void> {
  const tx = journal.transaction("steps", "readwrite", { durability: "strict" });
  await tx.store.add(step);
  await tx.done;
}

export function steps(journal: Journal): Promise<Step[]> {
  return journal.getAll("steps");
}

export async function stepDone(journal: Journal, step: Step): Promise<void> {
  if (step.n !== undefined) await journal.delete("steps", step.n);
}

const keptOf = (attempt: string) => IDBKeyRange.bound([attempt, ""], [attempt, "\uffff"]);

/** Forgets attempts of former candidates: at once when all of theirs arrived, else after a day. Their questions go in any case. */
export async function forgetOthers(journal: Journal, current: readonly string[], now = Date.now()): Promise<void> {
  for (const step of await steps(journal)) if (!current.includes(step.attempt)) await stepDone(journal, step);
  for (const { id, openedAt } of await journal.getAll("attempts")) {
    if (current.includes(id)) continue;
    await journal.delete("kept", keptOf(id));
    const recordings = await recordingsOf(journal, id);
    const arrived = (await countUnsent(journal, id)) === 0 && recordings.every((recording) => recording.completed);
    if (!arrived && now - openedAt < FORGOTTEN_AFTER_MS) continue;
    const tx = journal.transaction(
      ["acknowledged", "attempts", "events", "plays", "recordings", "slices"],
      "readwrite",
    );
    await tx.objectStore("events").delete(eventsOf(id));
    await tx.objectStore("acknowledged").delete(eventsOf(id));
    await tx.objectStore("plays").delete(IDBKeyRange.bound([id, 0, ""], [id, Infinity, "\uffff"]));
    for (const recording of recordings) {
      await tx.objectStore("slices").delete(slicesOf(recording.id));
      await tx.objectStore("recordings").delete(recording.id);
    }
    await tx.objectStore("attempts").delete(id);
    await tx.done;
  }
}
