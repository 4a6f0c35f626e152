/**
 * The number of a certificate has thirteen digits of which the last two are check digits (ISO 7064, MOD 97-10), so that a typing
 * error shows before anything is asked. The server decides; this only spares the round trip.
 */
export function isMistyped(typed: string): boolean {
  const digits = typed
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x0660))
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x06f0))
    .replace(/[\s\-./‐-―]/g, "");
  return !/^\d{13}$/.test(digits) || BigInt(digits) % 97n !== 1n;
}
