/**
 * The key that makes this machine a kiosk: made here when it is enrolled, kept in the browser's database, and never let out of it (`extractable`
 * is false). Each request is signed with it; docs/kiosk-protocol.md says how.
 */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { base64, sha256 } from "./crypt.ts";

interface Device {
  kiosk: string;
  key: CryptoKey;
}

interface Schema extends DBSchema {
  device: { key: string; value: Device };
}

const SCHEME = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

let device: Device | undefined;
let serverIsAheadMs = 0;
let lastNumber = 0;

const open = (): Promise<IDBPDatabase<Schema>> =>
  openDB<Schema>("ijkpunt-device", 1, { upgrade: (db) => void db.createObjectStore("device") });

/** Whether this machine is enrolled. To be asked before anything is signed. */
export async function isEnrolled(): Promise<boolean> {
  const db = await open();
  device = await db.get("device", "this");
  db.close();
  return device !== undefined;
}

/** A new key with the proof that it is ours, for the code of an enrolment. It becomes this machine's with `keep`. */
export async function newKey(
  code: string,
): Promise<{ publicKey: string; proof: string; keep(kiosk: string): Promise<void> }> {
  const pair = await crypto.subtle.generateKey(SCHEME, false, ["sign", "verify"]);
  return {
    publicKey: base64(await crypto.subtle.exportKey("raw", pair.publicKey)),
    proof: await sign(pair.privateKey, `IJKPUNT-ENROL-1\n${code}`),
    async keep(kiosk) {
      device = { kiosk, key: pair.privateKey };
      const db = await open();
      await db.put("device", device, "this");
      db.close();
    },
  };
}

export async function forgetDevice(): Promise<void> {
  device = undefined;
  const db = await open();
  await db.delete("device", "this");
  db.close();
}

/** The server's clock is another one than ours, or has seen a newer request: later signatures heed it. */
export function heed(refusal: { code: string; facts: Readonly<Record<string, unknown>> }): boolean {
  if (refusal.code === "signature-stale") {
    serverIsAheadMs = Number(refusal.facts["server_time"]) - Date.now();
    lastNumber = 0;
    return true;
  }
  if (refusal.code === "request-replayed") {
    lastNumber = Math.max(lastNumber, Number(refusal.facts["newest"]));
    return true;
  }
  return false;
}

/** The header that signs a request. */
export async function authorization(
  { method, path, body }: { method: string; path: string; body: ArrayBuffer },
  attemptToken: string,
): Promise<Record<string, string>> {
  if (!device) return {};
  const number = Math.max(lastNumber + 1, Math.round(Date.now() + serverIsAheadMs));
  lastNumber = number;
  const signature = await sign(
    device.key,
    `IJKPUNT-KIOSK-1\n${method}\n${path}\n${number}\n${attemptToken}\n${await sha256(body)}`,
  );
  return {
    Authorization: `Kiosk ${device.kiosk}.${number}.${signature}`,
    ...(attemptToken ? { "X-Attempt": attemptToken } : {}),
  };
}

/** This machine as it signs what is carried by hand. */
export function signer(): { kiosk: string; sign(text: string): Promise<string> } | undefined {
  const here = device;
  return here && { kiosk: here.kiosk, sign: (text) => sign(here.key, text) };
}

async function sign(key: CryptoKey, text: string): Promise<string> {
  return base64(await crypto.subtle.sign(SCHEME, key, new TextEncoder().encode(text)));
}
