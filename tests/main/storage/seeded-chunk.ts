/** One chunk made from a number: half of it varies, so that it compresses somewhat; nothing of vitest's, for children too. */

/** @param seed chunks of different seeds differ */
export function chunkOf(seed: number, length = 4096): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = (seed * 2654435761 + 1) >>> 0;
  for (let at = 0; at < length; at += 2) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  new DataView(bytes.buffer).setUint32(0, seed + 1);
  return bytes;
}
