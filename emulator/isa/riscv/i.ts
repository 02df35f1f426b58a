/** RV32I and RV64I, in the order of the unprivileged manual's "RV32/64G Instruction Set Listings". */
import type { Value } from '../value.ts';
import type { Cpu } from './cpu.ts';
import { instruction, type RiscvRow, type RiscvTraits } from './row.ts';

const ends: RiscvTraits = { ends: true };
/** The integer registers that the calling convention returns by: x1, and x5 for the helpers of compressed code. */
const isLink = (register: number | undefined) => register === 1 || register === 5;
const branch: RiscvTraits = { ends: true, flow: ({ imm = 0 }) => ({ kind: 'branch', by: imm }) };
const jump: RiscvTraits = { ends: true, flow: ({ imm = 0, rd }) => ({ kind: 'jump', by: imm, links: rd !== 0 }) };
const indirect: RiscvTraits = {
  ends: true,
  flow: ({ rd, rs1 }) => ({ kind: 'indirect', links: rd !== 0, returns: rd === 0 && isLink(rs1) }),
};
const flag = (cpu: Cpu, condition: Value): Value => cpu.extendU(condition);
const low5 = (cpu: Cpu, value: Value): Value => cpu.and(cpu.wrap(value), cpu.i32(31));
/** A 32-bit operation's result: the low 32 bits sign-extended. */
const word = (cpu: Cpu, value: Value): Value => cpu.extendS(value);

export const rv64i: readonly RiscvRow[] = [
  instruction('lui',    'imm[31:12] rd 0110111',                            (cpu, { rd, imm }) => cpu.setX(rd, imm)),
  instruction('auipc',  'imm[31:12] rd 0010111',                            (cpu, { rd, imm }) => cpu.setX(rd, cpu.add(cpu.pc(), imm))),
  instruction('jal',    'imm[20|10:1|11|19:12] rd 1101111',                 (cpu, { rd, imm }) => cpu.jumpAndLink(rd, imm), jump),
  instruction('jalr',   'imm[11:0] rs1 000 rd 1100111',                     (cpu, { rd, rs1, imm }) => cpu.jumpToAndLink(rd, cpu.and(cpu.add(cpu.x(rs1), imm), cpu.i64(-2))), indirect),
  instruction('beq',    'imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011',     (cpu, { rs1, rs2, imm }) => cpu.branch(cpu.eq(cpu.x(rs1), cpu.x(rs2)), imm), branch),
  instruction('bne',    'imm[12|10:5] rs2 rs1 001 imm[4:1|11] 1100011',     (cpu, { rs1, rs2, imm }) => cpu.branch(cpu.ne(cpu.x(rs1), cpu.x(rs2)), imm), branch),
  instruction('blt',    'imm[12|10:5] rs2 rs1 100 imm[4:1|11] 1100011',     (cpu, { rs1, rs2, imm }) => cpu.branch(cpu.ltS(cpu.x(rs1), cpu.x(rs2)), imm), branch),
  instruction('bge',    'imm[12|10:5] rs2 rs1 101 imm[4:1|11] 1100011',     (cpu, { rs1, rs2, imm }) => cpu.branch(cpu.geS(cpu.x(rs1), cpu.x(rs2)), imm), branch),
  instruction('bltu',   'imm[12|10:5] rs2 rs1 110 imm[4:1|11] 1100011',     (cpu, { rs1, rs2, imm }) => cpu.branch(cpu.ltU(cpu.x(rs1), cpu.x(rs2)), imm), branch),
  instruction('bgeu',   'imm[12|10:5] rs2 rs1 111 imm[4:1|11] 1100011',     (cpu, { rs1, rs2, imm }) => cpu.branch(cpu.geU(cpu.x(rs1), cpu.x(rs2)), imm), branch),
  instruction('lb',     'imm[11:0] rs1 000 rd 0000011',                     (cpu, { rd, rs1, imm }) => cpu.setX(rd, cpu.read(cpu.add(cpu.x(rs1), imm), 1, true))),
  instruction('lh',     'imm[11:0] rs1 001 rd 0000011',                     (cpu, { rd, rs1, imm }) => cpu.setX(rd, cpu.read(cpu.add(cpu.x(rs1), imm), 2, true))),
  instruction('lw',     'imm[11:0] rs1 010 rd 0000011',                     (cpu, { rd, rs1, imm }) => cpu.setX(rd, cpu.read(cpu.add(cpu.x(rs1), imm), 4, true))),
  instruction('lbu',    'imm[11:0] rs1 100 rd 0000011',                     (cpu, { rd, rs1, imm }) => cpu.setX(rd, cpu.read(cpu.add(cpu.x(rs1), imm), 1, false))),
  instruction('lhu',    'imm[11:0] rs1 101 rd 0000011',                     (cpu, { rd, rs1, imm }) => cpu.setX(rd, cpu.read(cpu.add(cpu.x(rs1), imm), 2, false))),
  instruction('sb',     'imm[11:5] rs2 rs1 000 imm[4:0] 0100011',           (cpu, { rs1, rs2, imm }) => cpu.write(cpu.add(cpu.x(rs1), imm), 1, cpu.x(rs2))),
  instruction('sh',     'imm[11:5] rs2 rs1 001 imm[4:0] 0100011',           (cpu, { rs1, rs2, imm }) => cpu.write(cpu.add(cpu.x(rs1), imm), 2, cpu.x(rs2))),
  instruction('sw',     'imm[11:5] rs2 rs1 010 imm[4:0] 0100011',           (cpu, { rs1, rs2, imm }) => cpu.write(cpu.add(cpu.x(rs1), imm), 4, cpu.x(rs2))),
  instruction('addi',   'imm[11:0] rs1 000 rd 0010011',                     (cpu, { rd, rs1, imm }) => cpu.setX(rd, cpu.add(cpu.x(rs1), imm))),
  instruction('slti',   'imm[11:0] rs1 010 rd 0010011',                     (cpu, { rd, rs1, imm }) => cpu.setX(rd, flag(cpu, cpu.ltS(cpu.x(rs1), imm)))),
  instruction('sltiu',  'imm[11:0] rs1 011 rd 0010011',                     (cpu, { rd, rs1, imm }) => cpu.setX(rd, flag(cpu, cpu.ltU(cpu.x(rs1), imm)))),
  instruction('xori',   'imm[11:0] rs1 100 rd 0010011',                     (cpu, { rd, rs1, imm }) => cpu.setX(rd, cpu.xor(cpu.x(rs1), imm))),
  instruction('ori',    'imm[11:0] rs1 110 rd 0010011',                     (cpu, { rd, rs1, imm }) => cpu.setX(rd, cpu.or(cpu.x(rs1), imm))),
  instruction('andi',   'imm[11:0] rs1 111 rd 0010011',                     (cpu, { rd, rs1, imm }) => cpu.setX(rd, cpu.and(cpu.x(rs1), imm))),
  instruction('add',    '0000000 rs2 rs1 000 rd 0110011',                   (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.add(cpu.x(rs1), cpu.x(rs2)))),
  instruction('sub',    '0100000 rs2 rs1 000 rd 0110011',                   (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.sub(cpu.x(rs1), cpu.x(rs2)))),
  instruction('sll',    '0000000 rs2 rs1 001 rd 0110011',                   (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.shl(cpu.x(rs1), cpu.x(rs2)))),
  instruction('slt',    '0000000 rs2 rs1 010 rd 0110011',                   (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, flag(cpu, cpu.ltS(cpu.x(rs1), cpu.x(rs2))))),
  instruction('sltu',   '0000000 rs2 rs1 011 rd 0110011',                   (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, flag(cpu, cpu.ltU(cpu.x(rs1), cpu.x(rs2))))),
  instruction('xor',    '0000000 rs2 rs1 100 rd 0110011',                   (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.xor(cpu.x(rs1), cpu.x(rs2)))),
  instruction('srl',    '0000000 rs2 rs1 101 rd 0110011',                   (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.shrU(cpu.x(rs1), cpu.x(rs2)))),
  instruction('sra',    '0100000 rs2 rs1 101 rd 0110011',                   (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.shrS(cpu.x(rs1), cpu.x(rs2)))),
  instruction('or',     '0000000 rs2 rs1 110 rd 0110011',                   (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.or(cpu.x(rs1), cpu.x(rs2)))),
  instruction('and',    '0000000 rs2 rs1 111 rd 0110011',                   (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.and(cpu.x(rs1), cpu.x(rs2)))),
  instruction('fence',  'fm pred succ rs1 000 rd 0001111',                  (cpu, { pred, succ }) => cpu.order(pred, succ)),
  instruction('ecall',  '00000000000000000000000001110011',                 (cpu) => cpu.system('ecall'), ends),
  instruction('ebreak', '00000000000100000000000001110011',                 (cpu) => cpu.system('ebreak'), ends),

  instruction('lwu',    'imm[11:0] rs1 110 rd 0000011',                     (cpu, { rd, rs1, imm }) => cpu.setX(rd, cpu.read(cpu.add(cpu.x(rs1), imm), 4, false))),
  instruction('ld',     'imm[11:0] rs1 011 rd 0000011',                     (cpu, { rd, rs1, imm }) => cpu.setX(rd, cpu.read(cpu.add(cpu.x(rs1), imm), 8, false))),
  instruction('sd',     'imm[11:5] rs2 rs1 011 imm[4:0] 0100011',           (cpu, { rs1, rs2, imm }) => cpu.write(cpu.add(cpu.x(rs1), imm), 8, cpu.x(rs2))),
  instruction('slli',   '000000 shamt rs1 001 rd 0010011',                  (cpu, { rd, rs1, shamt }) => cpu.setX(rd, cpu.shl(cpu.x(rs1), shamt))),
  instruction('srli',   '000000 shamt rs1 101 rd 0010011',                  (cpu, { rd, rs1, shamt }) => cpu.setX(rd, cpu.shrU(cpu.x(rs1), shamt))),
  instruction('srai',   '010000 shamt rs1 101 rd 0010011',                  (cpu, { rd, rs1, shamt }) => cpu.setX(rd, cpu.shrS(cpu.x(rs1), shamt))),
  instruction('addiw',  'imm[11:0] rs1 000 rd 0011011',                     (cpu, { rd, rs1, imm }) => cpu.setX(rd, cpu.extend32S(cpu.add(cpu.x(rs1), imm)))),
  instruction('slliw',  '0000000 shamt5 rs1 001 rd 0011011',                (cpu, { rd, rs1, shamt }) => cpu.setX(rd, cpu.extend32S(cpu.shl(cpu.x(rs1), shamt)))),
  instruction('srliw',  '0000000 shamt5 rs1 101 rd 0011011',                (cpu, { rd, rs1, shamt }) => cpu.setX(rd, word(cpu, cpu.shrU(cpu.wrap(cpu.x(rs1)), cpu.wrap(shamt))))),
  instruction('sraiw',  '0100000 shamt5 rs1 101 rd 0011011',                (cpu, { rd, rs1, shamt }) => cpu.setX(rd, word(cpu, cpu.shrS(cpu.wrap(cpu.x(rs1)), cpu.wrap(shamt))))),
  instruction('addw',   '0000000 rs2 rs1 000 rd 0111011',                   (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.extend32S(cpu.add(cpu.x(rs1), cpu.x(rs2))))),
  instruction('subw',   '0100000 rs2 rs1 000 rd 0111011',                   (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, cpu.extend32S(cpu.sub(cpu.x(rs1), cpu.x(rs2))))),
  instruction('sllw',   '0000000 rs2 rs1 001 rd 0111011',                   (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, word(cpu, cpu.shl(cpu.wrap(cpu.x(rs1)), low5(cpu, cpu.x(rs2)))))),
  instruction('srlw',   '0000000 rs2 rs1 101 rd 0111011',                   (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, word(cpu, cpu.shrU(cpu.wrap(cpu.x(rs1)), low5(cpu, cpu.x(rs2)))))),
  instruction('sraw',   '0100000 rs2 rs1 101 rd 0111011',                   (cpu, { rd, rs1, rs2 }) => cpu.setX(rd, word(cpu, cpu.shrS(cpu.wrap(cpu.x(rs1)), low5(cpu, cpu.x(rs2)))))),
];
