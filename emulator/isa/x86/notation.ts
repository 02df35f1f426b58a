/**
 * Reads an instruction row in the notation of Intel's manual (SDM, volume 2, section 3.1.1): the opcode column, a bar, the
 * operands. `66 0F 6E /r | xmm, r/my`
 *
 * - Mandatory prefix first: `NP` (none of 66, F2, F3), `66`, `F2`, `F3`; absent: prefixes do not select the row. `REX.W`
 *   and `W0` fix that bit. Then the opcode's bytes with their escapes, `+r` for a register in the low three bits.
 * - `/r`, `/0` to `/7`, or a whole ModRM byte in hexadecimal.
 * - Immediates: `ib iw id` of 1, 2, 4 bytes, `iz` 2 or 4, `iv` 2, 4 or 8 by operand size, `cb cz` distances, `moffs`.
 * - Operands: `r` `r/m` `m` with a size in bits, `*` for 16, 32 or 64 by operand size, `y` for 32 or 64; `xmm` `xmm/m128`, `mm` `mm/m64`;
 *   `m` an address; `imm` (sign-extended) `uimm` `rel` `1`; `a8 a*` the accumulator, `cl`, `dx`; `sreg cr dr`.
 *
 * With a VEX prefix (section 3.1.1.2): `VEX.L.66.0F38.W1 36 /r | ymm, ymm/m*`
 *
 * - `VEX`, the vector's length (`128` or `LZ`: L is 0, `256`: it is 1, `L`: both are instructions, `LIG`: L is ignored), mandatory
 *   prefix, map, and `W0`, `W1` or `WIG`.
 * - Operands: `ymm` a register as long as L says, `xmm` one of 128 bits; `v` before an operand: it is in VEX.vvvv; `i`: in the
 *   immediate; `/r` behind one: it is in ModRM's field rm. Memory behind a bar: bits, `*` as long as L says, or that divided by 2, 4 or 8; `m` before that: memory only.
 *   `vm32` and `vm64`: memory at addresses by a vector of indices of so many bits (VSIB), `x` behind it: one of 128 bits.
 */
import type { Value } from '../value.ts';
import type { Place, VectorPlace, WidePlace } from './place.ts';
import { isWideOperand, parseVex, VEX_MAPS, type VexLength, type WideSize, wideShape } from './vex-notation.ts';

type Trim<T extends string> = T extends ` ${infer R}` ? Trim<R> : T extends `${infer R} ` ? Trim<R> : T;
type Split<T extends string> = T extends `${infer H},${infer R}` ? [Trim<H>, ...Split<R>] : Trim<T> extends '' ? [] : [Trim<T>];
type Wide = 'xmm' | 'ymm';
type VexOperandOf<T extends string> = T extends 'uimm'
  ? Value
  : T extends `${'' | 'v' | 'i'}${Wide}${string}` | 'm*' | `m${number}` | `vm${string}`
    ? WidePlace
    : Place;
type OperandOf<T extends string> = T extends 'imm' | 'uimm' | 'rel' | '1' | 'sreg' | 'cr' | 'dr'
  ? Value
  : T extends `xmm${string}` | 'm128'
    ? VectorPlace
    : Place;
type Each<T extends readonly string[]> = { readonly [K in keyof T]: OperandOf<T[K] & string> };
type EachOfVex<T extends readonly string[]> = { readonly [K in keyof T]: VexOperandOf<T[K] & string> };
/** What a row's operands are to its meaning, in order. */
export type Operands<P extends string> = P extends `VEX.${string}|${infer O}`
  ? EachOfVex<Split<O>>
  : P extends `${string}|${infer O}`
    ? Each<Split<O>>
    : [];

/** Where an operand is encoded. */
export type Slot = 'reg' | 'rm' | 'opcode' | 'immediate' | 'fixed' | 'vvvv' | 'is4';
/** `gpr/m`, `xmm/m`: a register or memory; `m`: an address only; `wide`: of an instruction with VEX; `vsib`: see above. */
export type OperandKind = 'gpr' | 'gpr/m' | 'xmm' | 'xmm/m' | 'mm' | 'mm/m' | 'wide' | 'wide/m' | 'vsib' | 'mem' | 'm' | 'imm' | 'uimm' | 'rel' | 'one' | 'sreg' | 'cr' | 'dr';
/** Bits; `*`: by operand size; `y`: 32 or 64. */
export type OperandSize = 8 | 16 | 32 | 64 | 128 | '*' | 'y' | undefined;

export interface OperandSpec {
  readonly text: string;
  readonly kind: OperandKind;
  readonly size: OperandSize;
  readonly slot: Slot;
  /** The register, of a fixed operand. */
  readonly number?: number;
  /** Of vectors with VEX: the register's length, and the memory's. */
  readonly wide?: WideSize;
}

/** The last three: behind a VEX prefix. */
export const MAPS = { one: 0, '0F': 1, '0F38': 2, '0F3A': 3, ...VEX_MAPS } as const;
/** Maps by the byte behind 0F. */
const ESCAPED: Readonly<Record<number, number>> = { 0x38: MAPS['0F38'], 0x3a: MAPS['0F3A'] };
export type ImmediateCode = 'ib' | 'iw' | 'id' | 'iz' | 'iv' | 'cb' | 'cz' | 'moffs';

export interface Encoding {
  readonly map: number;
  /** Absent: no VEX prefix. */
  readonly vex?: VexLength;
  /** The mandatory prefix; 0: none may stand there; undefined: they do not matter. */
  readonly prefix: 0 | 0x66 | 0xf2 | 0xf3 | undefined;
  readonly opcode: number;
  /** The low three bits of the opcode are a register. */
  readonly register: boolean;
  readonly w: 0 | 1 | undefined;
  /** Whether a ModRM byte follows, the value of its field reg, and the whole of it. */
  readonly modrm: boolean;
  readonly digit: number | undefined;
  readonly fixed: number | undefined;
  readonly mod: 'memory' | 'register' | 'both';
  readonly immediates: readonly ImmediateCode[];
  readonly operands: readonly OperandSpec[];
}

const FIXED: Readonly<Record<string, { size: OperandSize; number: number }>> = {
  a8: { size: 8, number: 0 },
  'a*': { size: '*', number: 0 },
  cl: { size: 8, number: 1 },
  dx: { size: 16, number: 2 },
};
const PLAIN: Readonly<Record<string, OperandKind>> = { imm: 'imm', uimm: 'uimm', rel: 'rel', sreg: 'sreg', cr: 'cr', dr: 'dr', m: 'm' };
const IMMEDIATE = new Set(['ib', 'iw', 'id', 'iz', 'iv', 'cb', 'cz', 'moffs']);
const MANDATORY: Readonly<Record<string, 0 | 0x66 | 0xf2 | 0xf3>> = { NP: 0, '66': 0x66, F2: 0xf2, F3: 0xf3 };

/** An operand before it has got its place. */
type Shape = Pick<OperandSpec, 'kind' | 'size' | 'number' | 'wide'> & { readonly slot?: Slot };
function operandShape(text: string, vex: boolean): Shape {
  if (vex && isWideOperand(text)) return wideShape(text);
  if (vex && text.startsWith('v')) return { ...operandShape(text.slice(1), vex), slot: 'vvvv' };
  const fixed = FIXED[text];
  if (fixed) return { kind: 'gpr', ...fixed };
  const plain = PLAIN[text];
  if (plain) return { kind: plain, size: undefined };
  if (text === '1') return { kind: 'one', size: undefined };
  const vector = /^xmm(\/m(\d+))?$/.exec(text);
  if (vector) return { kind: vector[1] ? 'xmm/m' : 'xmm', size: Number(vector[2] ?? 128) as OperandSize };
  if (text === 'mm' || text === 'mm/m64') return { kind: text === 'mm' ? 'mm' : 'mm/m', size: 64 };
  const general = /^(r|r\/m|m)(\*|y|\d+)$/.exec(text);
  if (!general) throw new Error(`unknown operand "${text}"`);
  const size = general[2] === '*' || general[2] === 'y' ? general[2] : (Number(general[2]) as OperandSize);
  return { kind: general[1] === 'r' ? 'gpr' : general[1] === 'm' ? 'mem' : 'gpr/m', size };
}

/** Gives each operand the place in the encoding that its kind and the opcode column leave for it. */
function placeOperands(texts: readonly string[], code: { register: boolean; regFree: boolean; moffs: boolean; vex: boolean }): OperandSpec[] {
  const shapes = texts.map((text) => ({ text, ...operandShape(text, code.vex) }));
  let { regFree } = code;
  const special = (kind: OperandKind) => kind === 'sreg' || kind === 'cr' || kind === 'dr';
  if (shapes.some(({ kind }) => special(kind))) regFree = false;
  const slots = shapes.map(({ kind, number, slot }): Slot => {
    if (slot !== undefined) return slot;
    if (number !== undefined || kind === 'one') return 'fixed';
    if (kind === 'imm' || kind === 'uimm' || kind === 'rel') return 'immediate';
    if (special(kind)) return 'reg';
    if (kind === 'gpr/m' || kind === 'xmm/m' || kind === 'mm/m' || kind === 'm' || kind === 'mem' || kind === 'wide/m' || kind === 'vsib') return code.moffs ? 'immediate' : 'rm';
    if (code.register) return 'opcode';
    if (!regFree) return 'rm';
    regFree = false;
    return 'reg';
  });
  return shapes.map((shape, index) => ({ ...shape, slot: slots[index] as Slot }));
}

const MEMORY_ONLY: ReadonlySet<OperandKind> = new Set(['m', 'mem', 'vsib']);
const REGISTER_ONLY: ReadonlySet<OperandKind> = new Set(['gpr', 'xmm', 'mm', 'wide']);

/** @throws Error for what is no row: a mistake in the tables */
export function parseRow(text: string): Encoding {
  const [codes = '', operandColumn = ''] = text.split('|');
  const tokens = codes.trim().split(/\s+/);
  const vex = parseVex(tokens[0] ?? '');
  const prefix = vex ? vex.prefix : MANDATORY[tokens[0] ?? ''];
  if (prefix !== undefined) tokens.shift();
  let w: 0 | 1 | undefined = vex?.w;
  let digit: number | undefined;
  let modrm = false;
  let register = false;
  const bytes: number[] = [];
  const immediates: ImmediateCode[] = [];
  for (const token of tokens) {
    if (token === 'REX.W') w = 1;
    else if (token === 'W0') w = 0;
    else if (IMMEDIATE.has(token)) immediates.push(token as ImmediateCode);
    else if (token.startsWith('/')) {
      modrm = true;
      if (token !== '/r') digit = Number(token.slice(1));
    } else {
      const byte = /^([0-9A-F]{2})(\+r)?$/.exec(token);
      if (!byte) throw new Error(`unknown "${token}" in "${text}"`);
      bytes.push(parseInt(byte[1] as string, 16));
      register ||= byte[2] !== undefined;
    }
  }
  const escaped = bytes[0] === 0x0f && bytes.length > 1 ? (ESCAPED[bytes[1] as number] ?? MAPS['0F']) : MAPS.one;
  const map = vex ? vex.map : escaped;
  const [opcode, fixed, ...rest] = bytes.slice(vex || map === MAPS.one ? 0 : map === MAPS['0F'] ? 1 : 2);
  if (opcode === undefined || rest.length > 0) throw new Error(`"${text}" has no opcode`);
  if (fixed !== undefined) modrm = true;
  const texts = operandColumn.trim() === '' ? [] : operandColumn.split(',').map((each) => each.trim());
  const regFree = modrm && digit === undefined && fixed === undefined;
  const operands = placeOperands(texts, { register, regFree, moffs: immediates.includes('moffs'), vex: vex !== undefined });
  const inRm = operands.find(({ slot }) => slot === 'rm');
  const mod = !inRm ? 'both' : MEMORY_ONLY.has(inRm.kind) || /^m/.test(inRm.text) && inRm.kind === 'wide/m' ? 'memory' : REGISTER_ONLY.has(inRm.kind) ? 'register' : 'both';
  return { map, ...(vex ? { vex: vex.length } : {}), prefix, opcode, register, w, modrm, digit, fixed, mod, immediates, operands };
}
