/**
 * The engine runs an architecture that is none of ours, in every mode: whatever `isa/architecture.ts` promises and RISC-V
 * does not use is held here.
 */
import { describe, expect, it } from 'vitest';
import { buildGraph } from '../../../../emulator/engine/compiler/graph.ts';
import type { Region, Terminator } from '../../../../emulator/engine/compiler/region.ts';
import { unreadWrites } from '../../../../emulator/engine/compiler/unread-writes.ts';
import { ENGINES } from '../../../kit/engine.ts';
import { UNMAPPED } from './architecture.ts';
import { assembleToy, label, op, type ToyLine } from './assemble.ts';
import { HIGH_WINDOW, RAM_BASE, ToyMachine } from './core.ts';
import { toyRows, translated } from './rows.ts';

/** So that instructions lie across the end of the page. */
const AT = RAM_BASE + 0x1000 - 13;
const TURNS = 3000;
const TOTAL = 0x8_0000;
const VECTORS = 0x9_0000;

const PROGRAM: readonly ToyLine[] = [
  op('movi', { to: 0, imm: 0 }),
  op('movi', { to: 1, imm: 0 }),
  op('movi', { to: 2, imm: 1 }),
  op('mode', { imm: 1 }),
  { wide: true },
  op('movi', { to: 3, imm: TURNS }),
  op('movi', { to: 5, imm: VECTORS }),
  op('movi', { to: 6, imm: TOTAL }),
  op('movi', { to: 7, imm: 0xa_0000 }),
  label('loop'),
  op('add', { to: 1, from: 2 }),
  op('add', { to: 0, from: 1 }),
  op('addm', { to: 0, from: 6 }),
  op('call', { imm: 'function' }),
  op('cmp', { to: 1, from: 3 }),
  op('jc', { imm: 'loop' }),
  op('jz', { imm: 'equal' }),
  op('halt'),
  label('equal'),
  op('in', { to: 4, imm: 0x1234 }),
  op('out', { to: 0, imm: 0x21 }),
  op('vload', { to: 0, from: 5 }),
  op('vload', { to: 1, from: 6 }),
  op('vadd', { to: 0, from: 1 }),
  op('vstore', { to: 0, from: 5 }),
  op('mode', { imm: 0 }),
  { wide: false },
  op('movi', { to: 2, imm: -1 }),
  op('add32', { to: 2, from: 2 }),
  op('halt'),
  { wide: true },
  label('function'),
  op('load', { to: 4, from: 6, imm: 0 }),
  op('store', { to: 4, from: 6, imm: 8 }),
  op('ret'),
];

it.each([
  ['directly behind it', [op('cmp', { to: 1, from: 2 }), op('jz', { imm: 'end' })], true],
  [
    'behind a load, a store and a branch',
    [op('cmp', { to: 1, from: 2 }), op('load', { to: 3, from: 4 }), op('jz', { imm: 'end' }), op('jc', { imm: 'end' })],
    true,
  ],
  [
    'where two results meet',
    [
      op('jz', { imm: 'else' }),
      op('add', { to: 1, from: 2 }),
      op('jmp', { imm: 'both' }),
      label('else'),
      op('cmp', { to: 1, from: 2 }),
      label('both'),
      op('jz', { imm: 'end' }),
    ],
    false,
  ],
  ['at the head of a loop', [label('loop'), op('jz', { imm: 'end' }), op('add', { to: 1, from: 2 }), op('jmp', { imm: 'loop' })], false],
] as const)('a compiled condition knows which result it asks about: %s', (_, lines, knows) => {
  const machine = new ToyMachine(
    'compiler',
    assembleToy([
      op('jmp', { imm: 'start' }),
      label('start'),
      op('mov', { to: 4, imm: VECTORS }),
      op('cmp', { to: 1, from: 2 }),
      ...lines,
      label('end'),
      op('halt'),
    ]),
    AT - 64,
  );
  machine.state.r[1] = 1n;
  machine.state.r[2] = 2n ** 64n - 1n;
  // Compiled as soon as it is reached.
  translated.knowing = !knows;
  machine.run();
  expect(translated.knowing).toBe(knows);
});

describe.each(ENGINES)('%s', (engine) => {
  it('runs a program with calls, flags, two modes, ports and vectors, across pages', () => {
    const machine = new ToyMachine(engine, assembleToy(PROGRAM), AT);
    machine.view.setBigUint64(VECTORS - RAM_BASE, 7n, true);
    machine.view.setBigUint64(VECTORS - RAM_BASE + 8, 2n ** 64n - 1n, true);
    machine.run();
    const { state, ports, view } = machine;
    const sum = BigInt((TURNS * (TURNS + 1)) / 2);
    let total = 0n;
    for (let turn = 1n, reached = 0n; turn <= BigInt(TURNS); turn++) total += reached += turn;
    expect(state.trapped).toBe(0);
    expect([...state.r.subarray(0, 3)]).toEqual([sum, BigInt(TURNS), 0xffff_fffen]);
    expect(view.getBigUint64(TOTAL - RAM_BASE, true)).toBe(total);
    expect(state.r[4]).toBe(BigInt(0x1234 * 3));
    expect(ports).toEqual({ read: [0x1234], written: [[0x21, Number(sum)]] });
    expect([...state.v.subarray(0, 2)]).toEqual([7n + total, total - 1n]);
    expect(view.getBigUint64(VECTORS - RAM_BASE + 8, true)).toBe(total - 1n);
    expect(state.wide).toBe(0);
    // Nine instructions a turn of the loop, its function's three among them; 19 before and behind it.
    expect(state.retired).toBe(BigInt(9 * TURNS + 19));
    if (engine !== 'interpreter') expect(machine.compiledInstructions).toBeGreaterThan(BigInt(TURNS));
  });

  it('traps where it must, with the state as it was', () => {
    const program = [
      op('movi', { to: 1, imm: 77 }),
      op('mov', { to: 2, imm: UNMAPPED }),
      op('load', { to: 1, from: 2, imm: 3 }),
      op('halt'),
    ];
    const machine = new ToyMachine(engine, assembleToy(program), AT);
    machine.run();
    expect([machine.state.trapped - 1, machine.state.trapValue, machine.state.pc, machine.state.r[1]]).toEqual([
      3,
      BigInt(UNMAPPED) + 3n,
      BigInt(AT + 3 + 10),
      77n,
    ]);

    const illegal = new ToyMachine(engine, Uint8Array.of(0x66, 0x01), AT);
    illegal.run();
    expect([illegal.state.trapped - 1, illegal.state.trapValue, illegal.state.pc]).toEqual([1, 0x66n, BigInt(AT)]);
  });

  it('reaches devices beyond 4 GiB, eight bytes as two words', () => {
    const doubled = Array.from({ length: 4 }, () => op('add', { to: 1, from: 1 }));
    const program = [op('mode', { imm: 1 }), { wide: true }, op('movi', { to: 1, imm: HIGH_WINDOW / 16 }), ...doubled];
    const machine = new ToyMachine(engine, assembleToy([...program, op('load', { to: 2, from: 1, imm: 16 }), op('halt')]), AT);
    machine.run();
    expect(machine.state.r[2]).toBe(16n | (20n << 32n));
  });
});

/** How many registers each instruction of a region sets for nobody, by block; blocks by name, in order, and how they go on. */
function unread(blocks: readonly (readonly [names: readonly string[], terminator: Terminator])[]): number[][] {
  const region: Region = {
    blocks: new Map(blocks.map(([names, terminator], at) => [at, { at, instructions: names.map(decoded), terminator }])),
    returnSites: [],
    instructions: 0,
  };
  const { unread: found } = unreadWrites(region, buildGraph(region));
  return blocks.map((_, at) => (found.get(at) ?? []).map(({ size }) => size));
}
function decoded(name: string) {
  const row = toyRows.find((one) => one.name === name);
  if (!row) throw new Error(`no ${name}`);
  return { at: 0, decoded: { row, length: 2, operands: { to: 0, from: 1 } } };
}
const OUT = { kind: 'jump', target: 99 } as const;

it('flags that another instruction sets before anybody looks are not kept', () => {
  const of = (...names: string[]) => unread([[names, OUT]])[0];
  // The second addition is looked at; before a load, which may be the interpreter's, all must be as it was.
  expect(of('add', 'add', 'jz')).toEqual([3, 0, 0]);
  expect(of('add', 'load', 'add', 'jz')).toEqual([0, 0, 0, 0]);
  expect(of('add', 'movi', 'cmp', 'jc')).toEqual([3, 0, 0, 0]);
});

it('and neither where every way to the next block leads to such another', () => {
  const both: Terminator = { kind: 'branch', taken: 1, next: 2 };
  const on: Terminator = { kind: 'next', target: 3 };
  // The branch reads what was compared; what is set behind it is set again on both ways.
  expect(
    unread([
      [['cmp', 'jz'], both],
      [['add'], on],
      [['movi', 'cmp'], on],
      [['add', 'jc'], OUT],
    ]),
  ).toEqual([[0, 0], [3], [0, 3], [0, 0]]);
  // On one way somebody looks, one leads out, one goes back to the head of a loop, where the region may be left.
  expect(
    unread([
      [['add'], { kind: 'branch', taken: 1, next: 2 }],
      [['jz'], OUT],
      [['add'], OUT],
    ]),
  ).toEqual([[0], [0], [0]]);
  expect(
    unread([
      [['add'], { kind: 'branch', taken: 1, next: 7 }],
      [['add'], OUT],
    ]),
  ).toEqual([[0], [0]]);
  expect(
    unread([
      [['add'], { kind: 'next', target: 1 }],
      [['add'], { kind: 'branch', taken: 1, next: 2 }],
      [['add'], OUT],
    ]),
  ).toEqual([[0], [0], [0]]);
});
