/** A recording is segments end to end, each a file of its own. This finds where they begin, so that they can be played one after the other. */

/** The first bytes of a WebM (EBML) file, and of an Ogg page that begins a stream. */
const EBML = [0x1a, 0x45, 0xdf, 0xa3];
const OGG = [0x4f, 0x67, 0x67, 0x53, 0x00, 0x02];
/** After the EBML magic comes the size of its header, then its version: enough not to take sound for a header. */
const EBML_VERSION = [0x42, 0x86];

export function segmentStarts(bytes: Uint8Array): number[] {
  const starts: number[] = [];
  for (let at = 0; at + 6 < bytes.length; at += 1) {
    const first = bytes[at];
    if (first === EBML[0] && matches(bytes, at, EBML) && indexOfNear(bytes, at + 4, EBML_VERSION, 10)) starts.push(at);
    else if (first === OGG[0] && matches(bytes, at, OGG)) starts.push(at);
  }
  if (starts[0] !== 0) starts.unshift(0);
  return starts;
}

export async function splitSegments(recording: Blob): Promise<Blob[]> {
  const bytes = new Uint8Array(await recording.arrayBuffer());
  const starts = segmentStarts(bytes);
  return starts.map((start, index) => recording.slice(start, starts[index + 1] ?? bytes.length, recording.type));
}

function matches(bytes: Uint8Array, at: number, wanted: readonly number[]): boolean {
  return wanted.every((byte, index) => bytes[at + index] === byte);
}

function indexOfNear(bytes: Uint8Array, from: number, wanted: readonly number[], within: number): boolean {
  for (let at = from; at < from + within; at += 1) if (matches(bytes, at, wanted)) return true;
  return false;
}
