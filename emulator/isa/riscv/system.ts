/** Zicsr, Zifencei, Zicbom, Zicboz (unprivileged manual) and the privileged manual's rows with Svinval. */
import type { Value } from '../value.ts';
import type { Cpu } from './cpu.ts';
import type { RegionRoutine } from '../../engine/compiler/region-routine.ts';
import { compileCsr } from './privileged/compiled-csr.ts';
import { PRIVILEGE } from './state.ts';
import { instruction, type RiscvRow } from './row.ts';

const ends = { ends: true };

/** xenvcfg.CBZE (privileged manual, section "Machine Environment Configuration"). */
const CBZE = 1 << 7;
const BLOCK = 64;

/** cbo.zero: 64 aligned bytes, so only the first store can fault. */
function zeroBlock(cpu: Cpu, address: Value): void {
  const enabled = (register: string) => cpu.ne(cpu.and(cpu.wrap(cpu.field(register)), cpu.i32(CBZE)), cpu.i32(0));
  const privilege = cpu.let(cpu.field('privilege'));
  const allowed = cpu.or(
    cpu.eq(privilege, cpu.i32(PRIVILEGE.M)),
    cpu.and(enabled('menvcfg'), cpu.or(cpu.eq(privilege, cpu.i32(PRIVILEGE.S)), enabled('senvcfg'))),
  );
  cpu.when(cpu.eqz(allowed), () => cpu.system('illegal'));
  const block = cpu.let(cpu.and(address, cpu.i64(-BLOCK)));
  for (let at = 0; at < BLOCK; at += 8) cpu.write(cpu.add(block, cpu.i64(at)), 8, cpu.i64(0));
}

export const zicsr: readonly RiscvRow[] = [
  instruction('csrrw',  'csr rs1 001 rd 1110011', (cpu, { rd, rs1, csr }) => cpu.csr('write', csr, rd, rs1), ends, (r: RegionRoutine, { rd, rs1, csr }) => compileCsr(r, 'write', csr, rd, rs1)),
  instruction('csrrs',  'csr rs1 010 rd 1110011', (cpu, { rd, rs1, csr }) => cpu.csr('set', csr, rd, rs1), ends, (r: RegionRoutine, { rd, rs1, csr }) => compileCsr(r, 'set', csr, rd, rs1)),
  instruction('csrrc',  'csr rs1 011 rd 1110011', (cpu, { rd, rs1, csr }) => cpu.csr('clear', csr, rd, rs1), ends, (r: RegionRoutine, { rd, rs1, csr }) => compileCsr(r, 'clear', csr, rd, rs1)),
  instruction('csrrwi', 'csr zimm 101 rd 1110011', (cpu, { rd, zimm, csr }) => cpu.csr('write', csr, rd, zimm), ends, (r: RegionRoutine, { rd, zimm, csr }) => compileCsr(r, 'write', csr, rd, zimm)),
  instruction('csrrsi', 'csr zimm 110 rd 1110011', (cpu, { rd, zimm, csr }) => cpu.csr('set', csr, rd, zimm), ends, (r: RegionRoutine, { rd, zimm, csr }) => compileCsr(r, 'set', csr, rd, zimm)),
  instruction('csrrci', 'csr zimm 111 rd 1110011', (cpu, { rd, zimm, csr }) => cpu.csr('clear', csr, rd, zimm), ends, (r: RegionRoutine, { rd, zimm, csr }) => compileCsr(r, 'clear', csr, rd, zimm)),
];

export const zifencei: readonly RiscvRow[] = [
  instruction('fence.i', 'imm[11:0] rs1 001 rd 0001111', (cpu) => cpu.system('fenceI'), ends),
];

/** Caches are coherent here: a managing instruction only checks the address; the base is aligned down to 64 bytes. */
export const zicbo: readonly RiscvRow[] = [
  instruction('cbo.inval', '000000000000 rs1 010 00000 0001111', (cpu, { rs1 }) => cpu.system('cacheBlock', cpu.x(rs1), cpu.i64(0)), ends),
  instruction('cbo.clean', '000000000001 rs1 010 00000 0001111', (cpu, { rs1 }) => cpu.system('cacheBlock', cpu.x(rs1), cpu.i64(1)), ends),
  instruction('cbo.flush', '000000000010 rs1 010 00000 0001111', (cpu, { rs1 }) => cpu.system('cacheBlock', cpu.x(rs1), cpu.i64(2)), ends),
  instruction('cbo.zero',  '000000000100 rs1 010 00000 0001111', (cpu, { rs1 }) => zeroBlock(cpu, cpu.x(rs1))),
];

export const privileged: readonly RiscvRow[] = [
  instruction('sret',           '00010000001000000000000001110011',     (cpu) => cpu.system('sret'), ends),
  instruction('mret',           '00110000001000000000000001110011',     (cpu) => cpu.system('mret'), ends),
  instruction('wfi',            '00010000010100000000000001110011',     (cpu) => cpu.system('wfi'), ends),
  instruction('sfence.vma',     '0001001 rs2 rs1 000 00000 1110011',    (cpu, { rs1, rs2 }) => cpu.system('sfenceVma', cpu.x(rs1), cpu.x(rs2)), ends),
  instruction('sinval.vma',     '0001011 rs2 rs1 000 00000 1110011',    (cpu, { rs1, rs2 }) => cpu.system('sfenceVma', cpu.x(rs1), cpu.x(rs2)), ends),
  instruction('sfence.w.inval', '00011000000000000000000001110011',     (cpu) => cpu.system('fenceInvalidation'), ends),
  instruction('sfence.inval.ir', '00011000000100000000000001110011',    (cpu) => cpu.system('fenceInvalidation'), ends),
];
