/** RV32A and RV64A, unprivileged manual, chapter "A Extension for Atomic Instructions". All accesses are sequentially consistent, which satisfies every aq/rl. */
import type { Value } from '../value.ts';
import type { Cpu, Width } from './cpu.ts';
import { instruction, type RiscvRow } from './row.ts';

type Combine = (cpu: Cpu, old: Value, operand: Value) => Value;

/** The `.w` and `.d` rows of one read-modify-write; `.w` sees its operand sign-extended from 32 bits, like the old value. */
const amo = (name: string, funct5: '00001' | '00000' | '00100' | '01100' | '01000' | '10000' | '10100' | '11000' | '11100', combine: Combine): RiscvRow[] =>
  ([['w', '010', 4], ['d', '011', 8]] as const).map(([suffix, funct3, width]) =>
    instruction(`${name}.${suffix}`, `${funct5} aq rl rs2 rs1 ${funct3} rd 0101111`, (cpu, { rd, rs1, rs2 }) => {
      const operand = cpu.let(width === 4 ? cpu.extend32S(cpu.x(rs2)) : cpu.x(rs2));
      cpu.setX(rd, cpu.amo(cpu.x(rs1), width, (old) => combine(cpu, old, operand)));
    }),
  );

const reserved = (suffix: 'w' | 'd', funct3: '010' | '011', width: Width & (4 | 8)): RiscvRow[] => [
  instruction(`lr.${suffix}`, `00010 aq rl 00000 rs1 ${funct3} rd 0101111`, (cpu, { rd, rs1 }) => cpu.setX(rd, cpu.loadReserved(cpu.x(rs1), width))),
  instruction(`sc.${suffix}`, `00011 aq rl rs2 rs1 ${funct3} rd 0101111`, (cpu, { rd, rs1, rs2 }) =>
    cpu.setX(rd, cpu.storeConditional(cpu.x(rs1), width, cpu.x(rs2))),
  ),
];

export const rv64a: readonly RiscvRow[] = [
  ...reserved('w', '010', 4),
  ...reserved('d', '011', 8),
  ...amo('amoswap', '00001', (_, __, operand) => operand),
  ...amo('amoadd',  '00000', (cpu, old, operand) => cpu.add(old, operand)),
  ...amo('amoxor',  '00100', (cpu, old, operand) => cpu.xor(old, operand)),
  ...amo('amoand',  '01100', (cpu, old, operand) => cpu.and(old, operand)),
  ...amo('amoor',   '01000', (cpu, old, operand) => cpu.or(old, operand)),
  ...amo('amomin',  '10000', (cpu, old, operand) => cpu.select(cpu.ltS(old, operand), old, operand)),
  ...amo('amomax',  '10100', (cpu, old, operand) => cpu.select(cpu.gtS(old, operand), old, operand)),
  // Both operands are sign-extended from their width, which keeps unsigned order as well.
  ...amo('amominu', '11000', (cpu, old, operand) => cpu.select(cpu.ltU(old, operand), old, operand)),
  ...amo('amomaxu', '11100', (cpu, old, operand) => cpu.select(cpu.gtU(old, operand), old, operand)),
];
