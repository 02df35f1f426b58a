/** Every computing row of F and D in every engine: all rounding modes, static and dynamic, with clear and with sticky flags. */
import { describe, expect, test } from 'vitest';
import { extensions } from '../../emulator/isa/riscv/rows.ts';
import { integer, operands, Random } from '../emulator/float/operands.ts';
import type { Mode, Type } from '../emulator/float/reference.ts';
import { box, expected } from '../emulator/float/row-reference.ts';
import { ENGINES, TestCore } from '../kit/engine.ts';
import { inF, inX, runTable, type Slot, word } from './row-program.ts';

const ROWS = ['F', 'D'].flatMap((name) => extensions[name] ?? []).filter(({ name }) => !/^f[ls][wd]$/.test(name));
const DYNAMIC = 7;
const ROUNDING: readonly Mode[] = [0, 1, 2, 3, 4];
const COUNT = 60;
const SEED = 20261121;
const FFLAGS = 1;
const FRM = 2;
/** NX as it stands in programs that have computed for a while: the engines then take a shorter way. */
const STICKY = 1;

interface Setting {
  readonly rm: number;
  readonly mode: Mode;
  readonly flags: number;
}
const SETTINGS: readonly Setting[] = ROUNDING.flatMap((mode) =>
  [mode, DYNAMIC].flatMap((rm) => [0, STICKY].map((flags) => ({ rm, mode, flags }))),
);

/** Two slots: one stores the result, one the flags. */
function slotsOf(name: string, { rm, mode, flags }: Setting, writesX: boolean): Slot[] {
  const registers = { rd: 12, fd: 13, rs1: 11, fs1: 10, fs2: 11, fs3: 12, rm };
  const dynamic = rm === DYNAMIC ? mode : (mode + 2) % 5; // a static mode must win over another in frm
  const words = [
    word('csrrwi', { rd: 0, csr: FRM, zimm: dynamic }),
    word('csrrwi', { rd: 0, csr: FFLAGS, zimm: flags }),
    word(name, registers),
    word('csrrs', { rd: 14, csr: FFLAGS, rs1: 0 }),
  ];
  const loads = [inF(10), inF(11), inF(12), inX(11)];
  return [
    { words: () => words, result: writesX ? inX(12) : inF(13), loads },
    { words: () => words, result: inX(14), loads },
  ];
}

function table(type: Type): bigint[][] {
  const random = new Random(SEED);
  return Array.from({ length: COUNT }, () => {
    // One single in eight is not boxed.
    const registers = operands(random, type).map((bits) =>
      type === 'f32' && random.below(8) === 0 ? bits | (random.bits(31) << 32n) : box(type, bits),
    );
    return [...registers, integer(random)];
  });
}

describe.for(ENGINES)('%s', (engine) => {
  const core = new TestCore(engine);
  test.for(ROWS.map(({ name }) => name))('%s', (name) => {
    const row = ROWS.find((each) => each.name === name);
    const rounded = row?.encoding.operands.some((operand) => operand.name === 'rm') ?? false;
    const writesX = row?.encoding.operands.some((operand) => operand.name === 'rd') ?? false;
    const settings = rounded ? SETTINGS : SETTINGS.filter(({ rm, mode }) => rm === DYNAMIC && mode === 0);
    const single = (name.includes('.s') && name !== 'fcvt.s.d') || name === 'fmv.x.w';
    const rows = table(single ? 'f32' : 'f64');
    const { results } = runTable(
      core,
      settings.flatMap((setting) => slotsOf(name, setting, writesX)),
      rows,
    );
    const wanted = rows.flatMap(([fs1 = 0n, fs2 = 0n, fs3 = 0n, rs1 = 0n]) =>
      settings.flatMap(({ mode, flags }) => {
        const { bits, flags: raised } = expected(name, mode, { rs1, fs1, fs2, fs3 });
        return [bits, BigInt(raised | flags)];
      }),
    );
    expect(results).toEqual(wanted);
  });
});
