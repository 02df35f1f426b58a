/**
 * x87 instructions against the host's processor, with random operands, control words and masks. Equal in all bits and flags, but
 * for transcendental functions: ours are rounded once from exact results, the host's may be one unit in the last place away.
 * VIVARIUM_SEED starts elsewhere, VIVARIUM_STREAMS runs more.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Context } from '../../../emulator/isa/x86/privileged/context.ts';
import { x87 } from '../../../emulator/isa/x86/privileged/x87.ts';
import { X87_CODE } from '../../../emulator/isa/x86/x87.ts';
import { coreState } from '../../../emulator/isa/x86/state.ts';
import { bind, reset } from '../../../emulator/snapshot/schema.ts';
import { describeWith } from '../../kit/tools.ts';
import { Random } from '../random.ts';

const FIRST_SEED = Number(process.env['VIVARIUM_SEED'] ?? Math.floor(Date.now() / 86_400_000));
const CASES = Number(process.env['VIVARIUM_STREAMS'] ?? 1000) * 6;
const [RECORD, IMAGE, RESULT] = [40, 108, 120];

interface Operation {
  readonly name: string;
  /** Opcode and field reg, and rm where it takes no memory. */
  readonly code: readonly [opcode: number, reg: number, rm?: number];
  /** Its result may be a unit in the last place away from the host's. */
  readonly approximate?: true;
  readonly decimal?: true;
}
/** In the order of x87.c. */
const OPERATIONS: readonly Operation[] = [
  { name: 'fsin', code: [1, 7, 6], approximate: true },
  { name: 'fcos', code: [1, 7, 7], approximate: true },
  { name: 'fsincos', code: [1, 7, 3], approximate: true },
  { name: 'fptan', code: [1, 6, 2], approximate: true },
  { name: 'fpatan', code: [1, 6, 3], approximate: true },
  { name: 'f2xm1', code: [1, 6, 0], approximate: true },
  { name: 'fyl2x', code: [1, 6, 1], approximate: true },
  { name: 'fyl2xp1', code: [1, 7, 1], approximate: true },
  { name: 'fprem', code: [1, 7, 0] },
  { name: 'fprem1', code: [1, 6, 5] },
  { name: 'fscale', code: [1, 7, 5] },
  { name: 'fxtract', code: [1, 6, 4] },
  { name: 'fbld', code: [7, 4], decimal: true },
  { name: 'fbstp', code: [7, 6] },
  { name: 'fadd', code: [0, 0, 1] },
  { name: 'fmul', code: [0, 1, 1] },
  { name: 'fdivrp', code: [6, 6, 1] },
  { name: 'fsqrt', code: [1, 7, 2] },
  { name: 'fst single', code: [1, 2] },
  { name: 'fstp double', code: [5, 3] },
  { name: 'fistp', code: [7, 3] },
  { name: 'frndint', code: [1, 7, 4] },
  { name: 'fstp', code: [3, 7] },
];

interface Case {
  readonly operation: number;
  readonly control: number;
  readonly st0: bigint;
  readonly st1: bigint;
  readonly memory: bigint;
}
interface Outcome {
  readonly status: number;
  readonly tags: number;
  /** Registers from ST(0) on that are not empty. */
  readonly stack: readonly bigint[];
  readonly memory: bigint;
}

function put(view: DataView, at: number, value: bigint): void {
  view.setBigUint64(at, BigInt.asUintN(64, value), true);
  view.setUint16(at + 8, Number(value >> 64n), true);
}
const get = (view: DataView, at: number) => view.getBigUint64(at, true) | (BigInt(view.getUint16(at + 8, true)) << 64n);
function outcomeOf(view: DataView, memory: bigint): Outcome {
  const status = view.getUint16(4, true);
  const tags = view.getUint16(8, true);
  const top = (status >> 11) & 7;
  const used = Array.from({ length: 8 }, (_, index) => index).filter((index) => ((tags >> (2 * ((top + index) & 7))) & 3) !== 3);
  return { status, tags, stack: used.map((index) => get(view, 28 + 10 * index)), memory };
}

function host(cases: readonly Case[]): Outcome[] {
  const folder = mkdtempSync(join(tmpdir(), 'x87-native-'));
  const program = join(folder, 'native');
  execFileSync('gcc', ['-O1', '-o', program, join(import.meta.dirname, 'x87.c')]);
  const input = new DataView(new ArrayBuffer(cases.length * RECORD));
  cases.forEach(({ operation, control, st0, st1, memory }, index) => {
    const at = index * RECORD;
    input.setUint32(at, operation, true);
    input.setUint16(at + 4, control, true);
    [st0, st1, memory].forEach((value, place) => put(input, at + 6 + 10 * place, value));
  });
  const output = execFileSync(program, { input: new Uint8Array(input.buffer), maxBuffer: 2 ** 30 });
  rmSync(folder, { recursive: true });
  return cases.map((_, index) => {
    const view = new DataView(output.buffer, output.byteOffset + index * RESULT, RESULT);
    return outcomeOf(view, get(view, IMAGE));
  });
}

const AREA = 64n;
/** The unit over a few bytes of memory. */
class Unit {
  readonly state = bind(coreState, new SharedArrayBuffer(coreState.size), 0);
  readonly view = new DataView(new ArrayBuffer(256));
  readonly #core = {
    state: this.state,
    memory: {
      read: (address: bigint, width: number) => {
        const at = Number(address);
        return width === 8
          ? this.view.getBigUint64(at, true)
          : BigInt(width === 4 ? this.view.getUint32(at, true) : this.view.getUint16(at, true));
      },
      write: (address: bigint, width: number, value: bigint) => {
        const at = Number(address);
        if (width === 8) this.view.setBigUint64(at, BigInt.asUintN(64, value), true);
        else if (width === 4) this.view.setUint32(at, Number(value), true);
        else this.view.setUint16(at, Number(value), true);
      },
    },
  } as unknown as Context;
  run([opcode, reg, rm]: readonly [number, number, number?], address = 0n): void {
    const register = rm === undefined ? 0 : X87_CODE.register;
    x87(this.#core, rm === undefined ? address : BigInt(rm), (opcode << X87_CODE.opcode) | (reg << X87_CODE.reg) | register);
  }
  outcome({ operation, control, st0, st1, memory }: Case): Outcome {
    reset(coreState, this.state.gpr.buffer as SharedArrayBuffer, 0);
    this.state.operandSize = 32;
    this.run([3, 4, 3]);
    for (const value of [st1, st0]) {
      put(this.view, 0, value);
      this.run([3, 5]);
    }
    this.run([3, 4, 2]);
    this.view.setUint16(0, control, true);
    this.run([1, 5]);
    put(this.view, 0, memory);
    this.run((OPERATIONS[operation] as Operation).code);
    const after = get(this.view, 0);
    this.run([5, 6], AREA);
    return outcomeOf(new DataView(this.view.buffer, Number(AREA), IMAGE), after);
  }
}

const C1 = 0x200;
const PE = 0x20;
/** PE, UE, ES and B. */
const INEXACT = 0x80b0;
/** How far two results are apart, in units in the last place. */
function distance(a: bigint, b: bigint): number {
  const order = (value: bigint) => {
    const size = value & ((1n << 79n) - 1n);
    const [exponent, significand] = [size >> 64n, size & ((1n << 64n) - 1n)];
    const place = (exponent === 0n ? 0n : exponent - 1n) * (1n << 63n) + significand;
    return value >> 79n ? -place : place;
  };
  const apart = order(a) - order(b);
  return Number(apart < 0n ? -apart : apart);
}
function differs(expected: Outcome, found: Outcome, approximate: boolean): boolean {
  // The host says inexact even where a function's value is a number, with what follows from that.
  const isExact = (found.status & PE) === 0;
  const loose = approximate ? C1 | (isExact ? INEXACT : 0) : 0;
  if ((expected.status ^ found.status) & ~loose || expected.memory !== found.memory) return true;
  if (expected.stack.length !== found.stack.length || expected.tags !== found.tags) return true;
  return expected.stack.some((value, index) => distance(value, found.stack[index] as bigint) > (approximate ? 1 : 0));
}

const SPECIAL = [
  0n,
  1n << 79n,
  0x3fff_8000_0000_0000_0000n,
  0xbfff_8000_0000_0000_0000n,
  0x7fff_8000_0000_0000_0000n,
  0xffff_8000_0000_0000_0000n,
  0x7fff_c000_0000_0000_0001n,
  0x7fff_a000_0000_0000_0000n,
  1n,
  0x8000_8000_0000_0000_0000n - (1n << 79n) - 1n,
  0x0001_8000_0000_0000_0000n,
  0x7ffe_ffff_ffff_ffff_ffffn,
  0x4000_c90f_daa2_2168_c235n,
  0x3ffe_8000_0000_0000_0000n,
  0x4000_8000_0000_0000_0000n,
];
function number(random: Random): bigint {
  if (random.chance(0.15)) return random.pick(SPECIAL);
  const significand = random.chance(0.3) ? ((random.bits64() >> 40n) << 40n) | (1n << 63n) : random.bits64() | (1n << 63n);
  const exponent = random.chance(0.8)
    ? 0x3fff + random.between(-6, 6)
    : random.chance(0.7)
      ? 0x3fff + random.between(-140, 140)
      : random.below(0x7fff);
  return (BigInt(exponent | (random.chance(0.5) ? 0x8000 : 0)) << 64n) | significand;
}
/** F2XM1 and FYL2XP1 have no result beyond their range. */
function inRange(name: string, value: bigint): boolean {
  const exponent = Number((value >> 64n) & 0x7fffn);
  return name === 'fyl2xp1' ? exponent < 0x3ffd || exponent === 0x7fff : true;
}
function makeCase(random: Random): Case {
  const operation = random.below(OPERATIONS.length);
  const { name, decimal } = OPERATIONS[operation] as Operation;
  // Mostly all exceptions masked; precision and rounding anything that there is.
  const masks = random.chance(0.7) ? 0x3f : random.below(64);
  const control = masks | 0x40 | (random.pick([0, 2, 3, 3, 3]) << 8) | (random.below(4) << 10);
  let st0 = number(random);
  while (!inRange(name, st0)) st0 = number(random);
  const digits = Array.from({ length: 18 }, () => BigInt(random.below(10))).reduce((all, digit) => (all << 4n) | digit, 0n);
  const memory = decimal ? digits | (random.chance(0.5) ? 1n << 79n : 0n) : 0x1111_2222_3333_4444_5555n;
  return { operation, control, st0, st1: number(random), memory };
}

describeWith(['x86-64-gcc'], 'x87 instructions', () => {
  test('agree with the host', () => {
    const random = new Random(FIRST_SEED);
    const cases = Array.from({ length: CASES }, () => makeCase(random));
    const expected = host(cases);
    const unit = new Unit();
    const failures = cases.flatMap((given, index) => {
      const operation = OPERATIONS[given.operation] as Operation;
      const [wanted, found] = [expected[index] as Outcome, unit.outcome(given)];
      if (!differs(wanted, found, operation.approximate === true)) return [];
      const hex = (value: bigint | number) => value.toString(16);
      const words = ({ status, tags, stack, memory }: Outcome) => `${hex(status)} ${hex(tags)} ${stack.map(hex).join(' ')} ${hex(memory)}`;
      return [
        `${operation.name} ${hex(given.st0)} ${hex(given.st1)} control ${hex(given.control)}: host ${words(wanted)}, we ${words(found)}`,
      ];
    });
    expect(failures.slice(0, 10), `seed ${FIRST_SEED}, ${failures.length} of ${cases.length}`).toEqual([]);
  });
});
