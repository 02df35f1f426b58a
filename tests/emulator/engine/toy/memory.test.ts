/** Memory as architectures other than RISC-V have it, in every mode of the engine: gaps, ROM, what nothing answers, misaligned accesses. */
import { describe, expect, it } from 'vitest';
import { ENGINES, type TestEngine } from '../../../kit/engine.ts';
import { UNMAPPED } from './architecture.ts';
import { assembleToy, label, op, type ToyLine } from './assemble.ts';
import { toyRows } from './rows.ts';
import { HIGH_WINDOW, HOLE, RAM_BASE, ToyMachine, UPPER_RAM } from './core.ts';

const AT = RAM_BASE + 0x2000;
const DATA = 0x8_0000;
/** `assign`: what a page is to be. */
const USE = { memory: 0, readOnly: 1, device: 2 };

/** Runs lines in the wide mode, as often as it takes for them to be compiled. */
function run(engine: TestEngine, lines: readonly ToyLine[], prepare: (machine: ToyMachine) => void = () => undefined): ToyMachine {
  const program = [
    op('mode', { imm: 1 }),
    { wide: true },
    op('mov', { to: 7, imm: 8 }),
    label('again'),
    ...lines,
    op('mov', { to: 6, imm: -1 }),
    op('add', { to: 7, from: 6 }),
    op('jnz', { to: 7, imm: 'again' }),
    op('halt'),
  ];
  const machine = new ToyMachine(engine, assembleToy(program), AT);
  prepare(machine);
  machine.run();
  return machine;
}
const at = (address: number) => address - RAM_BASE;

describe.each(ENGINES)('%s', (engine) => {
  it('a second range of RAM, what nothing answers, and a device of eight bytes in a hole', () => {
    const { state, view, stored } = run(engine, [
      op('mov', { to: 0, imm: UPPER_RAM + 8 }),
      op('mov', { to: 1, imm: 0x0102_0304_0506_0708n }),
      op('store', { to: 1, from: 0, imm: 0 }),
      op('load', { to: 2, from: 0, imm: 0 }),
      op('mov', { to: 0, imm: UPPER_RAM - 8 }),
      op('store', { to: 1, from: 0, imm: 0 }),
      op('load', { to: 3, from: 0, imm: 0 }),
      op('load4', { to: 4, from: 0, imm: 4 }),
      op('mov', { to: 0, imm: HOLE + 16 }),
      op('store', { to: 1, from: 0, imm: 0 }),
      op('load', { to: 5, from: 0, imm: 0 }),
      op('load4', { to: 0, from: 0, imm: 0 }),
    ]);
    expect(state.trapped).toBe(0);
    expect([...state.r.subarray(0, 6)]).toEqual([
      0x44n,
      0x0102_0304_0506_0708n,
      0x0102_0304_0506_0708n,
      2n ** 64n - 1n,
      0xffff_ffffn,
      0x1122_3344_5566_7788n,
    ]);
    expect(view.getBigUint64(256 * 4096 + 8, true)).toBe(0x0102_0304_0506_0708n);
    expect(stored).toEqual(Array.from({ length: 8 }, () => [16, 0x0102_0304_0506_0708n]));
  });

  it('a misaligned access to a device is done byte by byte', () => {
    const { state, stored } = run(engine, [
      op('mov', { to: 0, imm: HOLE + 3 }),
      op('mov', { to: 1, imm: 0x0403_0201 }),
      op('store4', { to: 1, from: 0, imm: 0 }),
      op('load4', { to: 2, from: 0, imm: 0 }),
    ]);
    expect(state.r[2]).toBe(0x1111_1111n);
    expect(stored.slice(0, 4)).toEqual([
      [3, 1n],
      [4, 2n],
      [5, 3n],
      [6, 4n],
    ]);
  });

  it('ROM is read and not written, and becomes RAM when the board says so, for the very next access', () => {
    const page = DATA;
    const program = [
      op('mov', { to: 0, imm: page }),
      op('mov', { to: 1, imm: 0x55 }),
      op('assign', { to: 0, imm: USE.readOnly }),
      op('store', { to: 1, from: 0, imm: 8 }),
      op('load', { to: 2, from: 0, imm: 8 }),
      op('assign', { to: 0, imm: USE.memory }),
      op('load', { to: 3, from: 0, imm: 8 }),
      op('store', { to: 1, from: 0, imm: 16 }),
      op('assign', { to: 0, imm: USE.readOnly }),
      op('store', { to: 7, from: 0, imm: 16 }),
      op('load', { to: 4, from: 0, imm: 16 }),
      op('assign', { to: 0, imm: USE.device }),
      op('load', { to: 5, from: 0, imm: 16 }),
    ];
    const { state, memory } = run(engine, program, ({ view }) => view.setBigUint64(at(page) + 8, 7n, true));
    expect([...state.r.subarray(2, 6)]).toEqual([7n, 7n, 0x55n, 2n ** 64n - 1n]);
    expect([memory.offset(page, 8), memory.offset(HOLE - 4, 8)]).toEqual([-1, -1]);
  });

  it('misaligned accesses within a page stay in compiled code, those across two pages are right', () => {
    const [inside, across] = [DATA + 3, DATA + 0xffd];
    const machine = run(engine, [
      op('mov', { to: 0, imm: inside }),
      op('mov', { to: 1, imm: 0x1122_3344_5566_7788n }),
      op('store', { to: 1, from: 0, imm: 0 }),
      op('load4', { to: 2, from: 0, imm: 1 }),
      op('mov', { to: 0, imm: across }),
      op('store', { to: 1, from: 0, imm: 0 }),
      op('load', { to: 3, from: 0, imm: 0 }),
    ]);
    expect([machine.state.r[2], machine.state.r[3]]).toEqual([0x4455_6677n, 0x1122_3344_5566_7788n]);
    expect(machine.view.getBigUint64(at(across), true)).toBe(0x1122_3344_5566_7788n);
  });

  it('what is done to memory in one instruction happens wholly or not at all', () => {
    const { state, view } = run(
      engine,
      [
        op('mov', { to: 0, imm: DATA + 0x1ffe }),
        op('mov', { to: 1, imm: 5 }),
        op('update', { to: 1, from: 0 }),
        op('mov', { to: 2, imm: 1 }),
        op('mov', { to: 0, imm: DATA + 0x101 }),
        op('exchange', { to: 2, from: 0 }),
        op('mov', { to: 3, imm: 0xff }),
        op('mov', { to: 0, imm: DATA + 0x200 }),
        op('swap', { to: 3, from: 0, imm: 0x7f }),
        op('mov', { to: 4, imm: HOLE }),
        op('exchange', { to: 4, from: 4 }),
      ],
      ({ view: ram }) => ram.setUint8(at(DATA + 0x200), 0xff),
    );
    // Eight times each; the byte is exchanged the first time.
    expect(view.getUint32(at(DATA + 0x1ffe), true)).toBe(40);
    expect(view.getUint16(at(DATA + 0x101), true)).toBe(8);
    expect([state.r[1], state.r[2], view.getUint8(at(DATA + 0x200)), state.r[3], state.r[4]]).toEqual([35n, 7n, 0x7f, 0x7fn, 0x22n]);

    const half = run(engine, [op('mov', { to: 0, imm: DATA }), op('mov', { to: 1, imm: UNMAPPED - 4 }), op('both', { to: 0, from: 1 })]);
    expect([half.state.trapped - 1, half.state.trapValue, half.view.getBigUint64(at(DATA), true)]).toEqual([4, BigInt(UNMAPPED), 0n]);
  });

  it('registers of 128 and 256 bits at any address, and nothing of one that is not wholly mapped', () => {
    const [from, to] = [DATA + 0xff1, DATA + 0x3ff9];
    const { state, view } = run(
      engine,
      [
        op('mov', { to: 0, imm: from }),
        op('mov', { to: 1, imm: to }),
        op('wload', { to: 0, from: 0 }),
        op('wload', { to: 1, from: 0 }),
        op('wadd', { to: 0, from: 1 }),
        op('wstore', { to: 0, from: 1 }),
      ],
      ({ view: ram }) => [1n, 2n, 3n, 4n].forEach((value, index) => ram.setBigUint64(at(from) + 8 * index, value, true)),
    );
    expect([...state.w.subarray(0, 4)]).toEqual([2n, 4n, 6n, 8n]);
    expect([0, 8, 16, 24].map((offset) => view.getBigUint64(at(to) + offset, true))).toEqual([2n, 4n, 6n, 8n]);

    for (const [name, bytes] of [
      ['vstore', 16],
      ['wstore', 32],
    ] as const) {
      const missing = run(engine, [op('mov', { to: 0, imm: UNMAPPED - bytes + 8 }), op(name, { to: 0, from: 0 })]);
      expect([missing.state.trapped - 1, missing.state.pc > BigInt(AT)]).toEqual([4, true]);
    }
    // A vector where nothing answers: ones.
    expect(run(engine, [op('mov', { to: 0, imm: HIGH_WINDOW / 2 }), op('vload', { to: 0, from: 0 })]).state.v[0]).toBe(2n ** 64n - 1n);
  });

  it('operands of 64 bits and of an index with a scale; ports of one and two bytes; jumps of rare instructions', () => {
    const { state, ports } = run(engine, [
      op('mov', { to: 0, imm: 0x1234_5678_9abc_def0n }),
      op('mov', { to: 1, imm: 3 }),
      op('sum', { to: 2, from: 0, index: 1, scale: 3, imm: -16 }),
      op('inb', { to: 3, imm: 0x60 }),
      op('outw', { to: 1, imm: 0x92 }),
      op('sum', { to: 5, from: 4, index: 4, scale: 0, imm: AT }),
      op('jnz', { to: 1, imm: 'over' }),
      op('halt'),
      label('over'),
      op('mov', { to: 4, imm: 0 }),
    ]);
    expect([...state.r.subarray(2, 4)]).toEqual([0x1234_5678_9abc_def8n, BigInt(0x60 * 3)]);
    expect(ports.written).toEqual(Array.from({ length: 8 }, () => [0x92, 3]));
    expect(state.r[7]).toBe(0n);
  });

  it('code that changes itself: the very next instruction, in the interpreter and out of compiled code', () => {
    // The operand of the instruction behind the store counts up.
    const { state } = run(engine, [
      op('mov', { to: 1, imm: 1 }),
      op('add', { to: 2, from: 1 }),
      op('mov', { to: 0, imm: AT }),
      op('store1', { to: 2, from: 0, imm: PATCHED - AT }),
      op('mov', { to: 3, imm: 0 }),
      op('add', { to: 4, from: 3 }),
    ]);
    expect([state.r[2], state.r[3], state.r[4]]).toEqual([8n, 8n, 36n]);
  });

  it('a page of which every byte is jumped to: more instructions than its records hold at a time', () => {
    const [sled, stack] = [0x9_0000, 0xa_0000];
    const program = [
      op('mode', { imm: 1 }),
      { wide: true },
      ...[sled, 1, sled + 4096].map((value, index) => op('mov', { to: index + 1, imm: value })),
      op('mov', { to: 7, imm: stack }),
      label('loop'),
      op('call', { imm: 'there' }),
      op('add', { to: 1, from: 2 }),
      op('cmp', { to: 1, from: 3 }),
      op('jc', { imm: 'loop' }),
      op('halt'),
      label('there'),
      op('far', { to: 1 }),
    ];
    const machine = new ToyMachine(engine, assembleToy(program), AT);
    new Uint8Array(machine.view.buffer, machine.view.byteOffset + at(sled), 4096).fill(
      toyRows.find(({ name }) => name === 'ret')?.code ?? 0,
    );
    machine.run();
    expect([machine.state.trapped, machine.state.r[1], machine.state.retired]).toEqual([0, BigInt(sled + 4096), BigInt(6 * 4096 + 6)]);
  });
});
/** Where the patched operand is: behind `mode`, `mov`, and in the loop `mov`, `add`, `mov` and `store1`, after two bytes of its own. */
const PATCHED = AT + 2 + 10 + 10 + 2 + 10 + 6 + 2;
