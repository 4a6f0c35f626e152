/**
 * What lies on the disk of a kiosk is encrypted. Each attempt has a key of its own (AES-256-GCM), which this browser can use but not give away, and
 * which is kept once more, wrapped for the server: ECDH on P-256 with a pair made for this once, HKDF-SHA256 with the attempt's id, AES-256-GCM.
 * So a journal that comes to the server by hand can be opened there, and nowhere else.
 */
export interface Wrapped {
  point: string;
  iv: string;
  sealed: string;
}

export interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  data: ArrayBuffer;
}

const WRAPPING = "IJKPUNT-JOURNAL-1";
const AES = { name: "AES-GCM", length: 256 };
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const text = new TextEncoder();

/** Without a key of the server the journal can be read here, but not be handed over. */
export async function newKey(
  attempt: string,
  serverKey: string | undefined,
): Promise<{ key: CryptoKey; wrapped: Wrapped | null }> {
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const key = await crypto.subtle.importKey("raw", raw, AES, false, ["encrypt", "decrypt"]);
  return { key, wrapped: serverKey ? await wrap(attempt, raw, serverKey) : null };
}

async function wrap(attempt: string, raw: Uint8Array<ArrayBuffer>, serverKey: string): Promise<Wrapped> {
  const theirs = await crypto.subtle.importKey("raw", fromBase64(serverKey), CURVE, false, []);
  const ours = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256);
  const wrapping = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: text.encode(attempt), info: text.encode(WRAPPING) },
    await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]),
    AES,
    false,
    ["encrypt"],
  );
  const { iv, data } = await seal(wrapping, WRAPPING, raw);
  const point = await crypto.subtle.exportKey("raw", ours.publicKey);
  return { point: base64(point), iv: base64(iv), sealed: base64(data) };
}

/** `kind` is authenticated, so that one sort of entry cannot stand for another. */
export async function seal(key: CryptoKey, kind: string, bytes: BufferSource): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: text.encode(kind) }, key, bytes);
  return { iv, data };
}

export function open(key: CryptoKey, kind: string, { iv, data }: Sealed): Promise<ArrayBuffer> {
  return crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: text.encode(kind) }, key, data);
}

export const sealJson = (key: CryptoKey, kind: string, value: unknown): Promise<Sealed> =>
  seal(key, kind, text.encode(JSON.stringify(value)));

export async function openJson<T>(key: CryptoKey, kind: string, sealed: Sealed): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await open(key, kind, sealed))) as T;
}

export function base64(bytes: ArrayBuffer | Uint8Array): string {
  let binary = "";
  for (const byte of bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function fromBase64(from: string): Uint8Array<ArrayBuffer> {
  const binary = atob(from.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

export function hex(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function sha256(bytes: BufferSource): Promise<string> {
  return hex(await crypto.subtle.digest("SHA-256", bytes));
}
