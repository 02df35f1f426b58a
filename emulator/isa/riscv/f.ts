/**
 * RV64F, single-precision floating point (unprivileged manual, "RV32/64G Instruction Set Listings", RV32F and RV64F),
 * in the manual's order. Arithmetic is `cpu.float`; here is only which operands meet which operation.
 */
import type { Value } from '../value.ts';
import type { Cpu, IntegerKind, Register } from './cpu.ts';
import { instruction, type RiscvRow, type RiscvTraits } from './row.ts';

const float: RiscvTraits = { float: true };
/** With a rounding-mode field: 5 and 6 are reserved. */
const rounded: RiscvTraits = { float: true, refuses: ({ rm }) => rm === 5 || rm === 6 };

const SIGN = 0x8000_0000 | 0;
/** Bits of a single as i32; one that is not NaN-boxed reads as the canonical NaN. */
const bits = (cpu: Cpu, r: Register) => cpu.reinterpret('i32', cpu.s(r));
const setBits = (cpu: Cpu, r: Register, value: Value) => cpu.setS(r, cpu.reinterpret('f32', value));
/** A single with its sign bit flipped, whatever it is (a NaN keeps its payload). */
const negated = (cpu: Cpu, r: Register) => cpu.reinterpret('f32', cpu.xor(bits(cpu, r), cpu.i32(SIGN)));

/** The first operand's magnitude under the sign bit of `sign`. */
const withSign = (cpu: Cpu, r: Register, sign: Value) =>
  cpu.or(cpu.and(bits(cpu, r), cpu.i32(~SIGN)), cpu.and(sign, cpu.i32(SIGN)));

type Convert = { rm: Value };
const toInteger = (kind: IntegerKind) => (cpu: Cpu, { rd, fs1, rm }: Convert & { rd: Register; fs1: Register }) =>
  cpu.setX(rd, cpu.float.toInteger(rm, cpu.s(fs1), kind));
const fromInteger = (kind: IntegerKind) => (cpu: Cpu, { fd, rs1, rm }: Convert & { fd: Register; rs1: Register }) =>
  cpu.setS(fd, cpu.float.fromInteger(rm, cpu.x(rs1), kind, 'f32'));

// prettier-ignore
export const rv64f: readonly RiscvRow[] = [
  instruction('flw', 'imm[11:0] rs1 010 fd 0000111', (cpu, { fd, rs1, imm }) => cpu.setS(fd, cpu.loadF32(cpu.add(cpu.x(rs1), imm))), float),
  instruction('fsw', 'imm[11:5] fs2 rs1 010 imm[4:0] 0100111', (cpu, { fs2, rs1, imm }) => cpu.write(cpu.add(cpu.x(rs1), imm), 4, cpu.f(fs2)), float),
  instruction('fmadd.s', 'fs3 00 fs2 fs1 rm fd 1000011', (cpu, { fd, fs1, fs2, fs3, rm }) => cpu.setS(fd, cpu.float.fma(rm, cpu.s(fs1), cpu.s(fs2), cpu.s(fs3))), rounded),
  instruction('fmsub.s', 'fs3 00 fs2 fs1 rm fd 1000111', (cpu, { fd, fs1, fs2, fs3, rm }) => cpu.setS(fd, cpu.float.fma(rm, cpu.s(fs1), cpu.s(fs2), negated(cpu, fs3))), rounded),
  instruction('fnmsub.s', 'fs3 00 fs2 fs1 rm fd 1001011', (cpu, { fd, fs1, fs2, fs3, rm }) => cpu.setS(fd, cpu.float.fma(rm, negated(cpu, fs1), cpu.s(fs2), cpu.s(fs3))), rounded),
  instruction('fnmadd.s', 'fs3 00 fs2 fs1 rm fd 1001111', (cpu, { fd, fs1, fs2, fs3, rm }) => cpu.setS(fd, cpu.float.fma(rm, negated(cpu, fs1), cpu.s(fs2), negated(cpu, fs3))), rounded),
  instruction('fadd.s', '0000000 fs2 fs1 rm fd 1010011', (cpu, { fd, fs1, fs2, rm }) => cpu.setS(fd, cpu.float.add(rm, cpu.s(fs1), cpu.s(fs2))), rounded),
  instruction('fsub.s', '0000100 fs2 fs1 rm fd 1010011', (cpu, { fd, fs1, fs2, rm }) => cpu.setS(fd, cpu.float.sub(rm, cpu.s(fs1), cpu.s(fs2))), rounded),
  instruction('fmul.s', '0001000 fs2 fs1 rm fd 1010011', (cpu, { fd, fs1, fs2, rm }) => cpu.setS(fd, cpu.float.mul(rm, cpu.s(fs1), cpu.s(fs2))), rounded),
  instruction('fdiv.s', '0001100 fs2 fs1 rm fd 1010011', (cpu, { fd, fs1, fs2, rm }) => cpu.setS(fd, cpu.float.div(rm, cpu.s(fs1), cpu.s(fs2))), rounded),
  instruction('fsqrt.s', '0101100 00000 fs1 rm fd 1010011', (cpu, { fd, fs1, rm }) => cpu.setS(fd, cpu.float.sqrt(rm, cpu.s(fs1))), rounded),
  instruction('fsgnj.s', '0010000 fs2 fs1 000 fd 1010011', (cpu, { fd, fs1, fs2 }) => setBits(cpu, fd, withSign(cpu, fs1, bits(cpu, fs2))), float),
  instruction('fsgnjn.s', '0010000 fs2 fs1 001 fd 1010011', (cpu, { fd, fs1, fs2 }) => setBits(cpu, fd, withSign(cpu, fs1, cpu.not(bits(cpu, fs2)))), float),
  instruction('fsgnjx.s', '0010000 fs2 fs1 010 fd 1010011', (cpu, { fd, fs1, fs2 }) => setBits(cpu, fd, cpu.xor(bits(cpu, fs1), cpu.and(bits(cpu, fs2), cpu.i32(SIGN)))), float),
  instruction('fmin.s', '0010100 fs2 fs1 000 fd 1010011', (cpu, { fd, fs1, fs2 }) => cpu.setS(fd, cpu.float.min(cpu.s(fs1), cpu.s(fs2))), float),
  instruction('fmax.s', '0010100 fs2 fs1 001 fd 1010011', (cpu, { fd, fs1, fs2 }) => cpu.setS(fd, cpu.float.max(cpu.s(fs1), cpu.s(fs2))), float),
  instruction('fcvt.w.s', '1100000 00000 fs1 rm rd 1010011', toInteger('i32'), rounded),
  instruction('fcvt.wu.s', '1100000 00001 fs1 rm rd 1010011', toInteger('u32'), rounded),
  instruction('fmv.x.w', '1110000 00000 fs1 000 rd 1010011', (cpu, { rd, fs1 }) => cpu.setX(rd, cpu.extend32S(cpu.f(fs1))), float),
  instruction('feq.s', '1010000 fs2 fs1 010 rd 1010011', (cpu, { rd, fs1, fs2 }) => cpu.setX(rd, cpu.extendU(cpu.float.eq(cpu.s(fs1), cpu.s(fs2)))), float),
  instruction('flt.s', '1010000 fs2 fs1 001 rd 1010011', (cpu, { rd, fs1, fs2 }) => cpu.setX(rd, cpu.extendU(cpu.float.lt(cpu.s(fs1), cpu.s(fs2)))), float),
  instruction('fle.s', '1010000 fs2 fs1 000 rd 1010011', (cpu, { rd, fs1, fs2 }) => cpu.setX(rd, cpu.extendU(cpu.float.le(cpu.s(fs1), cpu.s(fs2)))), float),
  instruction('fclass.s', '1110000 00000 fs1 001 rd 1010011', (cpu, { rd, fs1 }) => cpu.setX(rd, cpu.float.classify(cpu.s(fs1))), float),
  instruction('fcvt.s.w', '1101000 00000 rs1 rm fd 1010011', fromInteger('i32'), rounded),
  instruction('fcvt.s.wu', '1101000 00001 rs1 rm fd 1010011', fromInteger('u32'), rounded),
  instruction('fmv.w.x', '1111000 00000 rs1 000 fd 1010011', (cpu, { fd, rs1 }) => cpu.setF(fd, cpu.or(cpu.x(rs1), cpu.i64(-0x1_0000_0000n))), float),

  // RV64F
  instruction('fcvt.l.s', '1100000 00010 fs1 rm rd 1010011', toInteger('i64'), rounded),
  instruction('fcvt.lu.s', '1100000 00011 fs1 rm rd 1010011', toInteger('u64'), rounded),
  instruction('fcvt.s.l', '1101000 00010 rs1 rm fd 1010011', fromInteger('i64'), rounded),
  instruction('fcvt.s.lu', '1101000 00011 rs1 rm fd 1010011', fromInteger('u64'), rounded),
];
