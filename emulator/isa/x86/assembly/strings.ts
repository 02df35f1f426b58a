/** The operands that string instructions have by nature, which assemblers write nevertheless. */
import { type InstructionTerms, registerName } from './terms.ts';

export type StringOperand = { readonly memory: string; readonly segment: string; readonly size: number } | { readonly register: string };

/** @returns undefined for all other instructions */
export function stringOperands({ variant, size }: InstructionTerms): StringOperand[] | undefined {
  const { name, traits } = variant.x86;
  if (traits.memory !== 'string' || name === 'xlat') return undefined;
  const width = (name === 'ins' || name === 'outs') && size === 64 ? 32 : size;
  const to: StringOperand = { memory: 'rdi', segment: 'es', size: width };
  const from: StringOperand = { memory: 'rsi', segment: 'ds', size: width };
  const accumulator: StringOperand = { register: registerName(0, width) };
  const port: StringOperand = { register: 'dx' };
  const known: Readonly<Record<string, StringOperand[]>> = {
    movs: [to, from],
    cmps: [from, to],
    stos: [to, accumulator],
    lods: [accumulator, from],
    scas: [accumulator, to],
    ins: [to, port],
    outs: [port, from],
  };
  return known[name];
}
