/** The kiosk's words with the server (docs/kiosk-protocol.md), each signed with the key of this machine. */
import { api, Problem, type Outgoing, type Schema } from "@ijkpunt/api";
import { authorization, heed, newKey, type SavedAnswers, type Transport } from "@ijkpunt/save-client";
import { sebHeaders } from "./seb.ts";

export type Sitting = Schema<"Sitting">;
export type Identity = Schema<"KioskIdentity">;
export type AttemptItems = Schema<"AttemptItems">;

export type Incident = Schema<"KioskIncident"> & {
  kind:
    "kiosk-focus-lost" | "kiosk-full-screen-left" | "kiosk-second-display" | "kiosk-device-gone" | "kiosk-storage-full";
};

interface Signed {
  sign: (request: Outgoing) => Promise<Record<string, string>>;
  signal: AbortSignal;
}

const PATIENCE_MS = 15_000;
let attemptToken = "";

/** The token of the sitting, kept for when this page is loaded again without a connection. */
export const sittingToken = (): string => attemptToken;
export function useToken(token: string): void {
  attemptToken = token;
}

/** Everything is signed. A request that the server refused for its number alone is signed anew, once. */
async function asked<T>(ask: (signed: Signed) => Promise<T>): Promise<T> {
  const sign = async (request: Outgoing) => ({
    ...(await sebHeaders()),
    ...(await authorization(request, attemptToken)),
  });
  // A connection that says nothing is as good as none.
  const signed = { sign, signal: AbortSignal.timeout(PATIENCE_MS) };
  try {
    return await ask(signed);
  } catch (error) {
    if (error instanceof Problem && heed(error)) return ask(signed);
    throw error;
  }
}

function entered(sitting: Sitting): Sitting {
  attemptToken = sitting.attempt_token ?? attemptToken;
  return sitting;
}

export async function enrol(code: string): Promise<Identity> {
  const { publicKey, proof, keep } = await newKey(code);
  const { kiosk } = await api.post("/api/kiosk/enrol", { body: { code, public_key: publicKey, proof } });
  await keep(kiosk.id);
  return kiosk;
}

export const whichKiosk = (): Promise<Identity> => asked((signed) => api.get("/api/kiosk/me", signed));

export async function start(code: string, language: string): Promise<Sitting> {
  return entered(await asked((signed) => api.post("/api/kiosk/start", { body: { code, language }, ...signed })));
}

/** The sitting that was going on at this kiosk, or none. */
export async function resume(): Promise<Sitting | undefined> {
  try {
    return entered(await asked((signed) => api.post("/api/kiosk/resume", signed)));
  } catch (error) {
    if (error instanceof Problem && error.code === "nothing-to-resume") return undefined;
    throw error;
  }
}

export const sitting = (): Promise<Sitting> => asked((signed) => api.get("/api/kiosk/sitting", signed));

/** `agoMs` is how long ago the candidate began, when there was no connection then. */
export const begin = (id: string, agoMs = 0): Promise<Sitting> =>
  asked((signed) =>
    api.post("/api/kiosk/attempts/{id}/begin", {
      path: { id },
      body: { ago_ms: Math.max(0, Math.round(agoMs)) },
      ...signed,
    }),
  );

export const tellIncidents = (incidents: readonly Incident[]): Promise<void> =>
  asked(async (signed) => {
    await api.post("/api/kiosk/incidents", { body: { incidents: [...incidents] }, ...signed });
  });

export const items = (id: string): Promise<AttemptItems> =>
  asked((signed) => api.get("/api/kiosk/attempts/{id}/items", { path: { id }, ...signed }));

export const submit = (id: string, lastSeq: number): Promise<Sitting> =>
  asked((signed) =>
    api.post("/api/kiosk/attempts/{id}/submit", { path: { id }, body: { last_seq: lastSeq }, ...signed }),
  );

/** The next question of an adaptive test: what was answered must have arrived first. */
export const next = (id: string, position: number, lastSeq: number): Promise<Schema<"NextQuestion">> =>
  asked((signed) =>
    api.post("/api/kiosk/attempts/{id}/next", { path: { id }, body: { position, last_seq: lastSeq }, ...signed }),
  );

/** What came of a pre-screening, in words. */
export const outcome = (id: string): Promise<Schema<"KioskOutcome">> =>
  asked((signed) => api.get("/api/kiosk/attempts/{id}/outcome", { path: { id }, ...signed }));

/** True when the play was debited; false when there was none left. */
export async function play(id: string, position: number, media: string): Promise<boolean> {
  try {
    const body = { position, media };
    await asked((signed) => api.post("/api/kiosk/attempts/{id}/plays", { path: { id }, body, ...signed }));
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
    return await asked(async (signed) => {
      const sound: unknown = await api.get("/api/kiosk/attempts/{id}/recordings/{recording}", { path, ...signed });
      return sound as Blob;
    });
  } catch (error) {
    if (error instanceof Problem && error.code === "already-played") return null;
    throw error;
  }
}

/** What the save client asks, for one attempt. */
export function transport(id: string): Transport {
  return {
    answers: (body) =>
      asked((signed) =>
        api.post("/api/kiosk/attempts/{id}/answers", { path: { id }, body, ...signed }),
      ) as Promise<SavedAnswers>,
    beginRecording: async (position, mime) => {
      const body = { position, mime };
      const begun = await asked((signed) =>
        api.post("/api/kiosk/attempts/{id}/recordings", { path: { id }, body, ...signed }),
      );
      return begun.recording;
    },
    putSlice: (recording, n, bytes, sha256) =>
      asked(async (signed) => {
        await api.put("/api/kiosk/attempts/{id}/recordings/{recording}/slices/{n}", {
          path: { id, recording, n },
          body: bytes,
          headers: { "Content-Type": "application/octet-stream", "X-Content-SHA256": sha256 },
          ...signed,
        });
      }),
    completeRecording: (recording, slices, durationMs) =>
      asked(async (signed) => {
        const body = { slices, duration_ms: durationMs };
        const path = { id, recording };
        await api.post("/api/kiosk/attempts/{id}/recordings/{recording}/complete", { path, body, ...signed });
      }),
  };
}
