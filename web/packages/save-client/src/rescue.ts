/**
 * The file by which a machine that stays without a connection hands over what the server never got. It is made of what lies in the journal, encrypted
 * as it is, and signed with the key of this machine, so that carrying it around gives nothing away and changing it is noticed.
 */
import { base64, sealJson, sha256 } from "./crypt.ts";
import type { Journal } from "./journal.ts";

export async function rescueFile(
  journal: Journal,
  attempt: string,
  device: { kiosk: string; sign(text: string): Promise<string> },
): Promise<Blob | undefined> {
  const stored = await journal.get("attempts", attempt);
  if (!stored?.wrapped) return undefined;
  const all = IDBKeyRange.bound([attempt, 0], [attempt, Infinity]);
  const events = (await journal.getAll("events", all)).map(({ seq, iv, data }) => ({
    seq,
    iv: base64(iv),
    sealed: base64(data),
  }));
  const recordings = [];
  const slices = [];
  for (const { id, serverId, position, mime, slices: count, durationMs, completed } of await journal.getAllFromIndex(
    "recordings",
    "attempt",
    attempt,
  )) {
    if (completed) continue;
    const about = await sealJson(stored.key, "recording", { id, serverId, position, mime, slices: count, durationMs });
    recordings.push({ iv: base64(about.iv), sealed: base64(about.data) });
    for (const slice of await journal.getAll("slices", IDBKeyRange.bound([id, 0], [id, Infinity]))) {
      if (!slice.uploaded) slices.push({ recording: id, n: slice.n, iv: base64(slice.iv), sealed: base64(slice.data) });
    }
  }
  const body = JSON.stringify({
    v: 1,
    kiosk: device.kiosk,
    attempt,
    heard_at: stored.heard ? new Date(stored.heard.at).toISOString() : null,
    key: stored.wrapped,
    events,
    recordings,
    slices,
  });
  const signature = await device.sign(`IJKPUNT-RESCUE-1\n${await sha256(new TextEncoder().encode(body))}`);
  return new Blob([`${body}\n${signature}\n`], { type: "application/octet-stream" });
}
