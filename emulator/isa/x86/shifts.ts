/** Shifts and rotations (SDM, volume 1, section 5.1.5). Counts are taken modulo 32, or 64 with operands of 64 bits. */
import type { Value } from '../value.ts';
import { signOf } from './arithmetic.ts';
import type { Cpu } from './cpu.ts';
import { ARITHMETIC, BIT } from './flags.ts';
import type { Place, Size } from './place.ts';
import { signExtended } from './places.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

const countMask = (size: Size) => (size === 64 ? 63 : 31);
const bit = (cpu: Cpu, value: Value, number: Value): Value => cpu.and(cpu.wrap(cpu.shrU(value, number)), cpu.i32(1));

/** Result, CF and OF of a shift by a count that is not 0. */
type Shift = (cpu: Cpu, size: Size, value: Value, count: Value) => { result: Value; CF: Value; OF: Value };

const shl: Shift = (cpu, size, value, count) => {
  const result = cpu.let(cpu.shl(value, count));
  const CF = cpu.let(bit(cpu, value, cpu.sub(cpu.i64(size), count)));
  // Of narrow operands nothing is left beyond their size, where the distance is negative.
  const lost = size < 32 ? cpu.select(cpu.gtU(count, cpu.i64(size)), cpu.i32(0), CF) : CF;
  return { result, CF: lost, OF: cpu.xor(signOf(cpu, size, result), lost) };
};
const shr: Shift = (cpu, size, value, count) => ({
  result: cpu.let(cpu.shrU(value, count)),
  CF: bit(cpu, value, cpu.sub(count, cpu.i64(1))),
  OF: signOf(cpu, size, value),
});
const sar: Shift = (cpu, size, value, count) => {
  const wide = cpu.let(signExtended(cpu, size, value));
  return { result: cpu.let(cpu.shrS(wide, count)), CF: bit(cpu, wide, cpu.sub(count, cpu.i64(1))), OF: cpu.i32(0) };
};

/** With a count that is known not to be 0 all flags are new. */
const shiftBy = (shift: Shift) => (cpu: Cpu, to: Place, given: Value) => {
  const { size } = to;
  const value = cpu.let(to.get());
  const count = cpu.and(given, cpu.i64(countMask(size)));
  const { result, CF, OF } = shift(cpu, size, value, count);
  to.set(result);
  cpu.flags.result(size, result, cpu.flags.join({ CF, OF }));
};
const shiftByRegister = (shift: Shift) => (cpu: Cpu, to: Place, by: Place) => {
  const { size } = to;
  const value = cpu.let(to.get());
  const count = cpu.let(cpu.and(by.raw(), cpu.i64(countMask(size))));
  const { result, CF, OF } = shift(cpu, size, value, count);
  to.set(result);
  cpu.when(cpu.ne(count, cpu.i64(0)), () => cpu.flags.result(size, result, cpu.flags.join({ CF, OF })));
};

const CF_AND_OF = (1n << BigInt(BIT.CF)) | (1n << BigInt(BIT.OF));
/** CF and OF anew, the rest as it was. */
function changeCarryAndOverflow(cpu: Cpu, CF: Value, OF: Value): void {
  const kept = cpu.and(cpu.flags.bits(), cpu.i64(ARITHMETIC & ~CF_AND_OF));
  cpu.flags.all(cpu.let(cpu.or(kept, cpu.flags.join({ CF, OF }))));
}

/** A zero-extended value rotated left within its size, by less than that. */
function rotated(cpu: Cpu, size: Size, value: Value, count: Value): Value {
  if (size === 64) return cpu.rotl(value, count);
  if (size === 32) return cpu.extendU(cpu.rotl(cpu.wrap(value), cpu.wrap(count)));
  return cpu.or(cpu.shl(value, count), cpu.shrU(value, cpu.sub(cpu.i64(size), count)));
}
const rotate = (left: boolean) => (cpu: Cpu, to: Place, given: Value) => {
  const { size } = to;
  const value = cpu.let(to.get());
  const masked = cpu.let(cpu.and(given, cpu.i64(countMask(size))));
  const within = cpu.and(left ? masked : cpu.sub(cpu.i64(size), masked), cpu.i64(size - 1));
  const result = cpu.let(rotated(cpu, size, value, cpu.let(within)));
  to.set(result);
  cpu.when(cpu.ne(masked, cpu.i64(0)), () => {
    const top = cpu.let(signOf(cpu, size, result));
    const other = bit(cpu, result, cpu.i64(left ? 0 : size - 2));
    const CF = left ? other : top;
    changeCarryAndOverflow(cpu, cpu.let(CF), cpu.xor(top, other));
  });
};

/** Through CF: within one bit more than the size. */
const rotateThroughCarry = (left: boolean) => (cpu: Cpu, to: Place, given: Value) => {
  const { size } = to;
  const value = cpu.let(to.get());
  const masked = cpu.and(given, cpu.i64(countMask(size)));
  const count = cpu.let(size < 32 ? cpu.remU(masked, cpu.i64(size + 1)) : masked);
  const carry = cpu.let(cpu.extendU(cpu.flags.carry()));
  const by = cpu.let(left ? count : cpu.sub(cpu.i64(size + 1), count));
  // Left by `by` of size + 1 bits; shifts by 64 are no shifts, so those are done in two steps.
  const up = cpu.shl(cpu.shl(value, cpu.sub(by, cpu.i64(1))), cpu.i64(1));
  const middle = cpu.shl(carry, cpu.sub(by, cpu.i64(1)));
  const down = cpu.shrU(cpu.shrU(value, cpu.sub(cpu.i64(size), by)), cpu.i64(1));
  const moved = cpu.let(cpu.ne(count, cpu.i64(0)));
  const result = cpu.let(cpu.select(moved, cpu.or(cpu.or(up, middle), down), value));
  const out = bit(cpu, value, cpu.sub(left ? cpu.i64(size) : count, left ? count : cpu.i64(1)));
  const CF = cpu.let(out);
  to.set(result);
  cpu.when(moved, () => {
    const top = signOf(cpu, size, result);
    changeCarryAndOverflow(cpu, CF, left ? cpu.xor(top, CF) : cpu.xor(top, bit(cpu, result, cpu.i64(size - 2))));
  });
};

/** SHLD and SHRD: bits come in from another register. */
const doubleShift = (left: boolean) => (cpu: Cpu, to: Place, from: Place, given: Value) => {
  const { size } = to;
  const value = cpu.let(to.get());
  const other = cpu.let(from.get());
  const count = cpu.let(cpu.and(given, cpu.i64(countMask(size))));
  const back = cpu.let(cpu.sub(cpu.i64(size), count));
  const moved = cpu.let(cpu.ne(count, cpu.i64(0)));
  const shifted = left ? cpu.or(cpu.shl(value, count), cpu.shrU(other, back)) : cpu.or(cpu.shrU(value, count), cpu.shl(other, back));
  const result = cpu.let(cpu.select(moved, shifted, value));
  const CF = cpu.let(bit(cpu, value, left ? back : cpu.sub(count, cpu.i64(1))));
  to.set(result);
  const OF = cpu.xor(signOf(cpu, size, value), signOf(cpu, size, result));
  cpu.when(moved, () => cpu.flags.result(size, result, cpu.flags.join({ CF, OF })));
};

const writes: X86Traits = { flags: 'write', refuses: ({ size, immediate }) => (immediate & countMask(size)) === 0 };
const carries: X86Traits = { flags: 'both' };
/** By 0 a shift does nothing but write its operand, and the flags stay. */
const byZero = (cpu: Cpu, to: Place) => to.set(cpu.let(to.get()));

function shiftRows(name: string, digit: number, shift: Shift): X86Row[] {
  const [by, byRegister] = [shiftBy(shift), shiftByRegister(shift)];
  const d = digit as 4;
  const flags: X86Traits = { flags: 'write' };
  return [
    instruction(name, `C0 /${d} ib | r/m8, uimm`, by, writes),
    instruction(name, `C1 /${d} ib | r/m*, uimm`, by, writes),
    instruction(`${name}0`, `C0 /${d} ib | r/m8, uimm`, byZero, { spelling: { 8: name } }),
    instruction(`${name}0`, `C1 /${d} ib | r/m*, uimm`, byZero, { spelling: { 16: name, 32: name, 64: name } }),
    instruction(name, `D0 /${d}    | r/m8, 1`, by, flags),
    instruction(name, `D1 /${d}    | r/m*, 1`, by, flags),
    instruction(name, `D2 /${d}    | r/m8, cl`, byRegister, carries),
    instruction(name, `D3 /${d}    | r/m*, cl`, byRegister, carries),
  ];
}
function rotateRows(name: string, digit: number, by: (cpu: Cpu, to: Place, given: Value) => void): X86Row[] {
  const d = digit as 0;
  const byRegister = (cpu: Cpu, to: Place, count: Place) => by(cpu, to, cpu.let(count.raw()));
  const traits: X86Traits = name.startsWith('rc') ? { ...carries, rare: true } : carries;
  return [
    instruction(name, `C0 /${d} ib | r/m8, uimm`, by, traits),
    instruction(name, `C1 /${d} ib | r/m*, uimm`, by, traits),
    instruction(name, `D0 /${d}    | r/m8, 1`, by, traits),
    instruction(name, `D1 /${d}    | r/m*, 1`, by, traits),
    instruction(name, `D2 /${d}    | r/m8, cl`, byRegister, traits),
    instruction(name, `D3 /${d}    | r/m*, cl`, byRegister, traits),
  ];
}
function doubleRows(name: string, left: boolean): X86Row[] {
  const by = doubleShift(left);
  const opcode = left ? 'A4' : 'AC';
  const byRegister = left ? 'A5' : 'AD';
  return [
    instruction(name, `0F ${opcode} /r ib  | r/m*, r*, uimm`, by, carries),
    instruction(name, `0F ${byRegister} /r | r/m*, r*, cl`, (cpu, to, from, count) => by(cpu, to, from, cpu.let(count.raw())), carries),
  ];
}

export const shifts: readonly X86Row[] = [
  ...rotateRows('rol', 0, rotate(true)),
  ...rotateRows('ror', 1, rotate(false)),
  ...rotateRows('rcl', 2, rotateThroughCarry(true)),
  ...rotateRows('rcr', 3, rotateThroughCarry(false)),
  ...shiftRows('shl', 4, shl),
  ...shiftRows('shr', 5, shr),
  ...shiftRows('shl', 6, shl),
  ...shiftRows('sar', 7, sar),
  ...doubleRows('shld', true),
  ...doubleRows('shrd', false),
];
