/**
 * How a row of the x86 tables is declared. One row of the manual stands for many instructions: of each operand size, with
 * a register or memory, locked or not. Each of these is a `Variant`, which is what the engine calls a row.
 */
import type { Decoded, Flow, ImplicitRegister, Operand, OperandNumbers, Row } from '../row.ts';
import type { Cpu } from './cpu.ts';
import { type Encoding, type Operands, parseRow } from './notation.ts';
import type { Size } from './place.ts';
import type { WideSize } from './vex-notation.ts';

export type Access = 'read' | 'write' | 'both';

export interface X86Traits {
  /** What it does to the arithmetic flags as a whole. */
  readonly flags?: Access;
  /** How its first operand is used, where that is not 'both' (with VEX: 'write'), and its second and third, where not 'read'. */
  readonly first?: Access;
  readonly second?: Access;
  readonly third?: Access;
  /** It uses the AVX unit, though no operand says so. */
  readonly vectors?: boolean;
  /** With VEX: its memory operand must be aligned to its size. */
  readonly aligned?: boolean;
  /** General registers that it uses by nature. */
  readonly uses?: readonly number[];
  /** Vector registers that it uses by nature. */
  readonly usesVectors?: readonly number[];
  /** In 64-bit mode: 64 bits unless a prefix asks for 16; always 64, twice: elsewhere as usual, or always 32. */
  readonly defaults?: 'stack' | 'near' | 'whole';
  /** Only in 64-bit mode; never there. */
  readonly only64?: boolean;
  readonly not64?: boolean;
  /** May be locked with memory as its first operand. */
  readonly lockable?: boolean;
  /** With memory it is locked in any case. */
  readonly alwaysLocked?: boolean;
  /** A string instruction: which repetitions it knows. */
  readonly repeats?: 'rep' | 'both';
  /** Has a memory operand by nature, whose segment can be changed: the base is a register's number. */
  readonly memory?: 'string';
  /** Uses floating-point arithmetic. */
  readonly float?: boolean;
  readonly ends?: boolean;
  readonly flow?: (operands: OperandNumbers) => Flow;
  /** With operands of 16 bits it goes to an offset modulo 64 KiB: where, depends on the segment, and is left to the interpreter. */
  readonly wraps?: boolean;
  /** Can fault though it has no memory operand, or touches memory by nature. */
  readonly mayTrap?: boolean;
  /** Its memory operand is named and not touched. */
  readonly hint?: boolean;
  /** The size that counts is that of addresses. */
  readonly sizedByAddress?: boolean;
  /** Wants the number of its first operand's register (`Instance.register`), for the privileged half. */
  readonly numbered?: boolean;
  /** Does something else than rows of its name with the same operands. */
  readonly apart?: boolean;
  /** Seldom executed. */
  readonly rare?: boolean;
  /** What makes it another instruction. */
  readonly refuses?: (given: Given) => boolean;
  /** What the disassembler says where that is not the name: by operand size. */
  readonly spelling?: Readonly<Partial<Record<Size, string>>>;
}
/** What `refuses` may look at. */
export interface Given {
  readonly rexB: boolean;
  readonly size: Size;
  readonly immediate: number;
  /** Of a VSIB operand's instruction: destination, mask and index are not three registers, or there is no SIB byte. */
  readonly alike: boolean;
}

/** A row of the manual. */
export interface X86Row {
  readonly name: string;
  readonly text: string;
  readonly encoding: Encoding;
  readonly traits: X86Traits;
  readonly meaning: (cpu: Cpu, ...operands: never[]) => void;
  /** The operand sizes that it has. */
  readonly sizes: readonly Size[];
  /** Its immediates are not sign-extended. */
  readonly unsigned: boolean;
}

/** What an operand has become in a variant. `high`: AH, CH, DH or BH. */
export type Concrete =
  | { readonly is: 'register' | 'high' | 'memory' | 'address' | 'moffs'; readonly size: Size }
  | { readonly is: 'vector' | 'mmx' }
  | { readonly is: 'vectorMemory'; readonly size: 16 | 32 | 64 | 128 }
  /** With VEX: a register, one or memory, memory by a vector of indices. */
  | { readonly is: 'wide' | 'wideMemory' | 'vsib'; readonly wide: WideSize }
  | { readonly is: 'immediate' | 'immediate64' | 'distance' | 'control' };

export interface Variant extends Row {
  readonly x86: X86Row;
  readonly size: Size;
  readonly locked: boolean;
  readonly repeat: 'none' | 'rep' | 'repne';
  readonly concrete: readonly Concrete[];
  readonly implicit: readonly ImplicitRegister[];
  readonly operands: readonly Operand[];
}

export interface X86Decoded extends Decoded {
  readonly row: Variant;
}

const SIZES: readonly Size[] = [16, 32, 64];
function sizesOf({ operands, immediates, w }: Encoding, { defaults }: X86Traits): readonly Size[] {
  const has = (size: unknown) => operands.some((operand) => operand.size === size);
  if (defaults === 'near') return SIZES;
  if (defaults === 'whole') return [32, 64];
  if (has('*') || immediates.includes('iz') || immediates.includes('iv') || defaults === 'stack') return SIZES;
  if (has('y')) return w === undefined ? [32, 64] : [w ? 64 : 32];
  const fixed = operands.find(({ size, kind }) => typeof size === 'number' && size <= 64 && !kind.startsWith('xmm') && !kind.startsWith('mm'));
  return fixed ? [fixed.size as Size] : w === 1 ? [64] : [32];
}

/**
 * An instruction with its meaning.
 * @param text see notation.ts
 * @param sizes operand sizes, where the text does not say
 */
export function instruction<const P extends string>(
  name: string,
  text: P,
  meaning: (cpu: Cpu, ...operands: Operands<P>) => void,
  traits: X86Traits & { readonly sizes?: readonly Size[] } = {},
): X86Row {
  const encoding = parseRow(text);
  const unsigned = encoding.operands.some(({ kind }) => kind === 'uimm');
  const sizes = traits.sizes ?? sizesOf(encoding, traits);
  return { name, text, encoding, traits, meaning: meaning as unknown as X86Row['meaning'], sizes, unsigned };
}
