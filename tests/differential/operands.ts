/** Random operands for any row, so that streams keep their pointers and counters and stay inside the scratch buffer. */
import { encodeRow } from '../../emulator/isa/riscv/assembly/encode.ts';
import type { RiscvRow } from '../../emulator/isa/riscv/row.ts';
import { extensions } from '../../emulator/isa/riscv/rows.ts';
import type { Random } from './random.ts';

/** Registers with a purpose: never a destination. */
export const REGISTER = { link: 1, stack: 2, outerCount: 3, dump: 4, innerCount: 6, pointer: 8, otherPointer: 9 } as const;
const RESERVED: readonly number[] = Object.values(REGISTER);

/** The scratch buffer; pointers point into it as given here. */
export const SCRATCH_BYTES = 512;
export const POINTER_AT = { [REGISTER.stack]: 0, [REGISTER.pointer]: 256, [REGISTER.otherPointer]: 264 } as const;

const MODES = [0, 1, 2, 3, 4, 7];
const isMemory = ({ name }: RiscvRow) => /^(l[bhwd]u?|s[bhwd]|fl[wd]|fs[wd]|c\.f?[ls][wd](sp)?)$/.test(name);
const isAtomic = ({ name }: RiscvRow) => /^(lr|sc|amo)/.test(name);

/** Bytes that a load or store row moves. */
function widthOf({ name }: RiscvRow): number {
  const letter = /^(?:c\.)?f?[ls]([bhwd])/.exec(name)?.[1];
  return { b: 1, h: 2, w: 4, d: 8 }[letter ?? 'd'] ?? 8;
}

/** QEMU 7.2 forgets the upper half: it counts past bit 31 where the lower half is 0 (its gen_ctzw, mended later). */
const WRONG_IN_THE_ORACLE = ['ctzw'];

/** Rows that streams use as they are; control flow, atomics and the rest are made elsewhere. */
export const plainRows: readonly RiscvRow[] = ['I', 'M', 'F', 'D', 'C', 'Zba', 'Zbb', 'Zbs']
  .flatMap((name) => extensions[name] ?? [])
  .filter((row) => {
    const leaves = row.ends || /^c\.(j|jr|jalr|beqz|bnez|ebreak|addi16sp)$/.test(row.name) || row.name === 'ecall' || row.name === 'ebreak';
    return !leaves && !isAtomic(row) && !WRONG_IN_THE_ORACLE.includes(row.name);
  });
export const atomicRows: readonly RiscvRow[] = (extensions['A'] ?? []).filter(({ name }) => name.startsWith('amo'));

/** Any register that may be written, half of the time one of few, so that results meet again. */
export function destination(random: Random, within: readonly number[] = ALL): number {
  const free = within.filter((register) => !RESERVED.includes(register));
  return random.chance(0.5) ? random.pick(free.filter((register) => register >= 10 && register < 16)) : random.pick(free);
}
const ALL = Array.from({ length: 32 }, (_, index) => index);
const COMPRESSED = ALL.slice(8, 16);

/** A plain row with random operands, encoded. Tries again where an encoding does not exist with some operands. */
export function randomInstruction(random: Random, row: RiscvRow): number {
  for (;;) {
    try {
      return encodeRow(row, randomOperands(random, row));
    } catch (error) {
      if (!/does not exist|does not fit|cannot name/.test((error as Error).message)) throw error;
    }
  }
}

function randomOperands(random: Random, row: RiscvRow): Record<string, number> {
  const values: Record<string, number> = {};
  for (const { name, base, width, signed, pieces, register } of row.encoding.operands) {
    const within = base === 8 ? COMPRESSED : ALL;
    if (name === 'rd') values[name] = destination(random, within);
    else if (register) values[name] = random.pick(within);
    else if (name === 'rm') values[name] = random.pick(MODES);
    else if (name === 'fm') values[name] = 0;
    else {
      const step = Math.min(...pieces.map(({ to }) => to));
      const whole = random.bits32() >>> (32 - width);
      const few = random.chance(0.3) ? whole & 3 : whole;
      values[name] = (signed ? (few << (32 - width)) >> (32 - width) : few) & ~((1 << step) - 1);
    }
  }
  if (isMemory(row)) aim(random, row, values);
  return values;
}

/** Makes a load or store hit the scratch buffer, at any alignment the row can express. */
function aim(random: Random, row: RiscvRow, values: Record<string, number>): void {
  const offset = row.encoding.operands.find(({ name }) => name === 'imm' || name === 'uimm');
  if (!offset) throw new Error(`${row.name} has no offset`);
  const base = row.name.endsWith('sp')
    ? REGISTER.stack
    : random.pick(
        row.name.startsWith('c.') ? [REGISTER.pointer, REGISTER.otherPointer] : [REGISTER.stack, REGISTER.pointer, REGISTER.otherPointer],
      );
  if (values['rs1'] !== undefined) values['rs1'] = base;
  const width = widthOf(row);
  const at = POINTER_AT[base];
  const most = Math.min(SCRATCH_BYTES - at - width, offset.signed ? 2047 : 2 ** offset.width - 1);
  const least = offset.signed ? -at : 0;
  const step = offset.signed ? (random.chance(0.7) ? width : 1) : width;
  values[offset.name] = Math.floor(random.between(least, most) / step) * step;
  if ((values[offset.name] as number) < least) values[offset.name] = (values[offset.name] as number) + step;
}
