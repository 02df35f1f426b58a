/** The parts of a row's notation that only instructions with a VEX prefix have; see notation.ts. */

/** Opcode maps behind a VEX prefix, beside those of other instructions (MAPS). */
export const VEX_MAPS = { vex0F: 4, vex0F38: 5, vex0F3A: 6 } as const;
/** What VEX.L must be: 0 or 1, either with a meaning of its own, or anything. */
export type VexLength = 'short' | 'long' | 'both' | 'ignored';

export interface Vex {
  readonly length: VexLength;
  readonly prefix: 0 | 0x66 | 0xf2 | 0xf3;
  readonly map: number;
  readonly w: 0 | 1 | undefined;
}
const LENGTHS: Readonly<Record<string, VexLength>> = { 128: 'short', LZ: 'short', 256: 'long', L: 'both', LIG: 'ignored' };
const PREFIXES: Readonly<Record<string, Vex['prefix']>> = { NP: 0, 66: 0x66, F2: 0xf2, F3: 0xf3 };
const MAP_NAMES: Readonly<Record<string, number>> = { '0F': VEX_MAPS.vex0F, '0F38': VEX_MAPS.vex0F38, '0F3A': VEX_MAPS.vex0F3A };

/** @returns undefined for another token @throws Error for a mistake in the tables */
export function parseVex(token: string): Vex | undefined {
  const [vex, l = '', pp = '', mm = '', w = ''] = token.split('.');
  if (vex !== 'VEX') return undefined;
  const [length, prefix, map] = [LENGTHS[l], PREFIXES[pp], MAP_NAMES[mm]];
  if (length === undefined || prefix === undefined || map === undefined || !/^W(0|1|IG)$/.test(w)) throw new Error(`unknown "${token}"`);
  return { length, prefix, map, w: w === 'W0' ? 0 : w === 'W1' ? 1 : undefined };
}

/** How long a vector operand is. */
export interface WideSize {
  /** The register has 128 bits whatever L says. */
  readonly short: boolean;
  /** Bits of memory, or by what the vector's length is divided. */
  readonly memory: { readonly bits: number } | { readonly part: 1 | 2 | 4 | 8 };
  /** Of a VSIB operand: bits of an index. */
  readonly index?: 32 | 64;
}

const WIDE = /^([vi]?)([xy])mm(?:\/m(\*|\d+)(?:\/(\d))?|(\/r))?$/;
const MEMORY = /^m(\*|\d+)$/;
const VSIB = /^vm(32|64)(x?)$/;
export const isWideOperand = (text: string): boolean => WIDE.test(text) || MEMORY.test(text) || VSIB.test(text);

const memoryOf = (bits: string, part?: string): WideSize['memory'] =>
  bits === '*' ? { part: Number(part ?? 1) as 1 | 2 | 4 | 8 } : { bits: Number(bits) };

interface WideShape {
  readonly kind: 'wide' | 'wide/m' | 'vsib';
  readonly size: undefined;
  readonly wide: WideSize;
  readonly slot?: 'vvvv' | 'is4' | 'rm';
}
export function wideShape(text: string): WideShape {
  const vsib = VSIB.exec(text);
  if (vsib) return { kind: 'vsib', size: undefined, wide: { short: vsib[2] === 'x', memory: { part: 1 }, index: Number(vsib[1]) as 32 | 64 } };
  const only = MEMORY.exec(text);
  if (only) return { kind: 'wide/m', size: undefined, wide: { short: false, memory: memoryOf(only[1] ?? '*') } };
  const [, place, letter, bits, part, rm] = WIDE.exec(text) ?? [];
  const short = letter === 'x';
  const wide: WideSize = { short, memory: bits === undefined ? { part: 1 } : memoryOf(bits, part) };
  const slot = place === 'v' ? 'vvvv' : place === 'i' ? 'is4' : rm ? 'rm' : undefined;
  return { kind: bits === undefined ? 'wide' : 'wide/m', size: undefined, wide, ...(slot ? { slot } : {}) };
}
