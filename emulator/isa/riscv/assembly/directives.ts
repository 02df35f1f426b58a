/** Directives: data, alignment and constants. */
import { evaluate, type ExpressionContext } from './expression.ts';
import { stringBytes } from './statements.ts';
import type { SymbolTable } from './symbols.ts';

/** Bytes per value. */
const VALUES: Readonly<Record<string, number>> = { '.byte': 1, '.half': 2, '.2byte': 2, '.short': 2, '.word': 4, '.4byte': 4, '.dword': 8, '.8byte': 8, '.quad': 8 };
const STRINGS: Readonly<Record<string, number>> = { '.ascii': 0, '.asciz': 1, '.string': 1 };
/** Understood and without meaning here, where there is one section and no linker. */
const SILENT = new Set(['.globl', '.global', '.text', '.type', '.size', '.option']);

/** An alignment beyond a page, or a gap beyond this, is a mistake. */
const MAX_BYTES = 64n * 1024n * 1024n;

export const isDirective = (name: string): boolean => name.startsWith('.');

/** Bytes that a directive takes; `.equ` and `.set` define their symbol. @throws Error for an unknown directive */
export function dataSize(name: string, operands: readonly string[], context: ExpressionContext, symbols: SymbolTable): number {
  const values = VALUES[name];
  if (values) return values * operands.length;
  const end = STRINGS[name];
  if (end !== undefined) return operands.reduce((sum, operand) => sum + stringBytes(operand).length + end, 0);
  if (SILENT.has(name)) return 0;
  switch (name) {
    case '.zero':
    case '.space':
      return limited(evaluate(operands[0] ?? '', context), name);
    case '.align':
    case '.p2align':
      return gap(context.here, 1n << BigInt(limited(evaluate(operands[0] ?? '', context), name)));
    case '.balign':
      return gap(context.here, evaluate(operands[0] ?? '', context));
    case '.equ':
    case '.set':
      symbols.define(operands[0] ?? '', evaluate(operands[1] ?? '', context), name === '.set');
      return 0;
    default:
      throw new Error(`there is no directive "${name}"`);
  }
}

function limited(value: bigint, name: string): number {
  if (value < 0n || value > MAX_BYTES) throw new Error(`${value} is too much for ${name}`);
  return Number(value);
}
function gap(here: bigint, alignment: bigint): number {
  if (alignment <= 0n || alignment > 4096n || (alignment & (alignment - 1n)) !== 0n) throw new Error(`cannot align to ${alignment} bytes: a power of two up to 4096 is possible`);
  return Number((alignment - (here & (alignment - 1n))) & (alignment - 1n));
}

/** The content of a directive whose size is known. @throws Error for a value that does not fit */
export function emitData(name: string, operands: readonly string[], size: number, context: ExpressionContext): Uint8Array {
  const content = new Uint8Array(size);
  const width = VALUES[name];
  const end = STRINGS[name];
  if (end !== undefined) content.set(operands.flatMap((operand) => [...stringBytes(operand), ...(end ? [0] : [])]));
  if (!width) return content;
  operands.forEach((operand, index) => {
    const value = evaluate(operand, context);
    const bits = BigInt(width * 8);
    if (value < -(1n << (bits - 1n)) || value >= 1n << bits) throw new Error(`${operand} does not fit ${width} byte${width > 1 ? 's' : ''}`);
    for (let byte = 0; byte < width; byte++) content[index * width + byte] = Number((value >> BigInt(8 * byte)) & 0xffn);
  });
  return content;
}
