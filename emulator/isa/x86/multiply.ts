/** Multiplication and division (SDM, volume 1, section 5.1.2). */
import type { Value } from '../value.ts';
import { type Cpu, GPR, VECTOR } from './cpu.ts';
import type { Place, Size } from './place.ts';
import { signExtended } from './places.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

/** The high 64 bits of an unsigned product, by halves. */
export function highProduct(cpu: Cpu, a: Value, b: Value): Value {
  const low = (value: Value) => cpu.let(cpu.zero32(value));
  const high = (value: Value) => cpu.let(cpu.shrU(value, cpu.i64(32)));
  const [aLow, aHigh, bLow, bHigh] = [low(a), high(a), low(b), high(b)];
  const first = cpu.let(cpu.add(cpu.mul(aHigh, bLow), cpu.shrU(cpu.mul(aLow, bLow), cpu.i64(32))));
  const second = cpu.let(cpu.add(cpu.mul(aLow, bHigh), cpu.zero32(first)));
  return cpu.add(cpu.add(cpu.mul(aHigh, bHigh), cpu.shrU(first, cpu.i64(32))), cpu.shrU(second, cpu.i64(32)));
}
function highSignedProduct(cpu: Cpu, a: Value, b: Value): Value {
  const corrected = cpu.sub(highProduct(cpu, a, b), cpu.and(cpu.shrS(a, cpu.i64(63)), b));
  return cpu.sub(corrected, cpu.and(cpu.shrS(b, cpu.i64(63)), a));
}

/** Writes a product of twice the size: AX for bytes, else RDX and RAX. */
function setDouble(cpu: Cpu, size: Size, low: Value, high: Value): void {
  if (size === 8) return cpu.setPart(GPR.RAX, 16, low);
  cpu.setPart(GPR.RAX, size, low);
  cpu.setPart(GPR.RDX, size, high);
}
/** CF and OF say whether the high half means anything; SF, ZF and PF are left open by the manual. */
function productFlags(cpu: Cpu, size: Size, low: Value, overflowed: Value): void {
  const both = cpu.let(overflowed);
  cpu.flags.result(size, low, cpu.flags.join({ CF: both, OF: both }));
}
const multiply = (cpu: Cpu, from: Place) => {
  const { size } = from;
  const b = cpu.let(from.get());
  const a = cpu.let(cpu.part(GPR.RAX, size));
  const low = cpu.let(cpu.mul(a, b));
  const high = cpu.let(size === 64 ? highProduct(cpu, a, b) : cpu.shrU(low, cpu.i64(size)));
  setDouble(cpu, size, low, high);
  productFlags(cpu, size, low, cpu.ne(high, cpu.i64(0)));
};
const signedFits = (cpu: Cpu, size: Size, product: Value): Value => cpu.ne(signExtended(cpu, size, product), product);
const multiplySigned = (cpu: Cpu, from: Place) => {
  const { size } = from;
  const b = cpu.let(from.signed());
  const a = cpu.let(signExtended(cpu, size, cpu.gpr(GPR.RAX)));
  const low = cpu.let(cpu.mul(a, b));
  const high = cpu.let(size === 64 ? highSignedProduct(cpu, a, b) : cpu.shrS(low, cpu.i64(size)));
  setDouble(cpu, size, low, high);
  productFlags(cpu, size, low, size === 64 ? cpu.ne(high, cpu.shrS(low, cpu.i64(63))) : signedFits(cpu, size, low));
};
/** IMUL of two operands into a register of their size. */
function multiplyInto(cpu: Cpu, to: Place, a: Value, b: Value): void {
  const { size } = to;
  const low = cpu.let(cpu.mul(a, b));
  const overflowed = size === 64 ? cpu.ne(highSignedProduct(cpu, a, b), cpu.shrS(low, cpu.i64(63))) : signedFits(cpu, size, low);
  to.set(low);
  productFlags(cpu, size, low, overflowed);
}
const twoOperands = (cpu: Cpu, to: Place, from: Place) => multiplyInto(cpu, to, cpu.let(to.signed()), cpu.let(from.signed()));
const threeOperands = (cpu: Cpu, to: Place, from: Place, by: Value) => multiplyInto(cpu, to, cpu.let(from.signed()), by);

/**
 * 128 by 64 bits, unsigned, where the high half is below the divisor: two digits of 32 bits, each guessed and corrected at
 * most twice (Knuth, The Art of Computer Programming, volume 2, algorithm 4.3.1 D).
 */
function divideWide(cpu: Cpu, high: Value, low: Value, by: Value): { quotient: Value; remainder: Value } {
  const shift = cpu.let(cpu.clz(by));
  const divisor = cpu.let(cpu.shl(by, shift));
  const top = cpu.let(cpu.shrU(divisor, cpu.i64(32)));
  const bottom = cpu.let(cpu.zero32(divisor));
  // Shifts by 64 are none: in two steps.
  const carried = cpu.shrU(cpu.shrU(low, cpu.i64(1)), cpu.sub(cpu.i64(63), shift));
  const rest = cpu.variable(cpu.or(cpu.shl(high, shift), carried));
  const lower = cpu.let(cpu.shl(low, shift));
  const digit = (next: Value): Value => {
    const guess = cpu.variable(cpu.divU(rest.get(), top));
    const left = cpu.variable(cpu.remU(rest.get(), top));
    for (let corrections = 0; corrections < 2; corrections++) {
      const room = cpu.eqz(cpu.shrU(left.get(), cpu.i64(32)));
      const tooMuch = cpu.or(
        cpu.ne(cpu.shrU(guess.get(), cpu.i64(32)), cpu.i64(0)),
        cpu.gtU(cpu.mul(guess.get(), bottom), cpu.or(cpu.shl(left.get(), cpu.i64(32)), next)),
      );
      cpu.when(cpu.and(room, tooMuch), () => {
        guess.set(cpu.sub(guess.get(), cpu.i64(1)));
        left.set(cpu.add(left.get(), top));
      });
    }
    rest.set(cpu.sub(cpu.or(cpu.shl(rest.get(), cpu.i64(32)), next), cpu.mul(guess.get(), divisor)));
    return guess.get();
  };
  const first = digit(cpu.let(cpu.shrU(lower, cpu.i64(32))));
  const second = digit(cpu.let(cpu.zero32(lower)));
  return { quotient: cpu.or(cpu.shl(first, cpu.i64(32)), second), remainder: cpu.shrU(rest.get(), shift) };
}

/** The dividend of up to 64 bits, zero-extended: AX, or both registers. */
function dividend(cpu: Cpu, size: 8 | 16 | 32): Value {
  if (size === 8) return cpu.part(GPR.RAX, 16);
  return cpu.or(cpu.part(GPR.RAX, size), cpu.shl(cpu.part(GPR.RDX, size), cpu.i64(size)));
}
function setQuotient(cpu: Cpu, size: Size, quotient: Value, remainder: Value): void {
  if (size === 8) {
    const both = cpu.or(cpu.and(quotient, cpu.i64(0xff)), cpu.shl(cpu.and(remainder, cpu.i64(0xff)), cpu.i64(8)));
    return cpu.setPart(GPR.RAX, 16, both);
  }
  cpu.setPart(GPR.RAX, size, quotient);
  cpu.setPart(GPR.RDX, size, remainder);
}

const divide = (cpu: Cpu, from: Place) => {
  const { size } = from;
  const by = cpu.let(from.get());
  if (size !== 64) {
    const value = cpu.let(dividend(cpu, size));
    // The quotient fits where the high half is below the divisor, which is then not 0.
    cpu.raiseWhen(cpu.geU(cpu.shrU(value, cpu.i64(size)), by), VECTOR.divideError);
    const quotient = cpu.let(cpu.divU(value, by));
    return setQuotient(cpu, size, quotient, cpu.let(cpu.remU(value, by)));
  }
  const [high, low] = [cpu.let(cpu.gpr(GPR.RDX)), cpu.let(cpu.gpr(GPR.RAX))];
  cpu.raiseWhen(cpu.geU(high, by), VECTOR.divideError);
  const [quotient, remainder] = [cpu.variable(cpu.i64(0)), cpu.variable(cpu.i64(0))];
  cpu.when(
    cpu.eqz(high),
    () => {
      quotient.set(cpu.divU(low, by));
      remainder.set(cpu.remU(low, by));
    },
    () => {
      const found = divideWide(cpu, high, low, by);
      quotient.set(found.quotient);
      remainder.set(found.remainder);
    },
  );
  setQuotient(cpu, size, quotient.get(), remainder.get());
};

const MINIMUM = -(1n << 63n);
const divideSigned = (cpu: Cpu, from: Place) => {
  const { size } = from;
  const by = cpu.let(from.signed());
  cpu.raiseWhen(cpu.eqz(by), VECTOR.divideError);
  if (size !== 64) {
    const value = cpu.let(size === 32 ? dividend(cpu, size) : signExtended(cpu, size === 8 ? 16 : 32, dividend(cpu, size)));
    // Hosts fault at this one, too.
    cpu.raiseWhen(cpu.and(cpu.eq(value, cpu.i64(MINIMUM)), cpu.eq(by, cpu.i64(-1))), VECTOR.divideError);
    const quotient = cpu.let(cpu.divS(value, by));
    cpu.raiseWhen(signedFits(cpu, size, quotient), VECTOR.divideError);
    return setQuotient(cpu, size, quotient, cpu.let(cpu.remS(value, by)));
  }
  const [high, low] = [cpu.let(cpu.gpr(GPR.RDX)), cpu.let(cpu.gpr(GPR.RAX))];
  const [quotient, remainder] = [cpu.variable(cpu.i64(0)), cpu.variable(cpu.i64(0))];
  const plain = cpu.let(cpu.eq(high, cpu.shrS(low, cpu.i64(63))));
  const minimum = cpu.and(cpu.eq(low, cpu.i64(MINIMUM)), cpu.eq(by, cpu.i64(-1)));
  cpu.raiseWhen(cpu.and(plain, minimum), VECTOR.divideError);
  cpu.when(
    plain,
    () => {
      quotient.set(cpu.divS(low, by));
      remainder.set(cpu.remS(low, by));
    },
    () => divideMagnitudes(cpu, { high, low, by }, quotient, remainder),
  );
  setQuotient(cpu, size, quotient.get(), remainder.get());
};

/** Signed, with a dividend of more than 64 bits: by magnitudes, the signs put on afterwards. */
function divideMagnitudes(
  cpu: Cpu,
  { high, low, by }: { high: Value; low: Value; by: Value },
  quotient: { set(value: Value): void },
  remainder: { set(value: Value): void },
): void {
  const negated = (value: Value, sign: Value) => cpu.sub(cpu.xor(value, sign), sign);
  const sign = cpu.let(cpu.shrS(high, cpu.i64(63)));
  const bySign = cpu.let(cpu.shrS(by, cpu.i64(63)));
  const lower = cpu.let(negated(low, sign));
  const borrow = cpu.and(cpu.ne(low, cpu.i64(0)), cpu.ne(sign, cpu.i64(0)));
  const upper = cpu.let(cpu.sub(cpu.select(cpu.eqz(sign), high, cpu.sub(cpu.i64(0), high)), cpu.extendU(borrow)));
  const divisor = cpu.let(negated(by, bySign));
  cpu.raiseWhen(cpu.geU(upper, divisor), VECTOR.divideError);
  const found = divideWide(cpu, upper, lower, divisor);
  const signOfQuotient = cpu.let(cpu.xor(sign, bySign));
  const magnitude = cpu.let(found.quotient);
  // 2^63 is a quotient only below zero.
  const most = cpu.sub(cpu.i64(-MINIMUM - 1n), signOfQuotient);
  cpu.raiseWhen(cpu.gtU(magnitude, most), VECTOR.divideError);
  quotient.set(negated(magnitude, signOfQuotient));
  remainder.set(negated(found.remainder, sign));
}

const wide: X86Traits = { first: 'read', uses: [GPR.RAX, GPR.RDX], flags: 'write' };
const divides: X86Traits = { first: 'read', uses: [GPR.RAX, GPR.RDX], mayTrap: true };

export const multiplication: readonly X86Row[] = [
  instruction('mul',  'F6 /4       | r/m8',            multiply,       wide),
  instruction('mul',  'F7 /4       | r/m*',            multiply,       wide),
  instruction('imul', 'F6 /5       | r/m8',            multiplySigned, wide),
  instruction('imul', 'F7 /5       | r/m*',            multiplySigned, wide),
  instruction('imul', '0F AF /r    | r*, r/m*',        twoOperands,    { flags: 'write' }),
  instruction('imul', '6B /r ib    | r*, r/m*, imm',   threeOperands,  { flags: 'write', first: 'write' }),
  instruction('imul', '69 /r iz    | r*, r/m*, imm',   threeOperands,  { flags: 'write', first: 'write' }),
  instruction('div',  'F6 /6       | r/m8',            divide,         divides),
  instruction('div',  'F7 /6       | r/m*',            divide,         divides),
  instruction('idiv', 'F6 /7       | r/m8',            divideSigned,   divides),
  instruction('idiv', 'F7 /7       | r/m*',            divideSigned,   divides),
];
