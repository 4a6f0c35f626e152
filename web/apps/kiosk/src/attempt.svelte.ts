/** The part that is being sat: its items, what was answered, and the clock. Saving itself is `@ijkpunt/save-client`. */
import { Problem, type Schema } from "@ijkpunt/api";
import { isAnswered, type DeliveryItem, type Host, type Responses } from "@ijkpunt/item-render";
import {
  addStep,
  countPlay,
  endInterrupted,
  notePlays,
  playsOf,
  startSaving,
  takeUp,
  type AttemptState,
  type ItemResponse,
  type Journal,
  type SaveState,
  type Transport,
} from "@ijkpunt/save-client";
import type { Content } from "./content.ts";
import * as server from "./server.ts";

type Current = Schema<"CurrentAttempt">;

interface Answer {
  responses: Responses;
  flagged: boolean;
}

export interface Attempt {
  readonly id: string;
  readonly part: Current["part"];
  readonly items: readonly DeliveryItem[];
  readonly position: number;
  readonly answers: readonly Answer[];
  readonly remaining: number;
  readonly paused: boolean;
  readonly timeIsUp: boolean;
  readonly connected: boolean;
  readonly notWritten: boolean;
  readonly unsent: number;
  /** Minutes that the invigilator gave, in seconds. */
  readonly extra: number;
  readonly plays: Readonly<Record<string, number>>;
  readonly host: Host;
  answered(position: number): boolean;
  respond(responses: Responses): void;
  flag(on: boolean): void;
  goTo(position: number): void;
  /** The next question of an adaptive test, which the server chose. */
  add(item: DeliveryItem): void;
  drain(): Promise<number>;
  /** Writes down what was answered, on this machine. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** How long a kiosk without a connection waits, once the time is up, for somebody to give more. */
const OVER_UNHEARD_MS = 10_000;
const ENDED = ["submitted", "ended", "annulled"];

/** How often a sound of an item may be played; 0: as often as one likes. */
function playsAllowed(node: unknown, id: string): number {
  if (typeof node !== "object" || node === null) return 0;
  if ("t" in node && node.t === "media" && "id" in node && node.id === id)
    return "max_plays" in node ? Number(node.max_plays) : 0;
  return Math.max(0, ...Object.values(node).map((inner) => playsAllowed(inner, id)));
}

export async function openAttempt(opening: {
  current: Current;
  content: Content;
  journal: Journal;
  journalKey: string | undefined;
  /** Tells the server first what is to come before this attempt's answers. Fails when there is no connection. */
  settle: () => Promise<void>;
  onstopped: (reason: string) => void;
  onended: () => void;
  /** The server says that no time is left: what was answered is to be handed in. */
  ontimeup: () => void;
}): Promise<Attempt> {
  const { current, content, journal, onstopped, onended, ontimeup } = opening;
  let items = $state.raw(
    content.items.toSorted((one, other) => one.position - other.position).map(({ item }) => item as DeliveryItem),
  );
  const given = new Map(current.items.map((one) => [one.position, one]));
  const unsent = await takeUp(journal, { ...current, journal_key: opening.journalKey });
  await notePlays(journal, current.id, current.plays);
  await endInterrupted(journal, current.id);
  // What is still in the journal is newer than what the server knows.
  for (const event of unsent) given.set(event.position, { ...event, answered: true });

  const state = $state({
    // Where the candidate was when the connection or the machine went away, which the server may not have heard.
    position: Math.min(Math.max(0, unsent.at(-1)?.position ?? current.position), Math.max(0, items.length - 1)),
    answers: items.map((_, position): Answer => {
      const one = given.get(position);
      return { responses: (one?.response ?? {}) as Responses, flagged: one?.flagged ?? false };
    }),
    plays: Object.fromEntries(
      (await playsOf(journal, current.id)).map(({ position, media: id, plays }) => [`${position} ${id}`, plays]),
    ),
    attempt: {
      status: current.status,
      paused: current.paused ?? null,
      remaining_seconds: current.remaining_seconds,
      deadline: current.deadline ?? null,
      extra_seconds: current.extra_seconds,
    } as AttemptState,
    remaining: current.remaining_seconds,
    connected: true,
    notWritten: false,
    unsent: unsent.length,
    ended: false,
  });

  // Counted on by the time since the last sign of life, which no change of the kiosk's clock touches.
  let heard = performance.now();
  let heardAt = 0;

  function onstate(saving: SaveState): void {
    state.connected = saving.connected;
    state.notWritten = saving.notWritten;
    state.unsent = saving.unsent;
    if (saving.attempt && saving.heardAt !== heardAt) {
      heardAt = saving.heardAt;
      heard = performance.now();
      state.attempt = saving.attempt;
    }
    if (saving.stopped) onstopped(saving.stopped);
    else if (saving.attempt && ENDED.includes(saving.attempt.status)) void end();
    else if (saving.attempt?.remaining_seconds === 0 && !saving.attempt.paused && !state.ended) {
      // The part is handed in here rather than waited for: the server gives kiosks that come back late a minute more.
      state.ended = true;
      ontimeup();
    }
  }

  /** The server has ended the part: what is still here is sent, and then the next part is looked for. */
  async function end(): Promise<void> {
    if (state.ended) return;
    state.ended = true;
    await saving.drain().catch(() => undefined);
    onended();
  }

  const reached = server.transport(current.id);
  const transport: Transport = {
    answers: (body) => opening.settle().then(() => reached.answers(body)),
    beginRecording: (position, mime) => opening.settle().then(() => reached.beginRecording(position, mime)),
    putSlice: reached.putSlice,
    completeRecording: reached.completeRecording,
  };
  const saving = startSaving(journal, current.id, transport, onstate);
  saving.moveTo(state.position);

  let overSince: number | undefined;
  const clock = setInterval(() => {
    const { paused, remaining_seconds } = state.attempt;
    state.remaining = paused ? remaining_seconds : Math.max(0, remaining_seconds - (performance.now() - heard) / 1000);
    // The server says when the part is over; it is asked at once rather than at the next sign of life.
    if (state.remaining > 0 || paused) {
      overSince = undefined;
      return;
    }
    saving.wake();
    overSince ??= performance.now();
    // Without a connection nobody says that it is over, and the next part need not wait for that.
    if (!state.connected && performance.now() - overSince > OVER_UNHEARD_MS && !state.ended) {
      state.ended = true;
      ontimeup();
    }
  }, 500);

  const wake = () => saving.wake();
  const hide = () => void saving.flush();
  window.addEventListener("online", wake);
  window.addEventListener("pagehide", hide);
  document.addEventListener("visibilitychange", hide);

  function save(): void {
    const answer = state.answers[state.position];
    if (answer) saving.answer(state.position, $state.snapshot(answer.responses) as ItemResponse, answer.flagged);
  }

  const host: Host = {
    mediaUrl: (src) => content.mediaUrl(src),
    onPlay: async (id) => {
      const { position } = state;
      const at = `${position} ${id}`;
      try {
        if (!(await server.play(current.id, position, id))) return false;
      } catch (error) {
        // Without a connection the play is counted here, and told to the server later.
        if (!(error instanceof Problem) || error.status !== 0) throw error;
        const most = playsAllowed(items[position], id);
        if (most > 0 && (state.plays[at] ?? 0) >= most) return false;
        await addStep(journal, { kind: "play", attempt: current.id, at: Date.now(), position, media: id });
      }
      state.plays[at] = await countPlay(journal, current.id, position, id);
      return true;
    },
    recording: {
      onStart: (_, mime) => saving.startRecording(state.position, mime),
      onSlice: (recording, n, slice) => saving.addSlice(recording, n, slice),
      onComplete: (recording, slices, durationMs) => saving.endRecording(recording, slices, durationMs),
      onPlayback: async (recording) => server.playBack(current.id, await saving.whenRecorded(recording)),
    },
  };

  function goTo(position: number): void {
    state.position = position;
    saving.moveTo(position);
  }

  return {
    id: current.id,
    part: current.part,
    host,
    get items() {
      return items;
    },
    get position() {
      return state.position;
    },
    get answers() {
      return state.answers;
    },
    get remaining() {
      return state.remaining;
    },
    get paused() {
      return state.attempt.paused != null;
    },
    get timeIsUp() {
      return state.ended || (state.remaining === 0 && state.attempt.paused == null);
    },
    get connected() {
      return state.connected;
    },
    get notWritten() {
      return state.notWritten;
    },
    get unsent() {
      return state.unsent;
    },
    get extra() {
      return state.attempt.extra_seconds;
    },
    get plays() {
      const here = `${state.position} `;
      const mine = Object.entries(state.plays).filter(([at]) => at.startsWith(here));
      return Object.fromEntries(mine.map(([at, plays]) => [at.slice(here.length), plays]));
    },
    answered: (position) => isAnswered(items[position]?.body ?? [], state.answers[position]?.responses ?? {}),
    respond(responses) {
      const answer = state.answers[state.position];
      if (!answer) return;
      answer.responses = responses;
      save();
    },
    flag(on) {
      const answer = state.answers[state.position];
      if (!answer) return;
      answer.flagged = on;
      save();
    },
    goTo,
    add(item) {
      void content.add(items.length, item as unknown as Content["items"][number]["item"]).catch(() => undefined);
      items = [...items, item];
      state.answers.push({ responses: {}, flagged: false });
      goTo(items.length - 1);
    },
    drain: () => saving.drain(),
    flush: () => saving.flush(),
    async close() {
      clearInterval(clock);
      window.removeEventListener("online", wake);
      window.removeEventListener("pagehide", hide);
      document.removeEventListener("visibilitychange", hide);
      await saving.close();
    },
  };
}
