/** What stands before an opcode (SDM, volume 2, section 2.1.1 and 2.2.1). */

/** How code is decoded: by CS.L and CS.D. */
export const DECODING = { bits64: 0, bits32: 1, bits16: 2 } as const;
export const DECODINGS = 3;

/** Bytes of the longest instruction; a longer one is none. */
export const LONGEST = 15;

/** The prefixes of an instruction, to be filled anew for each. */
export interface Prefixes {
  /** Bytes that they take. */
  length: number;
  operandSize: boolean;
  addressSize: boolean;
  locked: boolean;
  /** The last of F2 and F3, or 0. */
  repeat: 0 | 0xf2 | 0xf3;
  /** The last segment override, by number; -1: none. */
  segment: number;
  /** REX, or 0. */
  rex: number;
}

const SEGMENT_OVERRIDE: Readonly<Record<number, number>> = { 0x26: 0, 0x2e: 1, 0x36: 2, 0x3e: 3, 0x64: 4, 0x65: 5 };

/**
 * Reads prefixes into `found`.
 * @returns whether an opcode byte is there
 */
export function readPrefixes(found: Prefixes, view: DataView, at: number, there: number, decoding: number): boolean {
  found.operandSize = found.addressSize = found.locked = false;
  found.repeat = 0;
  found.segment = -1;
  found.rex = 0;
  const most = Math.min(there, LONGEST);
  for (let length = 0; length < most; length++) {
    const byte = view.getUint8(at + length);
    found.length = length;
    if (decoding === DECODING.bits64 && (byte & 0xf0) === 0x40) {
      found.rex = byte;
      continue;
    }
    const segment = SEGMENT_OVERRIDE[byte];
    if (byte === 0x66) found.operandSize = true;
    else if (byte === 0x67) found.addressSize = true;
    else if (byte === 0xf0) found.locked = true;
    else if (byte === 0xf2 || byte === 0xf3) found.repeat = byte;
    else if (segment !== undefined) found.segment = decoding === DECODING.bits64 && segment < 4 ? found.segment : segment;
    else return true;
    // REX counts only directly before the opcode.
    found.rex = 0;
  }
  return false;
}
