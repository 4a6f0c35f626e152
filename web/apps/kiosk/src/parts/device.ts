import { openJournal } from "@ijkpunt/save-client";

/** Enough for the longest part with its recordings, several times over. */
const NEEDED_BYTES = 50 * 1024 * 1024;

/** Whether answers can be kept on this machine: the database opens, and there is room. */
export async function storageWorks(): Promise<boolean> {
  try {
    (await openJournal()).close();
    await navigator.storage.persist();
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    return quota - usage > NEEDED_BYTES;
  } catch {
    return false;
  }
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
