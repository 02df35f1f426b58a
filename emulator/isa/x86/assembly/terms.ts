/** A decoded instruction taken apart for those who write it as text. */
import { EA, NO_REGISTER } from '../address.ts';
import type { Size } from '../place.ts';
import type { Concrete, Variant, X86Decoded } from '../row.ts';
import { operandName } from '../operand-names.ts';
import type { WideSize } from '../vex-notation.ts';
import { FORM } from '../wide-operands.ts';

export type Term =
  | { readonly kind: 'register'; readonly name: string; readonly size: number; /** Of a general register. */ readonly number?: number }
  | { readonly kind: 'memory'; readonly place: MemoryTerm; readonly size: number | undefined }
  /** Cut to the bits of its operand. */
  | { readonly kind: 'immediate'; readonly value: bigint }
  | { readonly kind: 'target'; readonly address: bigint };

export interface MemoryTerm {
  readonly segment: string | undefined;
  readonly base: string | undefined;
  readonly index: string | undefined;
  /** 1, 2, 4 or 8. */
  readonly scale: number;
  readonly disp: bigint;
  /** The displacement is an address of so many bits, not a distance. */
  readonly absolute: number | undefined;
}
export interface InstructionTerms {
  readonly variant: Variant;
  readonly name: string;
  /** `lock`, `rep` and their like. */
  readonly prefix: string | undefined;
  readonly size: Size;
  readonly terms: readonly Term[];
  /** Where it goes, or what address it names relative to itself. */
  readonly target: bigint | undefined;
}

const WIDE = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'] as const;
const BYTE = ['al', 'cl', 'dl', 'bl', 'spl', 'bpl', 'sil', 'dil'] as const;
const HIGH = ['ah', 'ch', 'dh', 'bh'] as const;
const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'] as const;

/** A general register's name. */
export function registerName(number: number, size: Size): string {
  if (number >= 8) return `r${number}${{ 8: 'b', 16: 'w', 32: 'd', 64: '' }[size]}`;
  if (size === 8) return BYTE[number] ?? '?';
  return `${{ 16: '', 32: 'e', 64: 'r' }[size]}${WIDE[number] ?? '?'}`;
}

const cut = (value: bigint, size: number): bigint => BigInt.asUintN(size, value);

function memoryTerm(operands: Readonly<Record<string, number>>, bits: number): MemoryTerm {
  const { base = NO_REGISTER, index = NO_REGISTER, ea = 0, disp = 0, above } = operands;
  const addressSize: Size = ea & EA.offset32 ? 32 : ea & EA.offset16 ? 16 : 64;
  const number = (ea & EA.segment) >> EA.segmentAt;
  const usual = base === 4 || base === 5 ? 'ss' : 'ds';
  const segment = number === 0 ? undefined : SEGMENTS[number - 1];
  const named = (register: number) => (register === NO_REGISTER ? undefined : registerName(register, addressSize));
  const rip = (ea & EA.ripRelative) !== 0;
  const isAbsolute = !rip && base === NO_REGISTER && index === NO_REGISTER;
  const whole = above === undefined ? BigInt(disp) : cut(BigInt(disp), 32) | (BigInt(above) << 32n);
  return {
    segment: segment === usual && bits !== 64 ? undefined : segment,
    base: rip ? (addressSize === 32 ? 'eip' : 'rip') : named(base),
    index: named(index),
    scale: 1 << (ea & EA.scale),
    disp: whole,
    absolute: isAbsolute ? addressSize : undefined,
  };
}

interface Shown {
  readonly decoded: X86Decoded;
  readonly address: bigint;
  readonly bits: number;
}
function termOf(concrete: Concrete, index: number, { decoded, address, bits }: Shown): Term {
  const { row: variant, operands } = decoded;
  const value = operands[operandName(index)] ?? 0;
  const spec = variant.x86.encoding.operands[index];
  switch (concrete.is) {
    case 'register':
      return { kind: 'register', name: registerName(value, concrete.size), size: concrete.size, number: value };
    case 'high':
      return { kind: 'register', name: HIGH[value] ?? '?', size: 8 };
    case 'vector':
      return { kind: 'register', name: `xmm${value}`, size: 128 };
    case 'mmx':
      return { kind: 'register', name: `mm${value}`, size: 64 };
    case 'memory':
    case 'moffs':
    case 'vectorMemory':
      return { kind: 'memory', place: memoryTerm(operands, bits), size: concrete.size };
    case 'address':
      return { kind: 'memory', place: memoryTerm(operands, bits), size: undefined };
    case 'wide':
      return vectorTerm(value, concrete.wide, operands);
    case 'wideMemory':
      if (!((operands['form'] ?? 0) & FORM.memory)) return vectorTerm(value, concrete.wide, operands);
      return { kind: 'memory', place: memoryTerm(operands, bits), size: memoryBits(concrete.wide, operands) };
    case 'vsib': {
      const { name } = vectorTerm(value, concrete.wide, operands);
      return {
        kind: 'memory',
        place: { ...memoryTerm(operands, bits), index: name, absolute: undefined },
        size: /(pd|q)$/.test(variant.x86.name) ? 64 : 32,
      };
    }
    case 'immediate64':
      return { kind: 'immediate', value: cut(BigInt(value), 32) | (cut(BigInt(operands['above'] ?? 0), 32) << 32n) };
    case 'immediate':
      return { kind: 'immediate', value: cut(BigInt(value), immediateSize(variant)) };
    case 'distance':
      return { kind: 'target', address: cut(address + BigInt(value), bits === 64 ? 64 : variant.size === 16 ? 16 : 32) };
    case 'control':
      if (spec?.kind === 'sreg') return { kind: 'register', name: SEGMENTS[value] ?? '?', size: 16 };
      return { kind: 'register', name: `${spec?.kind ?? ''}${value}`, size: bits === 64 ? 64 : 32 };
  }
}
const isLong = (operands: Readonly<Record<string, number>>): boolean => ((operands['form'] ?? 0) & FORM.long) !== 0;
function vectorTerm(number: number, { short }: WideSize, operands: Readonly<Record<string, number>>): Extract<Term, { kind: 'register' }> {
  const long = !short && isLong(operands);
  return { kind: 'register', name: `${long ? 'y' : 'x'}mm${number}`, size: long ? 256 : 128 };
}
const memoryBits = ({ memory }: WideSize, operands: Readonly<Record<string, number>>): number =>
  'bits' in memory ? memory.bits : (isLong(operands) ? 256 : 128) / memory.part;

/** An immediate is as wide as what it meets; unsigned ones are as they are. */
function immediateSize({ concrete, size, x86 }: Variant): number {
  if (x86.encoding.operands.some(({ kind }) => kind === 'uimm')) return 32;
  const [first] = concrete;
  return first && 'size' in first ? first.size : size;
}

/** @param bits of the code segment */
export function termsOf(decoded: X86Decoded, address: bigint, bits: 64 | 32 | 16): InstructionTerms {
  const { row: variant, length } = decoded;
  const { x86, size, concrete, locked, repeat } = variant;
  const terms = concrete.map((operand, index) => termOf(operand, index, { decoded, address, bits }));
  const wide = concrete.some(({ is }) => is === 'immediate64' || is === 'moffs') && x86.name === 'mov';
  const name = wide ? 'movabs' : (x86.traits.spelling?.[size] ?? x86.name);
  const prefix = locked
    ? 'lock'
    : repeat === 'none'
      ? undefined
      : x86.traits.repeats === 'both' && repeat === 'rep'
        ? 'repz'
        : repeat === 'repne'
          ? 'repnz'
          : 'rep';
  const goes = terms.find((term) => term.kind === 'target');
  const relative = terms.find((term) => term.kind === 'memory' && term.place.base?.endsWith('ip'));
  const target =
    goes?.kind === 'target'
      ? goes.address
      : relative?.kind === 'memory'
        ? cut(address + BigInt(length) + relative.place.disp, 64)
        : undefined;
  return { variant, name, prefix, size, terms, target };
}
