/** By which a core knows at little cost that a place may have been compiled before. */

/** Bytes of code looked at: an instruction or a few. */
const LOOKED_AT = 8;

/**
 * A number made of the mode, where in its page a region begins, and its first bytes within that page.
 * @param at where in `bytes` it begins
 * @param offset where in its page it begins
 */
export function entryKey(bytes: Uint8Array, at: number, offset: number, mode: number): number {
  // FNV-1a.
  let key = Math.imul(0x811c9dc5 ^ mode, 0x01000193);
  key = Math.imul(key ^ offset, 0x01000193);
  const length = Math.min(LOOKED_AT, 4096 - offset);
  for (let index = 0; index < length; index++) key = Math.imul(key ^ (bytes[at + index] as number), 0x01000193);
  return key;
}
