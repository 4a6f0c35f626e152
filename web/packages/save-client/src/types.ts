export type ItemResponse = Readonly<Record<string, unknown>>;

/** An answer as the protocol sends it; `seq` is given when it enters the journal. */
export interface AnswerEvent {
  seq: number;
  position: number;
  response: ItemResponse;
  flagged: boolean;
  client_at: string;
}

export interface AttemptState {
  status: string;
  paused?: { since: string; reason: string } | null;
  remaining_seconds: number;
  deadline?: string | null;
  extra_seconds: number;
  /** How soon the server asks for the next sign of life. */
  heartbeat_ms?: number;
}

export interface SavedAnswers {
  acknowledged?: number | null;
  late: number[];
  server_time: string;
  remaining_seconds: number;
  attempt: AttemptState;
}

/** A refusal as `@ijkpunt/api` throws it; a `status` of 0 means that the server was not reached. */
export interface Refusal {
  code: string;
  status: number;
  retryAfter?: number | undefined;
}

/** What is asked of the server. Each throws a `Refusal`. */
export interface Transport {
  answers(body: {
    events: AnswerEvent[];
    position: number;
    sent_at: string;
    at_work_ms: number;
  }): Promise<SavedAnswers>;
  beginRecording(position: number, mime: string): Promise<string>;
  putSlice(recording: string, n: number, bytes: ArrayBuffer, sha256: string): Promise<void>;
  completeRecording(recording: string, slices: number, durationMs: number): Promise<void>;
}

/** The attempt as the server describes it when it is opened or resumed. */
export interface OpenedAttempt {
  id: string;
  epoch: number;
  last_seq: number;
  /** The server's key for the journal: an uncompressed point on P-256 in base64url. */
  journal_key?: string | undefined;
  items: readonly { position: number; response: unknown; flagged: boolean }[];
}

export function isRefusal(error: unknown): error is Refusal {
  return typeof error === "object" && error !== null && "code" in error && "status" in error;
}

/** The same request may succeed later: not reached, overloaded, starting up, or to be signed anew. */
export function isPassing(refusal: Refusal): boolean {
  if (refusal.code === "request-replayed" || refusal.code === "signature-stale") return true;
  return refusal.status === 0 || refusal.status === 408 || refusal.status === 429 || refusal.status >= 500;
}
