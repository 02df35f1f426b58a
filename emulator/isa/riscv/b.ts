/** Zba, Zbb and Zbs, unprivileged manual, chapter "B Extension for Bit Manipulation". */
import type { Value } from '../value.ts';
import type { Cpu } from './cpu.ts';
import { instruction, type RiscvRow } from './row.ts';

const low5 = (cpu: Cpu, value: Value): Value => cpu.and(cpu.wrap(value), cpu.i32(31));
const bit = (cpu: Cpu, index: Value): Value => cpu.shl(cpu.i64(1), index);
/** The smaller or larger of two registers: `first` says whether a wins. */
const pick = (cpu: Cpu, a: Value, b: Value, first: 'ltS' | 'ltU' | 'gtS' | 'gtU'): Value => {
  const x = cpu.let(a), y = cpu.let(b);
  return cpu.select(cpu[first](x, y), x, y);
};
/** orc.b: each byte all ones if any of its bits is set. */
const orCombine = (cpu: Cpu, value: Value): Value => {
  const sevens = cpu.i64(0x7f7f7f7f7f7f7f7fn);
  const v = cpu.let(value);
  // Bit 7 of each byte of `any` tells whether the byte is not zero; no carry crosses bytes.
  const any = cpu.let(cpu.and(cpu.or(cpu.add(cpu.and(v, sevens), sevens), v), cpu.not(sevens)));
  return cpu.or(any, cpu.sub(any, cpu.shrU(any, cpu.i64(7))));
};
/** rev8: byte order reversed, by swapping halves of doubling size. */
const reverseBytes = (cpu: Cpu, value: Value): Value => {
  const v = cpu.let(value);
  const bytes = cpu.i64(0x00ff00ff00ff00ffn), n8 = cpu.i64(8);
  const swapped = cpu.let(cpu.or(cpu.and(cpu.shrU(v, n8), bytes), cpu.shl(cpu.and(v, bytes), n8)));
  const halves = cpu.i64(0x0000ffff0000ffffn), n16 = cpu.i64(16);
  return cpu.rotl(cpu.or(cpu.and(cpu.shrU(swapped, n16), halves), cpu.shl(cpu.and(swapped, halves), n16)), cpu.i64(32));
};

export const zba: readonly RiscvRow[] = [
  instruction('add.uw',    '0000100 rs2 rs1 000 rd 0111011', (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.add(cpu.x(rs2), cpu.zero32(cpu.x(rs1))))),
  instruction('sh1add',    '0010000 rs2 rs1 010 rd 0110011', (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.add(cpu.x(rs2), cpu.shl(cpu.x(rs1), cpu.i64(1))))),
  instruction('sh1add.uw', '0010000 rs2 rs1 010 rd 0111011', (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.add(cpu.x(rs2), cpu.shl(cpu.zero32(cpu.x(rs1)), cpu.i64(1))))),
  instruction('sh2add',    '0010000 rs2 rs1 100 rd 0110011', (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.add(cpu.x(rs2), cpu.shl(cpu.x(rs1), cpu.i64(2))))),
  instruction('sh2add.uw', '0010000 rs2 rs1 100 rd 0111011', (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.add(cpu.x(rs2), cpu.shl(cpu.zero32(cpu.x(rs1)), cpu.i64(2))))),
  instruction('sh3add',    '0010000 rs2 rs1 110 rd 0110011', (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.add(cpu.x(rs2), cpu.shl(cpu.x(rs1), cpu.i64(3))))),
  instruction('sh3add.uw', '0010000 rs2 rs1 110 rd 0111011', (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.add(cpu.x(rs2), cpu.shl(cpu.zero32(cpu.x(rs1)), cpu.i64(3))))),
  instruction('slli.uw',   '000010 shamt rs1 001 rd 0011011', (cpu, { rd, rs1, shamt }) => cpu.setX(rd, cpu.shl(cpu.zero32(cpu.x(rs1)), shamt))),
];

export const zbb: readonly RiscvRow[] = [
  instruction('andn',   '0100000 rs2 rs1 111 rd 0110011',  (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.and(cpu.x(rs1), cpu.not(cpu.x(rs2))))),
  instruction('orn',    '0100000 rs2 rs1 110 rd 0110011',  (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.or(cpu.x(rs1), cpu.not(cpu.x(rs2))))),
  instruction('xnor',   '0100000 rs2 rs1 100 rd 0110011',  (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.not(cpu.xor(cpu.x(rs1), cpu.x(rs2))))),
  instruction('clz',    '011000000000 rs1 001 rd 0010011', (cpu, { rd, rs1 }) => cpu.setX(rd, cpu.clz(cpu.x(rs1)))),
  instruction('clzw',   '011000000000 rs1 001 rd 0011011', (cpu, { rd, rs1 }) => cpu.setX(rd, cpu.extendU(cpu.clz(cpu.wrap(cpu.x(rs1)))))),
  instruction('ctz',    '011000000001 rs1 001 rd 0010011', (cpu, { rd, rs1 }) => cpu.setX(rd, cpu.ctz(cpu.x(rs1)))),
  instruction('ctzw',   '011000000001 rs1 001 rd 0011011', (cpu, { rd, rs1 }) => cpu.setX(rd, cpu.extendU(cpu.ctz(cpu.wrap(cpu.x(rs1)))))),
  instruction('cpop',   '011000000010 rs1 001 rd 0010011', (cpu, { rd, rs1 }) => cpu.setX(rd, cpu.popcnt(cpu.x(rs1)))),
  instruction('cpopw',  '011000000010 rs1 001 rd 0011011', (cpu, { rd, rs1 }) => cpu.setX(rd, cpu.popcnt(cpu.zero32(cpu.x(rs1))))),
  instruction('max',    '0000101 rs2 rs1 110 rd 0110011',  (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, pick(cpu, cpu.x(rs1), cpu.x(rs2), 'gtS'))),
  instruction('maxu',   '0000101 rs2 rs1 111 rd 0110011',  (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, pick(cpu, cpu.x(rs1), cpu.x(rs2), 'gtU'))),
  instruction('min',    '0000101 rs2 rs1 100 rd 0110011',  (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, pick(cpu, cpu.x(rs1), cpu.x(rs2), 'ltS'))),
  instruction('minu',   '0000101 rs2 rs1 101 rd 0110011',  (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, pick(cpu, cpu.x(rs1), cpu.x(rs2), 'ltU'))),
  instruction('sext.b', '011000000100 rs1 001 rd 0010011', (cpu, { rd, rs1 }) => cpu.setX(rd, cpu.extend8S(cpu.x(rs1)))),
  instruction('sext.h', '011000000101 rs1 001 rd 0010011', (cpu, { rd, rs1 }) => cpu.setX(rd, cpu.extend16S(cpu.x(rs1)))),
  instruction('zext.h', '000010000000 rs1 100 rd 0111011', (cpu, { rd, rs1 }) => cpu.setX(rd, cpu.and(cpu.x(rs1), cpu.i64(0xffff)))),
  instruction('rol',    '0110000 rs2 rs1 001 rd 0110011',  (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.rotl(cpu.x(rs1), cpu.x(rs2)))),
  instruction('rolw',   '0110000 rs2 rs1 001 rd 0111011',  (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.extendS(cpu.rotl(cpu.wrap(cpu.x(rs1)), low5(cpu, cpu.x(rs2)))))),
  instruction('ror',    '0110000 rs2 rs1 101 rd 0110011',  (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.rotr(cpu.x(rs1), cpu.x(rs2)))),
  instruction('rori',   '011000 shamt rs1 101 rd 0010011', (cpu, { rd, rs1, shamt }) => cpu.setX(rd, cpu.rotr(cpu.x(rs1), shamt))),
  instruction('roriw',  '0110000 shamt5 rs1 101 rd 0011011', (cpu, { rd, rs1, shamt }) => cpu.setX(rd, cpu.extendS(cpu.rotr(cpu.wrap(cpu.x(rs1)), cpu.wrap(shamt))))),
  instruction('rorw',   '0110000 rs2 rs1 101 rd 0111011',  (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.extendS(cpu.rotr(cpu.wrap(cpu.x(rs1)), low5(cpu, cpu.x(rs2)))))),
  instruction('orc.b',  '001010000111 rs1 101 rd 0010011', (cpu, { rd, rs1 }) => cpu.setX(rd, orCombine(cpu, cpu.x(rs1)))),
  instruction('rev8',   '011010111000 rs1 101 rd 0010011', (cpu, { rd, rs1 }) => cpu.setX(rd, reverseBytes(cpu, cpu.x(rs1)))),
];

export const zbs: readonly RiscvRow[] = [
  instruction('bclr',  '0100100 rs2 rs1 001 rd 0110011',  (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.and(cpu.x(rs1), cpu.not(bit(cpu, cpu.x(rs2)))))),
  instruction('bclri', '010010 shamt rs1 001 rd 0010011', (cpu, { rd, rs1, shamt }) => cpu.setX(rd, cpu.and(cpu.x(rs1), cpu.not(bit(cpu, shamt))))),
  instruction('bext',  '0100100 rs2 rs1 101 rd 0110011',  (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.and(cpu.shrU(cpu.x(rs1), cpu.x(rs2)), cpu.i64(1)))),
  instruction('bexti', '010010 shamt rs1 101 rd 0010011', (cpu, { rd, rs1, shamt }) => cpu.setX(rd, cpu.and(cpu.shrU(cpu.x(rs1), shamt), cpu.i64(1)))),
  instruction('binv',  '0110100 rs2 rs1 001 rd 0110011',  (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.xor(cpu.x(rs1), bit(cpu, cpu.x(rs2))))),
  instruction('binvi', '011010 shamt rs1 001 rd 0010011', (cpu, { rd, rs1, shamt }) => cpu.setX(rd, cpu.xor(cpu.x(rs1), bit(cpu, shamt)))),
  instruction('bset',  '0010100 rs2 rs1 001 rd 0110011',  (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.or(cpu.x(rs1), bit(cpu, cpu.x(rs2))))),
  instruction('bseti', '001010 shamt rs1 001 rd 0010011', (cpu, { rd, rs1, shamt }) => cpu.setX(rd, cpu.or(cpu.x(rs1), bit(cpu, shamt)))),
];
