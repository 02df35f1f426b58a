/** From a row and the texts of its operands to an instruction word. */
import { operandOf } from '../notation.ts';
import { csrNumbers } from '../privileged/csr.ts';
import type { RiscvRow } from '../row.ts';
import { evaluate, type ExpressionContext } from './expression.ts';
import { fenceBits, registerNumber, ROUNDING } from './names.ts';
import { syntaxOf, type Term } from './syntax.ts';

type Values = Record<string, number>;

/** The word of an instruction from its operands' numbers. @throws Error naming the operand that does not fit */
export function encodeRow(row: RiscvRow, values: Readonly<Values>): number {
  const { match, operands } = row.encoding;
  let word = match;
  for (const { name, base, pieces } of operands) {
    const field = (values[name] ?? 0) - base;
    for (const { from, to, count } of pieces) word |= ((field >> to) & (2 ** count - 1)) << from;
  }
  for (const bits of operands) {
    const given = values[bits.name] ?? 0;
    if (operandOf(bits, word) !== given) throw new Error(misfit(row, bits.name, given));
  }
  if (row.refuses?.(values)) throw new Error(`${row.name} does not exist with these operands`);
  return word >>> 0;
}

function misfit(row: RiscvRow, name: string, given: number): string {
  const bits = row.encoding.operands.find((operand) => operand.name === name)!;
  if (bits.register) return `${row.name} cannot name that register as ${name}`;
  const step = Math.min(...bits.pieces.map(({ to }) => 2 ** to));
  const most = bits.signed ? 2 ** (bits.width - 1) : 2 ** bits.width;
  return `${given} does not fit ${row.name}: ${bits.signed ? -most : 0} to ${most - step}${step > 1 ? ` in steps of ${step}` : ''}`;
}

/** Whether the row can be written with so many operands; a rounding mode may be left out. */
export function takesOperands(row: RiscvRow, count: number): boolean {
  const terms = syntaxOf(row);
  return count <= terms.length && count >= terms.filter(({ kind }) => kind !== 'rounding').length;
}

/** @throws Error saying which operand is wrong and how */
export function encodeText(row: RiscvRow, operands: readonly string[], suffix: string, context: ExpressionContext): number {
  const terms = syntaxOf(row);
  const least = terms.filter(({ kind }) => kind !== 'rounding').length;
  if (!takesOperands(row, operands.length)) throw new Error(`${row.name} takes ${least} operand${least === 1 ? '' : 's'}, not ${operands.length}`);
  const values: Values = {};
  if (suffix.includes('aq')) values['aq'] = 1;
  if (suffix.includes('rl')) values['rl'] = 1;
  terms.forEach((term, index) => readTerm(term, operands[index], values, context));
  return encodeRow(row, values);
}

function readTerm(term: Term, text: string | undefined, values: Values, context: ExpressionContext): void {
  if (term.kind === 'rounding') {
    const mode = text === undefined ? term.usual : ROUNDING.indexOf(text);
    if (mode < 0) throw new Error(`"${text}" is no rounding mode (rne, rtz, rdn, rup, rmm, dyn)`);
    values[term.operand] = mode;
    return;
  }
  const given = text ?? '';
  const number = (of: string) => toNumber(evaluate(of, context), of);
  switch (term.kind) {
    case 'register':
      values[term.operand] = register(term.file, given);
      return;
    case 'fixed':
      if (given !== term.text) throw new Error(`"${given}" must be ${term.text}`);
      return;
    case 'number':
      values[term.operand] = number(given);
      return;
    case 'upper':
      values[term.operand] = upper(number(given));
      return;
    case 'target':
      values[term.operand] = toNumber(evaluate(given, context) - context.here, given);
      return;
    case 'csr':
      values[term.operand] = csrNumbers.get(given) ?? number(given);
      return;
    case 'fence': {
      const bits = fenceBits(given);
      if (bits === undefined) throw new Error(`"${given}" is no fence set (letters of "iorw", in that order)`);
      values[term.operand] = bits;
      return;
    }
    case 'memory': {
      const match = /^(.*)\(\s*(\w+)\s*\)$/.exec(given);
      if (!match || (!term.offset && !/^0?$/.test(match[1]!.trim()))) throw new Error(`"${given}" is no address: write ${term.offset ? 'OFFSET(REGISTER)' : '(REGISTER)'}`);
      if (term.offset) values[term.offset] = match[1]!.trim() === '' ? 0 : number(match[1]!);
      if (term.base) values[term.base] = register('x', match[2]!);
      else if (register('x', match[2]!) !== 2) throw new Error(`"${given}" must be relative to sp`);
    }
  }
}

function register(file: 'x' | 'f', name: string): number {
  const number = registerNumber(file, name);
  if (number === undefined) throw new Error(`"${name}" is no ${file === 'x' ? 'integer' : 'floating-point'} register`);
  return number;
}

/** Upper immediates are written as the 20 bits they are, signed or not. */
function upper(value: number): number {
  if (value < -0x80000 || value > 0xfffff) throw new Error(`${value} does not fit 20 bits`);
  return value << 12;
}

function toNumber(value: bigint, text: string): number {
  if (value < -(2n ** 52n) || value > 2n ** 52n) throw new Error(`${text} is too large here`);
  return Number(value);
}
