/**
 * RV64D, double-precision floating point (unprivileged manual, "RV32/64G Instruction Set Listings", RV32D and RV64D),
 * in the manual's order.
 */
import type { Value } from '../value.ts';
import type { Cpu, IntegerKind, Register } from './cpu.ts';
import { instruction, type RiscvRow, type RiscvTraits } from './row.ts';

const float: RiscvTraits = { float: true };
/** With a rounding-mode field: 5 and 6 are reserved. */
const rounded: RiscvTraits = { float: true, refuses: ({ rm }) => rm === 5 || rm === 6 };

const SIGN = -0x8000_0000_0000_0000n;
/** A double with its sign bit flipped, whatever it is (a NaN keeps its payload). */
const negated = (cpu: Cpu, r: Register) => cpu.reinterpret('f64', cpu.xor(cpu.f(r), cpu.i64(SIGN)));
/** The first operand's magnitude under the sign bit of `sign`. */
const withSign = (cpu: Cpu, r: Register, sign: Value) =>
  cpu.or(cpu.and(cpu.f(r), cpu.i64(~SIGN)), cpu.and(sign, cpu.i64(SIGN)));

type Convert = { rm: Value };
const toInteger = (kind: IntegerKind) => (cpu: Cpu, { rd, fs1, rm }: Convert & { rd: Register; fs1: Register }) =>
  cpu.setX(rd, cpu.float.toInteger(rm, cpu.d(fs1), kind));
const fromInteger = (kind: IntegerKind) => (cpu: Cpu, { fd, rs1, rm }: Convert & { fd: Register; rs1: Register }) =>
  cpu.setD(fd, cpu.float.fromInteger(rm, cpu.x(rs1), kind, 'f64'));

// prettier-ignore
export const rv64d: readonly RiscvRow[] = [
  instruction('fld', 'imm[11:0] rs1 011 fd 0000111', (cpu, { fd, rs1, imm }) => cpu.setD(fd, cpu.loadF64(cpu.add(cpu.x(rs1), imm))), float),
  instruction('fsd', 'imm[11:5] fs2 rs1 011 imm[4:0] 0100111', (cpu, { fs2, rs1, imm }) => cpu.write(cpu.add(cpu.x(rs1), imm), 8, cpu.f(fs2)), float),
  instruction('fmadd.d', 'fs3 01 fs2 fs1 rm fd 1000011', (cpu, { fd, fs1, fs2, fs3, rm }) => cpu.setD(fd, cpu.float.fma(rm, cpu.d(fs1), cpu.d(fs2), cpu.d(fs3))), rounded),
  instruction('fmsub.d', 'fs3 01 fs2 fs1 rm fd 1000111', (cpu, { fd, fs1, fs2, fs3, rm }) => cpu.setD(fd, cpu.float.fma(rm, cpu.d(fs1), cpu.d(fs2), negated(cpu, fs3))), rounded),
  instruction('fnmsub.d', 'fs3 01 fs2 fs1 rm fd 1001011', (cpu, { fd, fs1, fs2, fs3, rm }) => cpu.setD(fd, cpu.float.fma(rm, negated(cpu, fs1), cpu.d(fs2), cpu.d(fs3))), rounded),
  instruction('fnmadd.d', 'fs3 01 fs2 fs1 rm fd 1001111', (cpu, { fd, fs1, fs2, fs3, rm }) => cpu.setD(fd, cpu.float.fma(rm, negated(cpu, fs1), cpu.d(fs2), negated(cpu, fs3))), rounded),
  instruction('fadd.d', '0000001 fs2 fs1 rm fd 1010011', (cpu, { fd, fs1, fs2, rm }) => cpu.setD(fd, cpu.float.add(rm, cpu.d(fs1), cpu.d(fs2))), rounded),
  instruction('fsub.d', '0000101 fs2 fs1 rm fd 1010011', (cpu, { fd, fs1, fs2, rm }) => cpu.setD(fd, cpu.float.sub(rm, cpu.d(fs1), cpu.d(fs2))), rounded),
  instruction('fmul.d', '0001001 fs2 fs1 rm fd 1010011', (cpu, { fd, fs1, fs2, rm }) => cpu.setD(fd, cpu.float.mul(rm, cpu.d(fs1), cpu.d(fs2))), rounded),
  instruction('fdiv.d', '0001101 fs2 fs1 rm fd 1010011', (cpu, { fd, fs1, fs2, rm }) => cpu.setD(fd, cpu.float.div(rm, cpu.d(fs1), cpu.d(fs2))), rounded),
  instruction('fsqrt.d', '0101101 00000 fs1 rm fd 1010011', (cpu, { fd, fs1, rm }) => cpu.setD(fd, cpu.float.sqrt(rm, cpu.d(fs1))), rounded),
  instruction('fsgnj.d', '0010001 fs2 fs1 000 fd 1010011', (cpu, { fd, fs1, fs2 }) => cpu.setF(fd, withSign(cpu, fs1, cpu.f(fs2))), float),
  instruction('fsgnjn.d', '0010001 fs2 fs1 001 fd 1010011', (cpu, { fd, fs1, fs2 }) => cpu.setF(fd, withSign(cpu, fs1, cpu.not(cpu.f(fs2)))), float),
  instruction('fsgnjx.d', '0010001 fs2 fs1 010 fd 1010011', (cpu, { fd, fs1, fs2 }) => cpu.setF(fd, cpu.xor(cpu.f(fs1), cpu.and(cpu.f(fs2), cpu.i64(SIGN)))), float),
  instruction('fmin.d', '0010101 fs2 fs1 000 fd 1010011', (cpu, { fd, fs1, fs2 }) => cpu.setD(fd, cpu.float.min(cpu.d(fs1), cpu.d(fs2))), float),
  instruction('fmax.d', '0010101 fs2 fs1 001 fd 1010011', (cpu, { fd, fs1, fs2 }) => cpu.setD(fd, cpu.float.max(cpu.d(fs1), cpu.d(fs2))), float),
  instruction('fcvt.s.d', '0100000 00001 fs1 rm fd 1010011', (cpu, { fd, fs1, rm }) => cpu.setS(fd, cpu.float.convert(rm, cpu.d(fs1), 'f32')), rounded),
  instruction('fcvt.d.s', '0100001 00000 fs1 rm fd 1010011', (cpu, { fd, fs1, rm }) => cpu.setD(fd, cpu.float.convert(rm, cpu.s(fs1), 'f64')), rounded),
  instruction('feq.d', '1010001 fs2 fs1 010 rd 1010011', (cpu, { rd, fs1, fs2 }) => cpu.setX(rd, cpu.extendU(cpu.float.eq(cpu.d(fs1), cpu.d(fs2)))), float),
  instruction('flt.d', '1010001 fs2 fs1 001 rd 1010011', (cpu, { rd, fs1, fs2 }) => cpu.setX(rd, cpu.extendU(cpu.float.lt(cpu.d(fs1), cpu.d(fs2)))), float),
  instruction('fle.d', '1010001 fs2 fs1 000 rd 1010011', (cpu, { rd, fs1, fs2 }) => cpu.setX(rd, cpu.extendU(cpu.float.le(cpu.d(fs1), cpu.d(fs2)))), float),
  instruction('fclass.d', '1110001 00000 fs1 001 rd 1010011', (cpu, { rd, fs1 }) => cpu.setX(rd, cpu.float.classify(cpu.d(fs1))), float),
  instruction('fcvt.w.d', '1100001 00000 fs1 rm rd 1010011', toInteger('i32'), rounded),
  instruction('fcvt.wu.d', '1100001 00001 fs1 rm rd 1010011', toInteger('u32'), rounded),
  instruction('fcvt.d.w', '1101001 00000 rs1 rm fd 1010011', fromInteger('i32'), rounded),
  instruction('fcvt.d.wu', '1101001 00001 rs1 rm fd 1010011', fromInteger('u32'), rounded),

  // RV64D
  instruction('fcvt.l.d', '1100001 00010 fs1 rm rd 1010011', toInteger('i64'), rounded),
  instruction('fcvt.lu.d', '1100001 00011 fs1 rm rd 1010011', toInteger('u64'), rounded),
  instruction('fmv.x.d', '1110001 00000 fs1 000 rd 1010011', (cpu, { rd, fs1 }) => cpu.setX(rd, cpu.f(fs1)), float),
  instruction('fcvt.d.l', '1101001 00010 rs1 rm fd 1010011', fromInteger('i64'), rounded),
  instruction('fcvt.d.lu', '1101001 00011 rs1 rm fd 1010011', fromInteger('u64'), rounded),
  instruction('fmv.d.x', '1111001 00000 rs1 000 fd 1010011', (cpu, { fd, rs1 }) => cpu.setF(fd, cpu.x(rs1)), float),
];
