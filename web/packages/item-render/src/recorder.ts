/**
 * Recording speech so that little can be lost. A recorder gives a slice a second; only the first slice of a recording has the header that
 * players need, so it is restarted every so often and each segment plays alone. The next recorder starts before the last one stops: a
 * few milliseconds are heard twice rather than not at all.
 */
export const SLICE_MS = 1_000;
export const SEGMENT_MS = 30_000;

export interface Recorder {
  /** 0 to 1, for the meter. */
  level(): number;
  /** Stops, and is done when the last slice was handed out. */
  stop(): Promise<{ slices: number; durationMs: number }>;
}

export function preferredMime(): string {
  const known = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
  return known.find((mime) => MediaRecorder.isTypeSupported(mime)) ?? "";
}

export function openMicrophone(): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({
    audio: { channelCount: 1, echoCancellation: false, noiseSuppression: true, autoGainControl: true },
  });
}

/** `onslice` gets the slices in order; `onended` is told when the microphone went away. */
export function startRecorder(
  stream: MediaStream,
  mime: string,
  onslice: (n: number, slice: Blob) => void | Promise<void>,
  onended: () => void,
  segmentMs = SEGMENT_MS,
): Recorder {
  const meter = levelMeter(stream);
  const started = performance.now();
  let next = 0;
  let stopping = false;
  let handing: Promise<unknown> = Promise.resolve();
  let current = segment();
  const restart = setInterval(() => {
    const last = current;
    current = segment();
    last.stop();
  }, segmentMs);

  function segment(): MediaRecorder {
    const recorder = new MediaRecorder(stream, { ...(mime ? { mimeType: mime } : {}), audioBitsPerSecond: 32_000 });
    recorder.ondataavailable = ({ data }) => {
      if (data.size === 0) return;
      const n = next;
      next += 1;
      handing = handing.then(() => onslice(n, data));
    };
    recorder.start(SLICE_MS);
    return recorder;
  }

  for (const track of stream.getTracks()) {
    track.addEventListener("ended", () => {
      if (!stopping) onended();
    });
  }

  return {
    level: meter.level,
    async stop() {
      stopping = true;
      clearInterval(restart);
      const durationMs = Math.round(performance.now() - started);
      await new Promise<void>((resolve) => {
        if (current.state === "inactive") return resolve();
        current.addEventListener("stop", () => resolve(), { once: true });
        current.stop();
      });
      for (const track of stream.getTracks()) track.stop();
      meter.close();
      await handing;
      return { slices: next, durationMs };
    },
  };
}

/** How loud it is now, as the root mean square of the last moment, stretched so that speech fills the meter. */
export function levelMeter(stream: MediaStream): { level(): number; close(): void } {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  // 85 ms at 48 kHz, nearly all that sounded since the last look a tenth of a second ago.
  analyser.fftSize = 4096;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    level() {
      analyser.getFloatTimeDomainData(samples);
      const mean = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      return Math.min(1, Math.sqrt(mean) * 5);
    },
    close: () => void context.close(),
  };
}
