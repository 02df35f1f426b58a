/**
 * The assembler: text to bytes, from the same rows that the engines run. One flat section; labels, numeric local labels,
 * the usual directives and pseudo-instructions (RISC-V Assembly Programmer's Manual). Two passes: the first gives every
 * statement its address, the second encodes. Compressed instructions are written as such (`c.addi`).
 */
import { expansions } from './assembly/aliases.ts';
import { dataSize, emitData, isDirective } from './assembly/directives.ts';
import { encodeText, takesOperands } from './assembly/encode.ts';
import { evaluate, type ExpressionContext } from './assembly/expression.ts';
import { ADDRESS_SEQUENCE_BYTES, addressSequences, loadConstant, type Written } from './assembly/sequences.ts';
import { parseStatements, type Statement } from './assembly/statements.ts';
import { SymbolTable } from './assembly/symbols.ts';
import type { RiscvRow } from './row.ts';
import { rows } from './rows.ts';

export interface AssembledProgram {
  /** Address of the first byte. */
  readonly origin: bigint;
  readonly bytes: Uint8Array;
  readonly symbols: ReadonlyMap<string, bigint>;
}
export interface AssemblyProblem {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** What is wrong with a text: up to `MAX_PROBLEMS` places. */
export class AssemblyError extends Error {
  override readonly name = 'AssemblyError';
  readonly problems: readonly AssemblyProblem[];
  constructor(problems: readonly AssemblyProblem[]) {
    super(problems.map(({ line, message }) => `line ${line}: ${message}`).join('\n'));
    this.problems = problems;
  }
}
const MAX_PROBLEMS = 20;

const byName = new Map<string, RiscvRow>(rows.map((row) => [row.name, row]));

interface Placed {
  readonly statement: Statement;
  readonly address: bigint;
  readonly size: number;
}

/** Assembles a text for an address. @throws AssemblyError with the lines that are wrong */
export function assemble(source: string, options: { readonly origin: bigint } = { origin: 0x8000_0000n }): AssembledProgram {
  const symbols = new SymbolTable();
  const problems: AssemblyProblem[] = [];
  const attempt = <T>(line: number, work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      if (problems.length < MAX_PROBLEMS) problems.push({ line, message: (error as Error).message });
      return undefined;
    }
  };

  const placed: Placed[] = [];
  let address = options.origin;
  for (const statement of parseStatements(source)) {
    attempt(statement.line, () => {
      for (const label of statement.labels) symbols.define(label, address);
      const size = sizeOf(statement, symbols.context(address, 'sizes'), symbols);
      placed.push({ statement, address, size });
      address += BigInt(size);
    });
  }

  const bytes = new Uint8Array(Number(address - options.origin));
  if (problems.length === 0)
    for (const { statement, address: at, size } of placed)
      attempt(statement.line, () => {
        const content = contentOf(statement, at, size, symbols);
        bytes.set(content, Number(at - options.origin));
      });
  if (problems.length > 0) throw new AssemblyError(problems);
  return { origin: options.origin, bytes, symbols: symbols.named() };
}

function sizeOf({ name, operands }: Statement, context: ExpressionContext, symbols: SymbolTable): number {
  if (name === '') return 0;
  if (isDirective(name)) return dataSize(name, operands, context, symbols);
  if (name === 'li') return 4 * constantSequence(operands, context).length;
  if (name in addressSequences) return ADDRESS_SEQUENCE_BYTES;
  const [first] = readings(name, operands);
  return first!.row.encoding.length;
}

function constantSequence(operands: readonly string[], context: ExpressionContext): Written[] {
  if (operands.length !== 2) throw new Error(`li takes 2 operands, not ${operands.length}`);
  return loadConstant(operands[0]!, evaluate(operands[1]!, context));
}

function contentOf(statement: Statement, address: bigint, size: number, symbols: SymbolTable): Uint8Array {
  const { name, operands } = statement;
  const context = symbols.context(address, 'values');
  if (name === '') return new Uint8Array();
  if (isDirective(name)) return emitData(name, operands, size, context);
  const sequence = sequenceOf(statement, context);
  if (!sequence) return littleEndian(instructionWord(name, operands, context), size);
  const content = new Uint8Array(size);
  sequence.forEach((one, index) => {
    const at = symbols.context(address + BigInt(4 * index), 'values');
    content.set(littleEndian(instructionWord(one.name, one.operands, at), 4), 4 * index);
  });
  return content;
}

function sequenceOf({ name, operands }: Statement, context: ExpressionContext): Written[] | undefined {
  if (name === 'li') return constantSequence(operands, context);
  const sequence = addressSequences[name];
  if (!sequence) return undefined;
  if (operands.length !== sequence.operands) throw new Error(`${name} takes ${sequence.operands} operand${sequence.operands > 1 ? 's' : ''}, not ${operands.length}`);
  return sequence.expand(operands, evaluate(operands.at(-1)!, context) - context.here);
}

interface Reading {
  readonly row: RiscvRow;
  readonly suffix: string;
  readonly operands: readonly string[];
}

/** The rows an instruction may be: its own first, then through aliases. @throws Error for an unknown name */
function readings(name: string, operands: readonly string[]): Reading[] {
  const direct = byName.get(name);
  const ordered = /^(.*)\.(aqrl|aq|rl)$/.exec(name);
  const found: Reading[] = direct ? [{ row: direct, suffix: '', operands }] : [];
  if (ordered && byName.has(ordered[1]!)) found.push({ row: byName.get(ordered[1]!)!, suffix: ordered[2]!, operands });
  for (const expansion of expansions(name, operands)) found.push({ row: byName.get(expansion.name)!, suffix: '', operands: expansion.operands });
  if (found.length === 0) throw new Error(`there is no instruction "${name}"${expansions(name, []).length > 0 ? '' : ' with these operands'}`);
  return found;
}

/** The first reading that can be encoded; what is wrong with the first whose operands are as many is what a person is told. */
function instructionWord(name: string, operands: readonly string[], context: ExpressionContext): number {
  const all = readings(name, operands);
  const fitting = all.filter(({ row, operands: texts }) => takesOperands(row, texts.length));
  let complaint: unknown;
  for (const { row, suffix, operands: texts } of fitting.length > 0 ? fitting : all) {
    try {
      return encodeText(row, texts, suffix, context);
    } catch (error) {
      complaint ??= error;
    }
  }
  throw complaint;
}

function littleEndian(word: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (word >>> (8 * index)) & 0xff);
}
