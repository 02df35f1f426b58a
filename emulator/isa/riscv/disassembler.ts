/** The disassembler: bytes to text, from the same rows that the engines run. */
import { operandOf } from './notation.ts';
import { aliased } from './assembly/aliases.ts';
import { fenceName, registerName, ROUNDING } from './assembly/names.ts';
import { isOrdered, syntaxOf, type Term } from './assembly/syntax.ts';
import { decode } from './decoder.ts';
import { csrName } from './privileged/csr.ts';
import type { RiscvRow } from './row.ts';

export interface DisassembledInstruction {
  readonly address: bigint;
  /** The instruction's bits; 16 of them for a compressed one. */
  readonly word: number;
  readonly length: 2 | 4;
  /** `addi a0,a0,1`, or `.word 0x...` for what is no instruction. */
  readonly text: string;
}
export interface DisassemblyOptions {
  /** Shows `mv`, `ret`, `beqz` and their like. Default: true. */
  readonly aliases?: boolean;
  /** Shows a compressed instruction by its own row (`c.addi`) instead of the one it stands for. Default: false. */
  readonly compressed?: boolean;
  /** A name for an address, shown behind it. */
  readonly symbol?: (address: bigint) => string | undefined;
}

type Operands = Readonly<Record<string, number>>;

/** One instruction's text. `word` holds it in its low bits; `address` is where it lies. */
export function disassembleWord(word: number, address: bigint, options: DisassemblyOptions = {}): DisassembledInstruction {
  const length = (word & 3) === 3 ? 4 : 2;
  const exact = length === 4 ? word >>> 0 : word & 0xffff;
  const decoded = decode(exact);
  const instruction = { address, word: exact, length } as const;
  if (!decoded) return { ...instruction, text: `${length === 4 ? '.word' : '.half'} 0x${exact.toString(16).padStart(length * 2, '0')}` };
  const own = options.compressed === true && length === 2;
  const row = own ? decoded.written : decoded.row;
  const operands = own ? ownOperands(row, exact) : decoded.operands;
  return { ...instruction, text: instructionText(row, operands, address, options) };
}

const ownOperands = (row: RiscvRow, word: number): Operands => Object.fromEntries(row.encoding.operands.map((bits) => [bits.name, operandOf(bits, word)]));

/** Every instruction of a piece of code; a last odd piece is shown as bytes. */
export function* disassemble(code: Uint8Array, address: bigint, options: DisassemblyOptions = {}): Generator<DisassembledInstruction> {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  let at = 0;
  while (at + 2 <= code.length) {
    const half = view.getUint16(at, true);
    if ((half & 3) === 3 && at + 4 > code.length) break;
    const instruction = disassembleWord((half & 3) === 3 ? view.getUint32(at, true) : half, address + BigInt(at), options);
    yield instruction;
    at += instruction.length;
  }
  for (; at + 2 <= code.length; at += 2) {
    const word = view.getUint16(at, true);
    yield { address: address + BigInt(at), word, length: 2, text: `.half 0x${word.toString(16).padStart(4, '0')}` };
  }
}

function instructionText(row: RiscvRow, operands: Operands, address: bigint, options: DisassemblyOptions): string {
  const texts = syntaxOf(row).flatMap((term) => termText(term, operands, address) ?? []);
  const written = options.aliases === false ? { name: row.name, operands: texts } : aliased(row.name, texts);
  const order = isOrdered(row) ? (['', '.rl', '.aq', '.aqrl'][(operands['aq'] ?? 0) * 2 + (operands['rl'] ?? 0)] ?? '') : '';
  const text = `${written.name}${order}${written.operands.length > 0 ? ` ${written.operands.join(',')}` : ''}`;
  const target = syntaxOf(row).find(({ kind }) => kind === 'target');
  const name = target?.kind === 'target' ? options.symbol?.(targetOf(operands[target.operand] ?? 0, address)) : undefined;
  return name === undefined ? text : `${text} <${name}>`;
}

const targetOf = (offset: number, address: bigint): bigint => BigInt.asUintN(64, address + BigInt(offset));

/** A term's text; nothing for one that is left out. */
function termText(term: Term, operands: Operands, address: bigint): string | undefined {
  const value = (name: string) => operands[name] ?? 0;
  switch (term.kind) {
    case 'register':
      return registerName(term.file, value(term.operand));
    case 'fixed':
      return term.text;
    case 'number':
      return String(value(term.operand));
    case 'upper':
      return `0x${((value(term.operand) >>> 12) & 0xfffff).toString(16)}`;
    case 'target':
      return `0x${targetOf(value(term.operand), address).toString(16)}`;
    case 'csr':
      return csrName(value(term.operand));
    case 'fence':
      return fenceName(value(term.operand));
    case 'memory':
      return `${term.offset ? value(term.offset) : ''}(${registerName('x', term.base ? value(term.base) : 2)})`;
    case 'rounding':
      return value(term.operand) === term.usual ? undefined : (ROUNDING[value(term.operand)] ?? String(value(term.operand)));
  }
}
