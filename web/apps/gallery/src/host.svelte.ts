/** A page around the items that keeps everything in memory: two plays a sound, recordings heard once. */
import type { Host } from "@ijkpunt/item-render";

export const playsUsed: Record<string, number> = $state({});

const recordings = new Map<string, { slices: Blob[]; heard: boolean }>();

/** Two seconds of a quiet tone, made here so that no file is needed. */
function tone(): Blob {
  const rate = 8_000;
  const samples = rate * 2;
  const view = new DataView(new ArrayBuffer(44 + samples));
  const text = (at: number, words: string) =>
    [...words].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + samples, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  text(36, "data");
  view.setUint32(40, samples, true);
  for (let at = 0; at < samples; at += 1) view.setUint8(44 + at, 128 + 20 * Math.sin((at / rate) * 440 * 2 * Math.PI));
  return new Blob([view.buffer], { type: "audio/wav" });
}

const toneUrl = URL.createObjectURL(tone());

export const host: Host = {
  mediaUrl: (src) => (src.startsWith("/") ? src : toneUrl),
  onPlay: (id) => {
    if ((playsUsed[id] ?? 0) >= 2) return Promise.resolve(false);
    playsUsed[id] = (playsUsed[id] ?? 0) + 1;
    return Promise.resolve(true);
  },
  recording: {
    onStart: () => {
      const id = `recording-${recordings.size + 1}`;
      recordings.set(id, { slices: [], heard: false });
      return Promise.resolve(id);
    },
    onSlice: (id, n, slice) => {
      const recording = recordings.get(id);
      if (recording) recording.slices[n] = slice;
    },
    onComplete: () => undefined,
    onPlayback: (id) => {
      const recording = recordings.get(id);
      if (!recording || recording.heard) return Promise.resolve(null);
      recording.heard = true;
      return Promise.resolve(new Blob(recording.slices, { type: recording.slices[0]?.type ?? "" }));
    },
  },
};
