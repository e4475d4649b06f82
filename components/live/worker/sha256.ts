/**
 * SHA-256 of some bytes, or of parts as if they were one, in hex. Browsers compute it for secure pages only; elsewhere it
 * is empty, and nothing is checked.
 */
export async function sha256(...parts: readonly Uint8Array[]): Promise<string> {
  if (!globalThis.crypto?.subtle) return "";
  const [bytes] =
    parts.length === 1
      ? parts
      : [new Uint8Array(await new Blob([...parts] as Uint8Array<ArrayBuffer>[]).arrayBuffer())];
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
