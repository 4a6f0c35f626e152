/** The part that is being sat: its items, what was answered, and the clock. Saving itself is `@ijkpunt/save-client`. */
import type { Schema } from "@ijkpunt/api";
import { isAnswered, type DeliveryItem, type Host, type Responses } from "@ijkpunt/item-render";
import {
  endInterrupted,
  startSaving,
  takeUp,
  type AttemptState,
  type ItemResponse,
  type Journal,
  type SaveState,
} from "@ijkpunt/save-client";
import type { MediaStore } from "./media.ts";
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
  close(): Promise<void>;
}

const ENDED = ["submitted", "ended", "annulled"];

export async function openAttempt(opening: {
  current: Current;
  content: server.AttemptItems;
  media: MediaStore;
  journal: Journal;
  onstopped: (reason: string) => void;
  onended: () => void;
  /** The server says that no time is left: what was answered is to be handed in. */
  ontimeup: () => void;
}): Promise<Attempt> {
  const { current, content, media, journal, onstopped, onended, ontimeup } = opening;
  let items = $state.raw(
    content.items.toSorted((one, other) => one.position - other.position).map(({ item }) => item as DeliveryItem),
  );
  const given = new Map(current.items.map((one) => [one.position, one]));
  const unsent = await takeUp(journal, current);
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
    plays: Object.fromEntries(current.plays.map(({ position, media: id, plays }) => [`${position} ${id}`, plays])),
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

  const saving = startSaving(journal, current.id, server.transport(current.id), onstate);
  saving.moveTo(state.position);

  const clock = setInterval(() => {
    const { paused, remaining_seconds } = state.attempt;
    state.remaining = paused ? remaining_seconds : Math.max(0, remaining_seconds - (performance.now() - heard) / 1000);
    // The server says when the part is over; it is asked at once rather than at the next sign of life.
    if (state.remaining === 0 && !paused) saving.wake();
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
    mediaUrl: (src) => media.url(src),
    onPlay: async (id) => {
      const at = `${state.position} ${id}`;
      const allowed = await server.play(current.id, state.position, id);
      if (allowed) state.plays[at] = (state.plays[at] ?? 0) + 1;
      return allowed;
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
      items = [...items, item];
      state.answers.push({ responses: {}, flagged: false });
      goTo(items.length - 1);
    },
    drain: () => saving.drain(),
    async close() {
      clearInterval(clock);
      window.removeEventListener("online", wake);
      window.removeEventListener("pagehide", hide);
      document.removeEventListener("visibilitychange", hide);
      await saving.close();
    },
  };
}
