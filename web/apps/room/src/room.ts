/** What the screens of the room share. */
import type { Schema } from "@ijkpunt/api";

export type Room = Schema<"RoomState">;
export type Seat = Schema<"Seat">;
export type SeatAttempt = Schema<"SeatAttempt">;
type Kind = "neutral" | "good" | "warn" | "bad" | "info" | "brand";

export function sessionBadge(status: Room["session"]["status"]): Kind {
  return status === "open" ? "good" : status === "paused" ? "warn" : status === "planned" ? "info" : "neutral";
}

export function attemptBadge(attempt: SeatAttempt): Kind {
  if (attempt.connected === false) return "bad";
  if (attempt.status === "running") return "good";
  if (attempt.status === "paused") return "warn";
  return attempt.status === "annulled" ? "bad" : attempt.status === "ready" ? "info" : "neutral";
}

export function currentOf(seat: Seat): SeatAttempt | undefined {
  return seat.attempts.find((attempt) => attempt.id === seat.current);
}

/** Seconds left by the server's clock; none for an attempt that is closed. */
export function secondsLeft(attempt: SeatAttempt, now: number): number | undefined {
  if (attempt.finished_at) return undefined;
  if (!attempt.deadline_at) return attempt.time_limit_seconds + attempt.extra_seconds;
  const until = attempt.paused_at ? Date.parse(attempt.paused_at) : now;
  return Math.max(0, (Date.parse(attempt.deadline_at) - until) / 1000);
}

/** What is to be done next for a candidate before they can start. */
export function nextStep(seat: Seat): "identity" | "seat" | "code" | undefined {
  if (seat.code === "used") return undefined;
  if (!seat.identity) return "identity";
  return seat.kiosk_id ? "code" : "seat";
}
