/** A file that is the same in every process: bytes without a pattern. */
const BYTES = 5_000_000;

export function networkFile(): Uint8Array {
  const words = new Uint32Array(BYTES / 4);
  let state = 0x9e37_79b9;
  for (let index = 0; index < words.length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[index] = state;
  }
  return new Uint8Array(words.buffer);
}
