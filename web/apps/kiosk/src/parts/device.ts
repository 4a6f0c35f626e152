import { openJournal } from "@ijkpunt/save-client";

/** Enough for the longest part with its recordings, several times over. */
const NEEDED_BYTES = 50 * 1024 * 1024;

/** `none`: nothing can be kept, as in some private windows; `full`: no room; `fleeting`: the browser may throw away what is kept when its disk is full. */
export type Storage = "good" | "none" | "full" | "fleeting";

/** Whether answers can be kept on this machine: the database opens and takes a row, there is room, and it stays. */
export async function storageHere(): Promise<Storage> {
  try {
    (await openJournal()).close();
    const persistent = (await navigator.storage.persisted()) || (await navigator.storage.persist());
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    if (quota - usage < NEEDED_BYTES) return "full";
    return persistent ? "good" : "fleeting";
  } catch (error) {
    return error instanceof DOMException && error.name === "QuotaExceededError" ? "full" : "none";
  }
}

/** Why a microphone cannot be had. */
export type MicrophoneTrouble = "refused" | "absent" | "busy";

export function microphoneTrouble(error: unknown): MicrophoneTrouble {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  return name === "NotReadableError" || name === "AbortError" ? "busy" : "absent";
}

/** Tells when a headset or microphone was taken out. Gives a function that stops looking. */
export function watchDevices(ongone: () => void): () => void {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) return () => undefined;
  let before: number | undefined;
  const count = async () =>
    (await devices.enumerateDevices()).filter(({ kind }) => kind === "audioinput" || kind === "audiooutput").length;
  const look = async () => {
    const now = await count().catch(() => before ?? 0);
    if (before !== undefined && now < before) ongone();
    before = now;
  };
  void look();
  const changed = () => void look();
  devices.addEventListener("devicechange", changed);
  return () => devices.removeEventListener("devicechange", changed);
}

/** Three rising tones, made here, so that no file is needed. */
export async function playTones(): Promise<void> {
  const context = new AudioContext();
  const gain = context.createGain();
  gain.gain.value = 0.15;
  gain.connect(context.destination);
  const length = 0.4;
  [440, 554, 659].forEach((frequency, index) => {
    const tone = context.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(gain);
    tone.start(context.currentTime + index * length);
    tone.stop(context.currentTime + (index + 0.9) * length);
  });
  await new Promise((resolve) => setTimeout(resolve, 3 * length * 1000));
  await context.close();
}

/** Hands a file to the person at the machine. */
export function download(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
