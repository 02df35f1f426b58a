/** What stands before an opcode (SDM, volume 2, sections 2.1.1, 2.2.1 and 2.3). */
import { VEX_MAPS } from './vex-notation.ts';

/** How code is decoded: by CS.L and CS.D; `flat32`: 32-bit code whose code, stack and data segments are all 4 GiB from 0. */
export const DECODING = { bits64: 0, bits32: 1, bits16: 2, flat32: 3 } as const;
export const DECODINGS = 4;

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
  /** REX, or 0. Behind a VEX prefix what it says in REX's place. */
  rex: number;
  /** Of a VEX prefix: L, and the register in vvvv. */
  long: boolean;
  vvvv: number;
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

const LEADS = { two: 0xc5, three: 0xc4 } as const;
const MAPS_BY_NUMBER: Readonly<Record<number, number>> = { 1: VEX_MAPS.vex0F, 2: VEX_MAPS.vex0F38, 3: VEX_MAPS.vex0F3A };
const REPEATS = [0, 0, 0xf3, 0xf2] as const;
const REX = 0x40;

/**
 * Reads a VEX prefix behind all others into `found`.
 * @param there bytes from `at` on
 * @returns the map whose opcode follows; -1: it is none (LES and LDS, outside 64-bit mode), or one that no instruction has
 */
export function readVex(found: Prefixes, view: DataView, at: number, there: number, decoding: number): number | 'illegal' | 'more' {
  const lead = view.getUint8(at + found.length);
  if (lead !== LEADS.two && lead !== LEADS.three) return -1;
  if (there < found.length + 2) return 'more';
  const second = view.getUint8(at + found.length + 1);
  const is64 = decoding === DECODING.bits64;
  if (!is64 && second < 0xc0) return -1;
  // Real mode has no VEX; code of 16 bits elsewhere is taken for the same.
  if (found.rex || found.operandSize || found.repeat || found.locked || decoding === DECODING.bits16) return 'illegal';
  const short = lead === LEADS.two;
  if (there < found.length + (short ? 2 : 3)) return 'more';
  const last = short ? second : view.getUint8(at + found.length + 2);
  found.length += short ? 2 : 3;
  // R, X and B are inverted; outside 64-bit mode there are eight registers.
  const extensions = is64 ? (((short ? second | 0x60 : second) >> 5) ^ 7) & 7 : 0;
  found.rex = REX | extensions | (short ? 0 : (last & 0x80) >> 4);
  found.vvvv = ((last >> 3) & 15) ^ 15;
  if (!is64) found.vvvv &= 7;
  found.long = (last & 4) !== 0;
  found.operandSize = (last & 3) === 1;
  found.repeat = REPEATS[last & 3] ?? 0;
  return short ? VEX_MAPS.vex0F : (MAPS_BY_NUMBER[second & 0x1f] ?? 'illegal');
}
