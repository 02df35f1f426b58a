/** Loads, stores, atomics, branches and jumps of every extension in every engine. */
import { describe, expect, test } from 'vitest';
import { ENGINES, RAM_BASE, TestCore } from '../kit/engine.ts';
import { amoStores, branchTaken } from './integer-model.ts';
import { inF, inX, runTable, type Slot, word, X10_X11 } from './row-program.ts';

/** The memory under test, and what it holds at first: sign bits set here and there. */
const AREA = RAM_BASE + 0x1_2000;
const AREA_BYTES = 0x2000;
const pattern = () => Uint8Array.from({ length: AREA_BYTES }, (_, index) => (index * 37 + (index >> 3) * 11) & 0xff);

/** Offsets of the base register in the area: aligned, misaligned, before and across a page's end. */
const BASES = [0x100, 0x108, 0x203, 0x3fe, 0xffa, 0xffc, 0xffe, 0xfff, 0x1000, 0x1001, 0x1ef0];
const OFFSETS = [0, 1, 4, 8, 16, 64];
const NEGATIVE = [-8, -1, -3];

const little = (memory: Uint8Array, at: number, width: number) => {
  let value = 0n;
  for (let byte = width - 1; byte >= 0; byte--) value = (value << 8n) | BigInt(memory[at + byte] ?? 0);
  return value;
};
const store = (memory: Uint8Array, at: number, width: number, value: bigint) => {
  for (let byte = 0; byte < width; byte++) memory[at + byte] = Number((value >> BigInt(8 * byte)) & 0xffn);
};
const BOX = 0xffff_ffffn << 32n;
const unsigned = (value: bigint) => BigInt.asUintN(64, value);

const WIDTHS: Readonly<Record<string, number>> = { b: 1, h: 2, w: 4, d: 8 };
const loads = ['lb', 'lh', 'lw', 'ld', 'lbu', 'lhu', 'lwu', 'flw', 'fld', 'c.lw', 'c.ld', 'c.fld', 'c.lwsp', 'c.ldsp', 'c.fldsp'];
const stores = ['sb', 'sh', 'sw', 'sd', 'fsw', 'fsd', 'c.sw', 'c.sd', 'c.fsd', 'c.swsp', 'c.sdsp', 'c.fsdsp'];
const widthOf = (name: string) => WIDTHS[/[ls]([bhwd])/.exec(name)?.[1] ?? ''] ?? 0;

/** Slots of a load or store, one an offset that the row can express. `x10` has the base. */
function accesses(name: string, offsets: readonly number[]): { slot: Slot; offset: number }[] {
  const float = name.includes('f');
  const stack = name.endsWith('sp');
  return offsets.flatMap((offset) => {
    const registers = { rs1: 10, rd: 11, rs2: 11, fd: 10, fs2: 10, imm: offset, uimm: offset };
    try {
      const access = word(name, registers);
      const setUp = stack ? [word('addi', { rd: 2, rs1: 10, imm: 0 })] : [];
      return [
        {
          slot: { words: () => [...setUp, access], result: float ? inF(10) : inX(11), loads: [inX(10), float ? inF(10) : inX(11)] },
          offset,
        },
      ];
    } catch {
      return [];
    }
  });
}

describe.for(ENGINES)('%s', (engine) => {
  const core = new TestCore(engine);
  const area = () => core.ram.slice(AREA - RAM_BASE, AREA - RAM_BASE + AREA_BYTES);

  test.for(loads)('%s', (name) => {
    const slots = accesses(name, [...OFFSETS, ...NEGATIVE]);
    core.load(AREA, pattern());
    const { results } = runTable(
      core,
      slots.map(({ slot }) => slot),
      BASES.map((base) => [BigInt(AREA + base), 0n]),
    );
    const width = widthOf(name.replace(/^c\./, '').replace('f', ''));
    const expected = BASES.flatMap((base) =>
      slots.map(({ offset }) => {
        const value = little(pattern(), base + offset, width);
        if (name.includes('f')) return width === 4 ? value | BOX : value;
        return name.endsWith('u') ? value : unsigned(BigInt.asIntN(8 * width, value));
      }),
    );
    expect(results).toEqual(expected);
  });

  test.for(stores)('%s', (name) => {
    const slots = accesses(name, [...OFFSETS, ...NEGATIVE]);
    core.load(AREA, pattern());
    const table = BASES.map((base, index) => [BigInt(AREA + base), 0xf1e2_d3c4_b5a6_9788n + BigInt(index)]);
    runTable(
      core,
      slots.map(({ slot }) => slot),
      table,
    );
    const memory = pattern();
    const width = widthOf(name.replace(/^c\./, '').replace('f', ''));
    for (const [base = 0n, value = 0n] of table) for (const { offset } of slots) store(memory, Number(base) - AREA + offset, width, value);
    expect(area()).toEqual(memory);
  });

  const OPERANDS = [0n, 1n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffff_ffff_ffffn, 1n << 63n, 0x0123_4567_89ab_cdefn];
  test.for(Object.keys(amoStores).flatMap((name) => [`${name}.w`, `${name}.d`]))('%s', (name) => {
    const width = name.endsWith('.w') ? 4 : 8;
    const combine = amoStores[name.slice(0, -2)] as (old: bigint, operand: bigint) => bigint;
    const table = OPERANDS.flatMap((operand) =>
      [0x100, 0x108, 0x100, 0xff8, 0x1000, 0x104].filter((at) => at % width === 0).map((at) => [BigInt(AREA + at), operand]),
    );
    core.load(AREA, pattern());
    const slots = [0, 1, 2, 3].map((ordering): Slot => ({
      words: () => [word(name, { rd: 12, rs1: 10, rs2: 11, aq: ordering & 1, rl: ordering >> 1 })],
      result: inX(12),
      loads: X10_X11,
    }));
    const { results } = runTable(core, slots, table);
    const memory = pattern();
    const expected = table.flatMap(([address = 0n, operand = 0n]) =>
      slots.map(() => {
        const at = Number(address) - AREA;
        const old = BigInt.asIntN(8 * width, little(memory, at, width));
        store(memory, at, width, combine(old, BigInt.asIntN(8 * width, operand)));
        return unsigned(old);
      }),
    );
    expect(results).toEqual(expected);
    expect(area()).toEqual(memory);
  });

  test.for(['w', 'd'])('lr.%s and sc.%s', (suffix) => {
    const load = word(`lr.${suffix}`, { rd: 12, rs1: 10 });
    const conditional = word(`sc.${suffix}`, { rd: 13, rs1: 10, rs2: 11 });
    const elsewhere = word(`sc.${suffix}`, { rd: 13, rs1: 14, rs2: 11 });
    const other = word('addi', { rd: 14, rs1: 10, imm: 8 });
    const overwrite = word(`s${suffix}`, { rs1: 10, rs2: 0, imm: 0 });
    const slot = (words: readonly number[], result: number): Slot => ({ words: () => words, result: inX(result), loads: X10_X11 });
    core.load(AREA, pattern());
    const table = [
      [BigInt(AREA + 0x100), 5n],
      [BigInt(AREA + 0x200), 1n << 63n],
      [BigInt(AREA + 0xff8), 7n],
    ];
    const { results } = runTable(
      core,
      [
        slot([load, conditional], 12), // what was there
        slot([load, conditional], 13), // succeeds
        slot([load, conditional, conditional], 13), // the reservation is used up
        slot([load, other, elsewhere], 13), // not reserved there
        slot([load, conditional, word(`l${suffix}`, { rd: 15, rs1: 10, imm: 0 })], 15), // stored
        slot([load, other, elsewhere, conditional], 13), // a failing one ends the reservation too
        slot([load, overwrite, word(`lr.${suffix}`, { rd: 12, rs1: 10 }), conditional], 13), // a new reservation
      ],
      table,
    );
    const width = suffix === 'w' ? 4 : 8;
    const extended = (value: bigint) => unsigned(BigInt.asIntN(8 * width, value));
    expect(results).toEqual(
      table.flatMap(([address = 0n, value = 0n]) => [
        extended(little(pattern(), Number(address) - AREA, width)),
        0n,
        1n,
        1n,
        extended(value),
        1n,
        0n,
      ]),
    );
  });

  const EDGES = [0n, 1n, 0x7fff_ffff_ffff_ffffn, 1n << 63n, 0xffff_ffff_ffff_ffffn, 0xffff_ffffn, 0x1_0000_0000n];
  test.for(Object.keys(branchTaken))('%s', (name) => {
    const taken = branchTaken[name] as (a: bigint, b: bigint) => boolean;
    const skip = (rs1: number, rs2: number): Slot => ({
      words: () => [
        word('addi', { rd: 12, rs1: 0, imm: 1 }),
        word(name, { rs1, rs2, imm: name.startsWith('c.') ? 6 : 8 }),
        word('addi', { rd: 12, rs1: 0, imm: 0 }),
      ],
      result: inX(12),
      loads: X10_X11,
    });
    const slots = name.startsWith('c.') ? [skip(10, 0)] : [skip(10, 11), skip(10, 10), skip(10, 0), skip(0, 11)];
    const table = EDGES.flatMap((a) => EDGES.map((b) => [a, b]));
    const { results } = runTable(core, slots, table);
    const truth = (value: boolean) => (value ? 1n : 0n);
    const expected = table.flatMap(([a = 0n, b = 0n]) =>
      [taken(a, b), taken(a, a), taken(a, 0n), taken(0n, b)].slice(0, slots.length).map(truth),
    );
    expect(results).toEqual(expected);
  });

  test('jal, jalr, c.j, c.jr and c.jalr link and land', () => {
    const wrong = word('addi', { rd: 12, rs1: 0, imm: 99 });
    const here = (rd: number) => word('auipc', { rd, imm: 0 });
    const slot = (words: readonly number[], result = 12): Slot => ({ words: () => words, result: inX(result), loads: X10_X11 });
    const clear = word('addi', { rd: 12, rs1: 0, imm: 0 });
    const slots = [
      slot([word('jal', { rd: 12, imm: 8 }), wrong]),
      slot([here(13), word('jalr', { rd: 12, rs1: 13, imm: 12 }), wrong]),
      slot([here(13), word('jalr', { rd: 13, rs1: 13, imm: 13 }), wrong], 13), // bit 0 is cleared, and rd may be the base
      slot([clear, word('c.j', { imm: 6 }), wrong]),
      slot([clear, here(13), word('addi', { rd: 13, rs1: 13, imm: 14 }), word('c.jr', { rs1: 13 }), wrong]),
      slot([here(13), word('addi', { rd: 13, rs1: 13, imm: 14 }), word('c.jalr', { rs1: 13 }), wrong], 1),
      slot([clear, word('jal', { rd: 0, imm: 8 }), wrong]),
    ];
    const { results, placed } = runTable(core, slots, [
      [0n, 0n],
      [0n, 0n],
      [0n, 0n],
      [0n, 0n],
    ]);
    const from = placed.map(({ at }) => BigInt(at)) as [bigint, bigint, bigint, bigint, bigint, bigint, bigint];
    const row = [from[0] + 4n, from[1] + 8n, from[2] + 8n, 0n, 0n, from[5] + 10n, 0n];
    expect(results).toEqual([...row, ...row, ...row, ...row]);
  });
});
