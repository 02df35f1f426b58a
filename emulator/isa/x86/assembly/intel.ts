/** Intel's syntax: the destination first, memory with its size, as GNU's tools print it. */
import type { InstructionTerms, MemoryTerm, Term } from './terms.ts';
import { written } from './aliases.ts';
import { type StringOperand, stringOperands } from './strings.ts';

const SIZES: Readonly<Record<number, string>> = { 8: 'BYTE', 16: 'WORD', 32: 'DWORD', 64: 'QWORD', 128: 'XMMWORD', 256: 'YMMWORD' };

export const hex = (value: bigint): string => `0x${value.toString(16)}`;
export const signedHex = (value: bigint): string => (value < 0n ? `-${hex(-value)}` : `+${hex(value)}`);

function placeText({ segment, base, index, scale, disp, absolute }: MemoryTerm): string {
  const before = segment ? `${segment}:` : '';
  if (absolute !== undefined) return `${before || 'ds:'}${hex(BigInt.asUintN(absolute, disp))}`;
  const parts = [base, index && `${index}*${scale}`].filter((part) => part !== undefined && part !== '').join('+');
  return `${before}[${parts}${disp === 0n ? '' : signedHex(disp)}]`;
}
function termText(term: Term): string {
  switch (term.kind) {
    case 'register':
      return term.name;
    case 'memory':
      return `${term.size === undefined ? '' : `${SIZES[term.size] ?? ''} PTR `}${placeText(term.place)}`;
    case 'immediate':
      return hex(term.value);
    case 'target':
      return hex(term.address);
  }
}

const stringText = (each: StringOperand): string =>
  'memory' in each ? `${SIZES[each.size] ?? ''} PTR ${each.segment}:[${each.memory}]` : each.register;

/** One instruction's text. */
export function intelText(instruction: InstructionTerms): string {
  const { prefix } = instruction;
  const { name, terms } = written(instruction);
  const byNature = stringOperands(instruction);
  const operands = byNature ? byNature.map(stringText) : terms.map(termText);
  // By one is the usual way of writing the shifts that have an opcode of their own for it.
  if (/^(sh[lr]|sar|r[oc][lr])$/.test(name) && operands[1] === '0x1') operands[1] = '1';
  const [mnemonic, first] = name.split(' ') as [string, string?];
  const all = first === undefined || first === 'far' ? operands : [first, ...operands];
  return [prefix, mnemonic, all.join(',')].filter((part) => part !== undefined && part !== '').join(' ');
}
