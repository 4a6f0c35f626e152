/** The kiosk's words with the server (docs/kiosk-protocol.md). The token of the device is kept; that of the attempt lives as long as the page. */
import { api, Problem, type Schema } from "@ijkpunt/api";
import type { SavedAnswers, Transport } from "@ijkpunt/save-client";

export type Sitting = Schema<"Sitting">;
export type Identity = Schema<"KioskIdentity">;
export type AttemptItems = Schema<"AttemptItems">;

const STORED_TOKEN = "ijkpunt-kiosk-token";
let attemptToken = "";

export const deviceToken = (): string | null => localStorage.getItem(STORED_TOKEN);
export const forgetDevice = (): void => localStorage.removeItem(STORED_TOKEN);

function headers(): Record<string, string> {
  const token = deviceToken();
  return {
    ...(token ? { Authorization: `Kiosk ${token}` } : {}),
    ...(attemptToken ? { "X-Attempt": attemptToken } : {}),
  };
}

function entered(sitting: Sitting): Sitting {
  attemptToken = sitting.attempt_token ?? attemptToken;
  return sitting;
}

export async function enrol(code: string): Promise<Identity> {
  const { token, kiosk } = await api.post("/api/kiosk/enrol", { body: { code } });
  localStorage.setItem(STORED_TOKEN, token);
  return kiosk;
}

export const whichKiosk = (): Promise<Identity> => api.get("/api/kiosk/me", { headers: headers() });

export async function start(code: string, language: string): Promise<Sitting> {
  return entered(await api.post("/api/kiosk/start", { body: { code, language }, headers: headers() }));
}

/** The sitting that was going on at this kiosk, or none. */
export async function resume(): Promise<Sitting | undefined> {
  try {
    return entered(await api.post("/api/kiosk/resume", { headers: headers() }));
  } catch (error) {
    if (error instanceof Problem && error.code === "nothing-to-resume") return undefined;
    throw error;
  }
}

export const sitting = (): Promise<Sitting> => api.get("/api/kiosk/sitting", { headers: headers() });

export const begin = (id: string): Promise<Sitting> =>
  api.post("/api/kiosk/attempts/{id}/begin", { path: { id }, headers: headers() });

export const items = (id: string): Promise<AttemptItems> =>
  api.get("/api/kiosk/attempts/{id}/items", { path: { id }, headers: headers() });

export const submit = (id: string, lastSeq: number): Promise<Sitting> =>
  api.post("/api/kiosk/attempts/{id}/submit", { path: { id }, body: { last_seq: lastSeq }, headers: headers() });

/** True when the play was debited; false when there was none left. */
export async function play(id: string, position: number, media: string): Promise<boolean> {
  try {
    await api.post("/api/kiosk/attempts/{id}/plays", { path: { id }, body: { position, media }, headers: headers() });
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === "plays-used-up") return false;
    throw error;
  }
}

/** A recording, once; null when it was heard already. */
export async function playBack(id: string, recording: string): Promise<Blob | null> {
  try {
    const path = { id, recording };
    const sound: unknown = await api.get("/api/kiosk/attempts/{id}/recordings/{recording}", {
      path,
      headers: headers(),
    });
    return sound as Blob;
  } catch (error) {
    if (error instanceof Problem && error.code === "already-played") return null;
    throw error;
  }
}

/** What the save client asks, for one attempt. */
export function transport(id: string): Transport {
  return {
    answers: (body) =>
      api.post("/api/kiosk/attempts/{id}/answers", { path: { id }, body, headers: headers() }) as Promise<SavedAnswers>,
    beginRecording: async (position, mime) =>
      (
        await api.post("/api/kiosk/attempts/{id}/recordings", {
          path: { id },
          body: { position, mime },
          headers: headers(),
        })
      ).recording,
    putSlice: async (recording, n, bytes, sha256) => {
      await api.put("/api/kiosk/attempts/{id}/recordings/{recording}/slices/{n}", {
        path: { id, recording, n },
        body: bytes,
        headers: { ...headers(), "Content-Type": "application/octet-stream", "X-Content-SHA256": sha256 },
      });
    },
    completeRecording: async (recording, slices, durationMs) => {
      const body = { slices, duration_ms: durationMs };
      await api.post("/api/kiosk/attempts/{id}/recordings/{recording}/complete", {
        path: { id, recording },
        body,
        headers: headers(),
      });
    },
  };
}
