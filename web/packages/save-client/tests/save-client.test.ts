import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startSaving, type SaveClient, type SaveState } from "../src/client.ts";
import { base64, fromBase64, sha256, type Wrapped } from "../src/crypt.ts";
import {
  addRecording,
  addSlice,
  addStep,
  answersHere,
  countPlay,
  endInterrupted,
  forgetOthers,
  keep,
  keptJson,
  lastHeard,
  notePlays,
  openJournal,
  playsOf,
  recordingsOf,
  stepDone,
  steps,
  takeUp,
  unsentAnswers,
  type Journal,
} from "../src/journal.ts";
import { rescueFile } from "../src/rescue.ts";
import type { AnswerEvent, OpenedAttempt, Refusal, SavedAnswers, Transport } from "../src/types.ts";

const ATTEMPT = "attempt-1";
const offline: Refusal = { code: "offline", status: 0 };

let journal: Journal;
let clients: SaveClient[] = [];
let names = 0;

beforeEach(async () => {
  journal = await openJournal(`journal-${(names += 1)}`);
});
afterEach(async () => {
  for (const client of clients) await client.close();
  clients = [];
  journal.close();
});

function opened(fields: Partial<OpenedAttempt> = {}): OpenedAttempt {
  return { id: ATTEMPT, epoch: 1, last_seq: 0, items: [], ...fields };
}

/** A server in memory, as the protocol describes it: it takes each number once, and the highest number of an item is its answer. */
function server() {
  const taken = new Map<number, AnswerEvent>();
  const slices = new Map<string, Map<number, ArrayBuffer>>();
  const completed = new Map<string, number>();
  const requests: number[][] = [];
  const fail: { next: (Refusal | "lost answer")[] } = { next: [] };
  const saved = (): SavedAnswers => ({
    acknowledged: Math.max(0, ...taken.keys()),
    late: [],
    server_time: new Date().toISOString(),
    remaining_seconds: 60,
    attempt: { status: "running", paused: null, remaining_seconds: 60, deadline: null, extra_seconds: 0 },
  });
  const trip = <T>(done: () => T): Promise<T> => {
    const failure = fail.next.shift();
    if (failure && failure !== "lost answer") return Promise.reject(failure as unknown as Error);
    const result = done();
    return failure ? Promise.reject(offline as unknown as Error) : Promise.resolve(result);
  };
  const transport: Transport = {
    answers: ({ events }) => {
      if (events.length > 0) requests.push(events.map(({ seq }) => seq));
      return trip(() => {
        for (const event of events) if (!taken.has(event.seq)) taken.set(event.seq, event);
        return saved();
      });
    },
    beginRecording: () => trip(() => `server-${slices.set(`server-${slices.size + 1}`, new Map()).size}`),
    putSlice: (recording, n, bytes) => trip(() => void slices.get(recording)?.set(n, bytes)),
    completeRecording: (recording, count) => trip(() => void completed.set(recording, count)),
  };
  const answerTo = (position: number) =>
    [...taken.values()].filter((event) => event.position === position).sort((one, other) => other.seq - one.seq)[0]
      ?.response;
  return { transport, taken, slices, completed, requests, fail, answerTo };
}

function start(transport: Transport, states: SaveState[] = []): SaveClient {
  const client = startSaving(journal, ATTEMPT, transport, (state) => states.push(state), {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    wait: (ms, signal) =>
      new Promise((resolve) => {
        // Waits are shortened, so that backing off takes no real time.
        const timer = setTimeout(resolve, Math.min(ms, 20));
        signal.addEventListener("abort", () => {
          clearTimeout(timer);
          resolve();
        });
      }),
  });
  clients.push(client);
  return client;
}

test("an answer is on disk within a quarter of a second, also when the server cannot be reached", async () => {
  const { transport, fail } = server();
  fail.next = Array.from({ length: 100 }, () => offline);
  await takeUp(journal, opened());
  const client = start(transport);
  client.answer(0, { r1: "a" }, false);
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(await unsentAnswers(journal, ATTEMPT, 10)).toMatchObject([{ seq: 1, position: 0, response: { r1: "a" } }]);
  await vi.waitFor(() => expect(client.state.connected).toBe(false));
});

test("answers arrive in order, and the last one of an item counts", async () => {
  const { transport, requests, answerTo } = server();
  await takeUp(journal, opened());
  const client = start(transport);
  for (const value of ["a", "b", "c"]) {
    client.answer(0, { r1: value }, false);
    await client.flush();
  }
  client.answer(1, { r1: "d" }, true);
  await client.drain();
  expect(answerTo(0)).toEqual({ r1: "c" });
  expect(answerTo(1)).toEqual({ r1: "d" });
  const order = requests.flat();
  expect(order).toEqual([...order].sort((one, other) => one - other));
});

test("an answer that is written down while the client looks for work is not slept over", async () => {
  const { transport, taken } = server();
  await takeUp(journal, opened());
  let heard = 0;
  let given = 0;
  const client = startSaving(
    journal,
    ATTEMPT,
    transport,
    async ({ heardAt, unsent }) => {
      if (heardAt === heard || unsent > 0 || given === 30) return;
      heard = heardAt;
      const position = (given += 1);
      // A little later each time, so that one of them falls between the look in the journal and the sleep after it.
      for (let later = 0; later < position; later += 1) await new Promise(setImmediate);
      client.answer(position, { r1: "a" }, false);
      await client.flush();
    },
    {
      now: () => heard + 1,
      elapsed: () => performance.now(),
      // Nothing but being woken ends a wait.
      wait: (_, signal) =>
        new Promise((resolve) => {
          if (signal.aborted) return resolve();
          signal.addEventListener("abort", () => resolve());
        }),
    },
  );
  clients.push(client);
  for (let n = 1; n <= 30; n += 1) {
    await vi.waitFor(() => expect(taken.size).toBeGreaterThanOrEqual(n));
    client.wake();
  }
});

test("a request whose acknowledgement was lost is sent again and taken once", async () => {
  const { transport, taken, fail, requests } = server();
  fail.next = ["lost answer"];
  await takeUp(journal, opened());
  const client = start(transport);
  client.answer(0, { r1: "a" }, false);
  await client.drain();
  expect(taken.size).toBe(1);
  expect(requests.filter((seqs) => seqs.includes(1)).length).toBeGreaterThanOrEqual(1);
  expect(await unsentAnswers(journal, ATTEMPT, 10)).toEqual([]);
});

test("a server that can keep nothing now is told apart from one that does, until it can again", async () => {
  const { transport, fail } = server();
  fail.next = [{ code: "unavailable", status: 503, retryAfter: 1 }];
  await takeUp(journal, opened());
  const states: SaveState[] = [];
  const client = start(transport, states);
  client.answer(0, { r1: "a" }, false);
  await client.drain();
  expect(states.map(({ connected }) => connected)).toContain(false);
  expect(client.state.connected).toBe(true);
});

test("a server that asks for a pause, then fails, then is away gets everything in the end", async () => {
  const { transport, fail, answerTo } = server();
  fail.next = [
    { code: "unavailable", status: 503, retryAfter: 1 },
    { code: "internal", status: 500 },
    offline,
    offline,
  ];
  await takeUp(journal, opened());
  const client = start(transport);
  client.answer(3, { r1: "x" }, false);
  await client.drain();
  expect(answerTo(3)).toEqual({ r1: "x" });
  expect(client.state.connected).toBe(true);
});

test("after a crash the journal is sent by the next start, under the same numbers", async () => {
  const away = server();
  away.fail.next = Array.from({ length: 1000 }, () => offline);
  await takeUp(journal, opened());
  const first = start(away.transport);
  first.answer(0, { r1: "a" }, false);
  await first.flush();
  await first.close();

  const { transport, taken } = server();
  expect(await takeUp(journal, opened({ epoch: 2 }))).toMatchObject([{ seq: 1, response: { r1: "a" } }]);
  const second = start(transport);
  second.answer(1, { r1: "b" }, false);
  expect(await second.drain()).toBe(2);
  expect([...taken.keys()]).toEqual([1, 2]);
});

test("numbers go on after those that the server has already", async () => {
  const { transport, taken } = server();
  await takeUp(journal, opened({ last_seq: 17 }));
  const client = start(transport);
  client.answer(0, { r1: "a" }, false);
  await client.drain();
  expect([...taken.keys()]).toEqual([18]);
});

test("once another kiosk took over, nothing more is sent and nothing is thrown away", async () => {
  const { transport, fail } = server();
  fail.next = [{ code: "taken-over", status: 409 }];
  await takeUp(journal, opened());
  const client = start(transport);
  client.answer(0, { r1: "a" }, false);
  await expect(client.drain()).rejects.toThrow("taken-over");
  expect(client.state.stopped).toBe("taken-over");
  expect(await unsentAnswers(journal, ATTEMPT, 10)).toHaveLength(1);
});

test("when the candidate comes back from another kiosk, its newer answers stay and ours fill the rest", async () => {
  const away = server();
  away.fail.next = Array.from({ length: 1000 }, () => offline);
  await takeUp(journal, opened());
  const first = start(away.transport);
  first.answer(0, { r1: "stale" }, false);
  first.answer(1, { r1: "kept" }, false);
  await first.flush();
  await first.close();

  const { transport, answerTo, taken } = server();
  taken.set(1, { seq: 1, position: 0, response: { r1: "newer" }, flagged: false, client_at: "" });
  taken.set(2, { seq: 2, position: 0, response: { r1: "newest" }, flagged: false, client_at: "" });
  await takeUp(
    journal,
    opened({ epoch: 3, last_seq: 2, items: [{ position: 0, response: { r1: "newest" }, flagged: false }] }),
  );
  const second = start(transport);
  await second.drain();
  expect(answerTo(0)).toEqual({ r1: "newest" });
  expect(answerTo(1)).toEqual({ r1: "kept" });
});

test("an epoch that was skipped because its answer was lost loses nothing", async () => {
  const { transport, answerTo, taken } = server();
  await takeUp(journal, opened());
  const first = start(transport);
  first.answer(0, { r1: "a", r2: "b" }, false);
  await first.drain();
  await first.close();
  await takeUp(journal, opened({ epoch: 1, last_seq: 1 }));
  const away = server();
  away.fail.next = Array.from({ length: 1000 }, () => offline);
  const second = start(away.transport);
  second.answer(0, { r1: "c", r2: "b" }, false);
  await second.flush();
  await second.close();
  // The database gives the keys back in another order.
  await takeUp(
    journal,
    opened({ epoch: 3, last_seq: 1, items: [{ position: 0, response: { r2: "b", r1: "a" }, flagged: false }] }),
  );
  const third = start(transport);
  await third.drain();
  expect(answerTo(0)).toEqual({ r1: "c", r2: "b" });
  expect(taken.size).toBe(2);
});

test("typing for a minute without a connection keeps a handful of answers, the last among them", async () => {
  const { transport, fail } = server();
  fail.next = Array.from({ length: 1000 }, () => offline);
  await takeUp(journal, opened());
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 23, 9), toFake: ["Date"] });
  try {
    const client = start(transport);
    for (let second = 0; second < 60; second += 1) {
      vi.setSystemTime(Date.UTC(2026, 10, 23, 9, 0, second));
      client.answer(0, { r1: "word ".repeat(second) }, false);
      await client.flush();
    }
  } finally {
    vi.useRealTimers();
  }
  const kept = await unsentAnswers(journal, ATTEMPT, 100);
  expect(kept).toHaveLength(6);
  expect(kept.at(-1)?.response).toEqual({ r1: "word ".repeat(59) });
});

test("an answer that the server will not have does not hold up the others", async () => {
  const { transport, answerTo } = server();
  const picky: Transport = {
    ...transport,
    answers: (body) =>
      body.events.some(({ position }) => position === 1)
        ? Promise.reject({ code: "invalid-input", status: 422 } as unknown as Error)
        : transport.answers(body),
  };
  await takeUp(journal, opened());
  const client = start(picky);
  for (const position of [0, 1, 2]) client.answer(position, { r1: `${position}` }, false);
  await client.drain();
  expect(answerTo(0)).toEqual({ r1: "0" });
  expect(answerTo(2)).toEqual({ r1: "2" });
  expect(await unsentAnswers(journal, ATTEMPT, 10)).toMatchObject([{ position: 1 }]);
});

test("a recording made without a connection arrives whole, and its answer names it as the server does", async () => {
  const { transport, slices, completed, answerTo, fail } = server();
  fail.next = Array.from({ length: 20 }, () => offline);
  await takeUp(journal, opened());
  const client = start(transport);
  const recording = await client.startRecording(0, "audio/webm");
  client.answer(0, { r1: recording }, false);
  for (const n of [0, 1, 2]) await client.addSlice(recording, n, new Blob([`slice ${n}`]));
  await client.endRecording(recording, 3, 2_800);
  await client.drain();
  expect(answerTo(0)).toEqual({ r1: "server-1" });
  expect([...(slices.get("server-1")?.keys() ?? [])]).toEqual([0, 1, 2]);
  expect(completed.get("server-1")).toBe(3);
  expect(await client.whenRecorded(recording)).toBe("server-1");
  expect(await journal.count("slices")).toBe(0);
});

test("slices that the server misses are sent again", async () => {
  const { transport, slices } = server();
  let first = true;
  const forgetful: Transport = {
    ...transport,
    completeRecording: (recording, count, ms) => {
      if (!first) return transport.completeRecording(recording, count, ms);
      first = false;
      slices.get(recording)?.delete(1);
      return Promise.reject({ code: "slices-missing", status: 409 } as unknown as Error);
    },
  };
  await takeUp(journal, opened());
  const client = start(forgetful);
  const recording = await client.startRecording(0, "audio/webm");
  for (const n of [0, 1]) await client.addSlice(recording, n, new Blob([`slice ${n}`]));
  await client.endRecording(recording, 2, 2_000);
  await client.drain();
  expect([...(slices.get("server-1")?.keys() ?? [])].sort()).toEqual([0, 1]);
});

test("a recording that was going on when the machine stopped ends with what was kept", async () => {
  await takeUp(journal, opened());
  const recording = await addRecording(journal, ATTEMPT, 0, "audio/webm");
  for (const n of [0, 1, 2])
    await addSlice(journal, recording, n, new TextEncoder().encode(`slice ${n}`).buffer as ArrayBuffer);
  await endInterrupted(journal, ATTEMPT);
  expect(await recordingsOf(journal, ATTEMPT)).toMatchObject([{ slices: 3, durationMs: 3_000 }]);
  const { transport, completed } = server();
  await start(transport).drain();
  expect(completed.get("server-1")).toBe(3);
});

test("what a former candidate left behind is forgotten once it arrived, and after a day in any case", async () => {
  await takeUp(journal, opened({ id: "arrived" }), 0);
  await takeUp(journal, opened({ id: "stuck" }), 0);
  await takeUp(journal, opened(), 0);
  const { writeDown } = await import("../src/journal.ts");
  await writeDown(journal, "stuck", [
    { position: 0, response: { r1: "a" }, flagged: false, client_at: new Date(0).toISOString() },
  ]);
  await forgetOthers(journal, [ATTEMPT], 60_000);
  expect((await journal.getAllKeys("attempts")).sort()).toEqual([ATTEMPT, "stuck"]);
  await forgetOthers(journal, [ATTEMPT], 25 * 60 * 60 * 1000);
  expect(await journal.getAllKeys("attempts")).toEqual([ATTEMPT]);
  expect(await journal.count("events")).toBe(0);
});

test("nothing that was answered or said can be read on the disk", async () => {
  const { transport, fail } = server();
  fail.next = Array.from({ length: 1000 }, () => offline);
  await takeUp(journal, opened());
  const client = start(transport);
  client.answer(0, { r1: "een geheim antwoord" }, false);
  const recording = await client.startRecording(1, "audio/webm");
  await client.addSlice(recording, 0, new Blob(["een geheime stem"]));
  await client.flush();
  await keep(journal, ATTEMPT, "paper", { items: ["een geheime vraag"] });
  const bytes = (value: unknown): string =>
    value instanceof ArrayBuffer || ArrayBuffer.isView(value)
      ? new TextDecoder("latin1").decode(value as ArrayBuffer)
      : typeof value === "object" && value !== null
        ? Object.values(value).map(bytes).join(" ")
        : String(value);
  for (const store of ["events", "slices", "kept"] as const) {
    const rows = await journal.getAll(store);
    expect(rows).toHaveLength(1);
    expect(bytes(rows)).not.toMatch(/geheim/);
  }
  expect(await keptJson(journal, ATTEMPT, "paper")).toEqual({ items: ["een geheime vraag"] });
  expect((await journal.get("attempts", ATTEMPT))?.key.extractable).toBe(false);
});

test("what was acknowledged and what was not are both known without the server", async () => {
  const { transport, fail } = server();
  await takeUp(journal, opened());
  const first = start(transport);
  first.answer(0, { r1: "sent" }, true);
  await first.drain();
  await first.close();
  fail.next = Array.from({ length: 1000 }, () => offline);
  const second = start(transport);
  second.answer(1, { r1: "unsent" }, false);
  await second.flush();
  const here = await answersHere(journal, ATTEMPT);
  expect(here.map(({ position, response, flagged }) => [position, response, flagged])).toEqual([
    [0, { r1: "sent" }, true],
    [1, { r1: "unsent" }, false],
  ]);
  expect((await lastHeard(journal, ATTEMPT))?.heard?.state.remaining_seconds).toBe(60);
});

test("a rescue file holds what the server lacks, opens for the server alone, and is signed", async () => {
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  const journal_key = base64(await crypto.subtle.exportKey("raw", pair.publicKey));
  const { transport, fail } = server();
  await takeUp(journal, opened({ journal_key }));
  const client = start(transport);
  client.answer(0, { r1: "sent" }, false);
  await client.drain();
  fail.next = Array.from({ length: 1000 }, () => offline);
  client.answer(1, { r1: "unsent" }, false);
  const recording = await client.startRecording(2, "audio/webm");
  await client.addSlice(recording, 0, new Blob(["sound"]));
  await client.flush();
  let signed = "";
  const file = await rescueFile(journal, ATTEMPT, {
    kiosk: "kiosk-1",
    sign: (text) => Promise.resolve((signed = text) && "signature"),
  });
  const [body = "", signature] = (await file?.text())?.split("\n") ?? [];
  expect(signature).toBe("signature");
  expect(signed).toBe(`IJKPUNT-RESCUE-1\n${await sha256(new TextEncoder().encode(body))}`);
  const said = JSON.parse(body) as {
    key: Wrapped;
    events: { seq: number; iv: string; sealed: string }[];
    recordings: { iv: string; sealed: string }[];
    slices: { n: number; iv: string; sealed: string }[];
  };
  expect(body).not.toMatch(/unsent/);
  expect(said.events.map(({ seq }) => seq)).toEqual([2]);

  // As the server opens it.
  const point = await crypto.subtle.importKey(
    "raw",
    fromBase64(said.key.point),
    { name: "ECDH", namedCurve: "P-256" },
    false,
    [],
  );
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: point }, pair.privateKey, 256);
  const text = new TextEncoder();
  const wrapping = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: text.encode(ATTEMPT), info: text.encode("IJKPUNT-JOURNAL-1") },
    await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]),
    { name: "AES-GCM", length: 256 },
    false,
    ["decrypt"],
  );
  const unseal = async (key: CryptoKey, kind: string, { iv, sealed }: { iv: string; sealed: string }) =>
    crypto.subtle.decrypt(
      { name: "AES-GCM", iv: fromBase64(iv), additionalData: text.encode(kind) },
      key,
      fromBase64(sealed),
    );
  const raw = await unseal(wrapping, "IJKPUNT-JOURNAL-1", said.key);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
  const read = async (kind: string, entry: { iv: string; sealed: string } | undefined) =>
    new TextDecoder().decode(await unseal(key, kind, entry ?? { iv: "", sealed: "" }));
  expect(JSON.parse(await read("event", said.events[0]))).toMatchObject({ position: 1, response: { r1: "unsent" } });
  expect(JSON.parse(await read("recording", said.recordings[0]))).toMatchObject({ id: recording, serverId: null });
  expect(await read("slice", said.slices[0])).toBe("sound");
});

test("plays are counted here and at the server, and the higher number is believed", async () => {
  await takeUp(journal, opened());
  expect(await countPlay(journal, ATTEMPT, 0, "m1")).toBe(1);
  await notePlays(journal, ATTEMPT, [
    { position: 0, media: "m1", plays: 2 },
    { position: 1, media: "m1", plays: 1 },
  ]);
  expect(await countPlay(journal, ATTEMPT, 0, "m1")).toBe(3);
  await notePlays(journal, ATTEMPT, [{ position: 0, media: "m1", plays: 1 }]);
  expect((await playsOf(journal, ATTEMPT)).map(({ plays }) => plays)).toEqual([3, 1]);
});

test("steps are told in their order, and those of another candidate are forgotten", async () => {
  await takeUp(journal, opened());
  for (const step of [
    { kind: "submit", attempt: "other", at: 1 },
    { kind: "submit", attempt: ATTEMPT, at: 2 },
    { kind: "begin", attempt: ATTEMPT, at: 3 },
  ] as const)
    await addStep(journal, step);
  await forgetOthers(journal, [ATTEMPT]);
  const [first, second] = await steps(journal);
  expect([first?.kind, second?.kind]).toEqual(["submit", "begin"]);
  if (first) await stepDone(journal, first);
  expect((await steps(journal)).map(({ kind }) => kind)).toEqual(["begin"]);
});

test("the server is told for how long this page was at work since it heard it last", async () => {
  const { transport, fail } = server();
  const told: number[] = [];
  const listening: Transport = {
    ...transport,
    answers: (body) => (told.push(body.at_work_ms), transport.answers(body)),
  };
  await takeUp(journal, opened());
  let elapsed = 1_000;
  const client = startSaving(journal, ATTEMPT, listening, () => undefined, {
    now: () => Date.now(),
    elapsed: () => elapsed,
    wait: (_, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        signal.addEventListener("abort", () => resolve());
      }),
  });
  clients.push(client);
  await vi.waitFor(() => expect(told).toHaveLength(1));
  fail.next = [offline];
  elapsed += 60_000;
  client.wake();
  await vi.waitFor(() => expect(told).toHaveLength(2));
  elapsed += 30_000;
  client.wake();
  await vi.waitFor(() => expect(told.length).toBeGreaterThanOrEqual(3));
  expect(told.slice(0, 3)).toEqual([0, 60_000, 90_000]);
});
