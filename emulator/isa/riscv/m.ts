/** RV32M and RV64M, unprivileged manual, chapter "M Extension for Integer Multiplication and Division". */
import type { Value } from '../value.ts';
import type { Cpu } from './cpu.ts';
import { instruction, type RiscvRow } from './row.ts';

/**
 * The upper 64 bits of an unsigned 64 x 64 product by four 32-bit multiplications (WebAssembly has no wide one).
 * Writes into locals, so the result may be used freely.
 */
function mulHighU(cpu: Cpu, a: Value, b: Value): Value {
  const n32 = cpu.i64(32);
  const aLow = cpu.let(cpu.zero32(a));
  const aHigh = cpu.let(cpu.shrU(a, n32));
  const bLow = cpu.let(cpu.zero32(b));
  const bHigh = cpu.let(cpu.shrU(b, n32));
  const middle = cpu.let(cpu.add(cpu.mul(aHigh, bLow), cpu.shrU(cpu.mul(aLow, bLow), n32)));
  const cross = cpu.let(cpu.add(cpu.mul(aLow, bHigh), cpu.zero32(middle)));
  return cpu.add(cpu.add(cpu.mul(aHigh, bHigh), cpu.shrU(middle, n32)), cpu.shrU(cross, n32));
}
/** The correction from an unsigned to a signed upper product: minus `b` where `a` is negative. */
const ifNegative = (cpu: Cpu, a: Value, b: Value): Value => cpu.and(cpu.shrS(a, cpu.i64(63)), b);

/** Division as the manual's table "Semantics for division by zero and division overflow"; `divide` sees safe operands. */
function division(cpu: Cpu, a: Value, b: Value, signed: boolean, remainder: boolean): Value {
  const constant = (n: number) => (a.type === 'i32' ? cpu.i32(n) : cpu.i64(n));
  const dividend = cpu.let(a);
  const divisor = cpu.let(b);
  const result = cpu.variable(remainder ? dividend : constant(-1));
  cpu.when(cpu.eqz(cpu.eqz(divisor)), () => {
    const quotient = () =>
      remainder ? (signed ? cpu.remS(dividend, divisor) : cpu.remU(dividend, divisor))
      : signed ? cpu.divS(dividend, divisor) : cpu.divU(dividend, divisor);
    if (!signed || remainder) return result.set(quotient());
    // The one overflow, most negative / -1, traps in WebAssembly; negating wraps to the required result.
    cpu.when(cpu.eq(divisor, constant(-1)), () => result.set(cpu.sub(constant(0), dividend)), () => result.set(quotient()));
  });
  return result.get();
}
const wide = (cpu: Cpu, a: Value, b: Value, signed: boolean, remainder: boolean) => division(cpu, a, b, signed, remainder);
const narrow = (cpu: Cpu, a: Value, b: Value, signed: boolean, remainder: boolean) =>
  cpu.extendS(division(cpu, cpu.wrap(a), cpu.wrap(b), signed, remainder));

export const rv64m: readonly RiscvRow[] = [
  instruction('mul',    '0000001 rs2 rs1 000 rd 0110011', (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.mul(cpu.x(rs1), cpu.x(rs2)))),
  instruction('mulh',   '0000001 rs2 rs1 001 rd 0110011', (cpu, { rd, rs1, rs2 }) => {
    const a = cpu.let(cpu.x(rs1)), b = cpu.let(cpu.x(rs2));
    cpu.setX(rd, cpu.sub(cpu.sub(mulHighU(cpu, a, b), ifNegative(cpu, a, b)), ifNegative(cpu, b, a)));
  }),
  instruction('mulhsu', '0000001 rs2 rs1 010 rd 0110011', (cpu, { rd, rs1, rs2 }) => {
    const a = cpu.let(cpu.x(rs1)), b = cpu.let(cpu.x(rs2));
    cpu.setX(rd, cpu.sub(mulHighU(cpu, a, b), ifNegative(cpu, a, b)));
  }),
  instruction('mulhu',  '0000001 rs2 rs1 011 rd 0110011', (cpu, { rd, rs1, rs2 }) => {
    const a = cpu.let(cpu.x(rs1)), b = cpu.let(cpu.x(rs2));
    cpu.setX(rd, mulHighU(cpu, a, b));
  }),
  instruction('div',    '0000001 rs2 rs1 100 rd 0110011', (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, wide(cpu, cpu.x(rs1), cpu.x(rs2), true, false))),
  instruction('divu',   '0000001 rs2 rs1 101 rd 0110011', (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, wide(cpu, cpu.x(rs1), cpu.x(rs2), false, false))),
  instruction('rem',    '0000001 rs2 rs1 110 rd 0110011', (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, wide(cpu, cpu.x(rs1), cpu.x(rs2), true, true))),
  instruction('remu',   '0000001 rs2 rs1 111 rd 0110011', (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, wide(cpu, cpu.x(rs1), cpu.x(rs2), false, true))),
  instruction('mulw',   '0000001 rs2 rs1 000 rd 0111011', (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.extend32S(cpu.mul(cpu.x(rs1), cpu.x(rs2))))),
  instruction('divw',   '0000001 rs2 rs1 100 rd 0111011', (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, narrow(cpu, cpu.x(rs1), cpu.x(rs2), true, false))),
  instruction('divuw',  '0000001 rs2 rs1 101 rd 0111011', (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, narrow(cpu, cpu.x(rs1), cpu.x(rs2), false, false))),
  instruction('remw',   '0000001 rs2 rs1 110 rd 0111011', (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, narrow(cpu, cpu.x(rs1), cpu.x(rs2), true, true))),
  instruction('remuw',  '0000001 rs2 rs1 111 rd 0111011', (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, narrow(cpu, cpu.x(rs1), cpu.x(rs2), false, true))),
];
