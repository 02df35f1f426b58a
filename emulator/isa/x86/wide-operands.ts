/** Vector operands of instructions with VEX, for the engine: both halves are registers, each of a file of its own. */
import type { Register } from '../cpu.ts';
import type { Operand } from '../row.ts';
import type { Value } from '../value.ts';
import { EA_BITS } from './address.ts';
import type { Cpu } from './cpu.ts';
import { operandName, upperName } from './operand-names.ts';
import type { WidePlace } from './place.ts';
import type { Access, Concrete, X86Row } from './row.ts';
import { VectorAddresses, WideOperandPlace, WideRegisterPlace } from './wide-places.ts';

/** Bits of the control `form`: the operand behind ModRM is memory; vectors have 256 bits. */
export const FORM = { memory: 1, long: 2 } as const;

/** How an operand is used, by its position. */
export function accessOf({ traits, encoding }: X86Row, index: number): Access {
  if (index === 0) return traits.first ?? (encoding.vex ? 'write' : 'both');
  return (index === 1 ? traits.second : index === 2 ? traits.third : undefined) ?? 'read';
}

type Wide = Extract<Concrete, { is: 'wide' | 'wideMemory' | 'vsib' }>;

export function wideOperands({ is }: Wide, index: number, row: X86Row): Operand[] {
  const [name, upper] = [operandName(index), upperName(index)];
  const access = accessOf(row, index);
  const halves: Operand[] = [
    { name, kind: 'register', file: 'xmm', access },
    { name: upper, kind: 'register', file: 'ymmHigh', access, beside: name },
  ];
  if (is === 'wide') return halves;
  // With four operands a record has no room left for the control among its small fields.
  const crowded = row.encoding.operands.some(({ slot }) => slot === 'is4');
  const memory: Operand[] = [
    { name: 'base', kind: 'register', file: 'gpr', access: 'read' },
    crowded ? { name: 'ea', kind: 'immediate' } : { name: 'ea', kind: 'control', bits: EA_BITS },
    { name: 'disp', kind: 'immediate' },
  ];
  // The index is a vector.
  if (is === 'vsib') return [...halves, ...memory];
  return [...halves, { name: 'index', kind: 'register', file: 'gpr', access: 'read' }, ...memory];
}

/** What a row's meaning is given, by name. */
export type WideGiven = Readonly<Record<string, Register & Value>>;

export function widePlace(cpu: Cpu, { is, wide }: Wide, index: number, given: WideGiven): WidePlace {
  const halves = { low: given[operandName(index)] as Register, high: given[upperName(index)] as Register };
  if (is === 'wide') return new WideRegisterPlace(cpu, halves);
  const control = given['ea'] as Value;
  const ea = control.type === 'i64' ? cpu.wrap(control) : control;
  const memory = { base: given['base'] as Register, ea, disp: given['disp'] as Value };
  if (is === 'vsib') return new VectorAddresses(cpu, halves, memory);
  const inMemory = cpu.and(given['form'] as Value, cpu.i32(FORM.memory));
  return new WideOperandPlace(cpu, halves, { ...memory, index: given['index'] as Register }, { inMemory, wide });
}
