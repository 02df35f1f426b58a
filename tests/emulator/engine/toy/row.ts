/**
 * How the toy's instructions are written down: an operation byte, perhaps after a prefix, a byte of two register numbers where
 * there are any, and an immediate whose length depends on the mode.
 */
import type { EngineCpu, Register } from '../../../../emulator/isa/cpu.ts';
import type { Operand, Row, RowTraits } from '../../../../emulator/isa/row.ts';
import type { Value } from '../../../../emulator/isa/value.ts';

/** Lets an instruction's arithmetic be of 32 bits, the rest of the result zero. */
export const PREFIX_32 = 0x66;

export interface ToyRow extends Row {
  readonly code: number;
  readonly prefixed: boolean;
  readonly hasRegisters: boolean;
  /** A byte of a register's number and a scale. */
  readonly hasIndex: boolean;
  readonly hasImmediate: boolean;
  /** Its immediate has eight bytes in every mode. */
  readonly isWide: boolean;
}

export interface Operands {
  readonly to: Register;
  readonly from: Register;
  readonly imm: Value;
  /** Of a sum: another register, and a power of two that it is taken times. */
  readonly index: Register;
  readonly scale: Value;
}
type Shape = '' | 'rr' | 'vr' | 'vv' | 'wr' | 'ww' | 'dr' | 'dd' | 'r' | 'i' | 'ri' | 'rri' | 'rq' | 'rrrci';
const register = (name: string, file: string, access: Operand['access'] & string): Operand => ({ name, kind: 'register', file, access });
const SHAPES: Readonly<Record<Shape, (access: 'write' | 'both' | 'read') => Operand[]>> = {
  '': () => [],
  r: (access) => [register('to', 'r', access)],
  rr: (access) => [register('to', 'r', access), register('from', 'r', 'read')],
  vr: (access) => [register('to', 'v', access), register('from', 'r', 'read')],
  vv: (access) => [register('to', 'v', access), register('from', 'v', 'read')],
  i: () => [{ name: 'imm', kind: 'immediate' }],
  ri: (access) => [register('to', 'r', access), { name: 'imm', kind: 'immediate' }],
  dr: (access) => [register('to', 'd', access), register('from', 'r', 'read')],
  dd: (access) => [register('to', 'd', access), register('from', 'd', 'read')],
  wr: (access) => [register('to', 'w', access), register('from', 'r', 'read')],
  ww: (access) => [register('to', 'w', access), register('from', 'w', 'read')],
  rq: (access) => [register('to', 'r', access), { name: 'imm', kind: 'immediate', bits: 64 }],
  rrrci: (access) => [
    register('to', 'r', access),
    register('from', 'r', 'read'),
    register('index', 'r', 'read'),
    { name: 'scale', kind: 'control', bits: 2 },
    { name: 'imm', kind: 'immediate' },
  ],
  rri: (access) => [register('to', 'r', access), register('from', 'r', 'read'), { name: 'imm', kind: 'immediate' }],
};

export function row(
  code: number,
  name: string,
  [shape, access]: readonly [Shape, ('write' | 'both' | 'read')?],
  meaning: (cpu: EngineCpu, operands: Operands) => void,
  traits: RowTraits & { readonly prefixed?: boolean } = {},
): ToyRow {
  const { prefixed = false, ...rest } = traits;
  const hasRegisters = /[rvwd]/.test(shape);
  const shapes = {
    ...{ code, prefixed, hasRegisters },
    hasIndex: shape.includes('c'),
    hasImmediate: /[iq]/.test(shape),
    isWide: shape.includes('q'),
  };
  return { name, operands: SHAPES[shape](access ?? 'both'), meaning: meaning as unknown as Row['meaning'] & object, ...shapes, ...rest };
}
