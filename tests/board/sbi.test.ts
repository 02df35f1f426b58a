/** The built-in SBI against the specification's words (RISC-V SBI 2.0). */
import { describe, expect, it } from 'vitest';
import { BASE, DBCN, HSM, IPI, RFENCE, SRST, TIME, createSbi, type SbiPlatform } from '../../emulator/board/sbi/sbi.ts';

const ALL = 2n ** 64n - 1n;
const signed = (value: bigint) => Number(BigInt.asIntN(64, value));

function machine(parts: Partial<SbiPlatform> = {}) {
  const calls: unknown[][] = [];
  const ram = new Uint8Array(256);
  const typed = [...'ok'].map((letter) => letter.charCodeAt(0));
  const printed: number[] = [];
  const noted =
    (name: string) =>
    (...rest: unknown[]) =>
      void calls.push([name, ...rest]);
  const platform: SbiPlatform = {
    hartCount: 4,
    setTimer: noted('timer'),
    sendIpi: noted('ipi'),
    remoteFence: noted('fence'),
    startHart: (...rest) => (calls.push(['start', ...rest]), 'started'),
    stopHart: noted('stop'),
    hartState: (hart) => (hart === 2 ? 'stopped' : 'started'),
    suspendHart: noted('suspend'),
    readMemory: (address, length) =>
      address >= 0x100 && address + length <= 0x200 ? ram.subarray(address - 0x100, address - 0x100 + length) : undefined,
    writeMemory: (address, bytes) => (ram.set(bytes, address - 0x100), true),
    consoleWrite: (bytes) => (printed.push(...bytes), bytes.length),
    consoleRead: () => typed.shift() ?? -1,
    reset: noted('reset'),
    ...parts,
  };
  const sbi = createSbi(platform);
  const call = (extension: number, functionId: number, ...args: (bigint | number)[]) => {
    const x = new BigUint64Array(32).fill(0xdeadn);
    args.forEach((value, index) => (x[10 + index] = BigInt.asUintN(64, BigInt(value))));
    x[16] = BigInt(functionId);
    x[17] = BigInt(extension);
    sbi.call({ id: 1, x: (index) => x[index] as bigint, setX: (index, value) => (x[index] = value) });
    return { error: signed(x[10] as bigint), value: x[11] as bigint };
  };
  return { calls, ram, printed, call };
}

describe('base', () => {
  it('is version 2.0 and knows its extensions', () => {
    const { call } = machine();
    expect(call(BASE, 0)).toEqual({ error: 0, value: 0x0200_0000n });
    for (const extension of [BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN, 0, 1, 2, 8])
      expect(call(BASE, 3, extension), extension.toString(16)).toEqual({ error: 0, value: 1n });
    for (const extension of [0x504d55, 4, 0x53555350]) expect(call(BASE, 3, extension)).toEqual({ error: 0, value: 0n });
    for (const id of [1, 2, 4, 5, 6]) expect(call(BASE, id).error).toBe(0);
    expect(call(BASE, 7).error).toBe(-2);
  });
  it('answers what it does not know with NOT_SUPPORTED', () => {
    const { call } = machine();
    expect(call(0x1234_5678, 0)).toEqual({ error: -2, value: 0n });
    for (const extension of [TIME, IPI, HSM, SRST, DBCN, RFENCE]) expect(call(extension, 99).error).toBe(-2);
  });
});

it("TIME sets the caller's timer", () => {
  const { call, calls } = machine();
  expect(call(TIME, 0, 12345)).toEqual({ error: 0, value: 0n });
  expect(calls).toEqual([['timer', 1, 12345n]]);
});

describe('IPI and RFENCE', () => {
  it('reach the harts of the mask', () => {
    const { call, calls } = machine();
    expect(call(IPI, 0, 0b101, 1).error).toBe(0);
    expect(calls).toEqual([
      ['ipi', 1],
      ['ipi', 3],
    ]);
    calls.length = 0;
    expect(call(IPI, 0, 0, ALL).error).toBe(0);
    expect(calls).toHaveLength(4);
    calls.length = 0;
    call(RFENCE, 0, 1, 0);
    call(RFENCE, 1, 2, 0, 0x1000, 0x2000);
    call(RFENCE, 2, 4, 0, 0x1000, ALL, 7);
    expect(calls).toEqual([
      ['fence', [0], 'instruction', 0n, ALL, 0n],
      ['fence', [1], 'address', 0x1000n, 0x2000n, 0n],
      ['fence', [2], 'addressSpace', 0x1000n, ALL, 7n],
    ]);
  });
  it('refuse harts that do not exist', () => {
    const { call, calls } = machine();
    expect(call(IPI, 0, 0b10000, 0).error).toBe(-3);
    expect(call(IPI, 0, 1, 4).error).toBe(-3);
    expect(call(RFENCE, 0, ALL, 1).error).toBe(-3);
    expect(call(RFENCE, 3, 1, 0).error).toBe(-2);
    expect(calls).toEqual([]);
  });
});

describe('HSM', () => {
  it('starts, stops, suspends and tells states', () => {
    const { call, calls } = machine();
    expect(call(HSM, 0, 2, 0x8020_0000, 42).error).toBe(0);
    expect(call(HSM, 2, 2)).toEqual({ error: 0, value: 1n });
    expect(call(HSM, 2, 0)).toEqual({ error: 0, value: 0n });
    expect(call(HSM, 3, 0).error).toBe(0);
    call(HSM, 3, 0x8000_0000, 0x8020_0000, 5);
    call(HSM, 1);
    expect(calls).toEqual([
      ['start', 2, 0x8020_0000n, 42n],
      ['suspend', 1],
      ['suspend', 1, { pc: 0x8020_0000n, opaque: 5n }],
      ['stop', 1],
    ]);
  });
  it('leaves the registers of a hart that stopped alone', () => {
    const { call } = machine();
    expect(call(HSM, 1, 7).value).toBe(0xdeadn);
  });
  it("has the specification's errors", () => {
    expect(machine().call(HSM, 0, 9, 0, 0).error).toBe(-3);
    expect(machine().call(HSM, 2, 9).error).toBe(-3);
    expect(machine().call(HSM, 3, 1).error).toBe(-3);
    expect(machine({ startHart: () => 'already' }).call(HSM, 0, 1, 0, 0).error).toBe(-6);
    expect(machine({ startHart: () => 'invalidAddress' }).call(HSM, 0, 1, 0, 0).error).toBe(-5);
  });
});

it('SRST ends the run, and refuses reserved types', () => {
  const { call, calls } = machine();
  call(SRST, 0, 0, 0);
  call(SRST, 0, 0, 1);
  call(SRST, 0, 1, 0);
  call(SRST, 0, 2, 0);
  expect(calls).toEqual([
    ['reset', 'shutdown', false],
    ['reset', 'shutdown', true],
    ['reset', 'coldReboot', false],
    ['reset', 'warmReboot', false],
  ]);
  expect(call(SRST, 0, 3, 0).error).toBe(-3);
  expect(call(SRST, 0, 0, 9).error).toBe(-3);
});

describe('DBCN', () => {
  it('prints and reads through memory, and prints a byte', () => {
    const { call, ram, printed } = machine();
    ram.set(Buffer.from('hello'), 16);
    expect(call(DBCN, 0, 5, 0x110, 0)).toEqual({ error: 0, value: 5n });
    expect(call(DBCN, 2, 0x21)).toEqual({ error: 0, value: 0n });
    expect(Buffer.from(printed).toString()).toBe('hello!');
    expect(call(DBCN, 1, 10, 0x100, 0)).toEqual({ error: 0, value: 2n });
    expect(Buffer.from(ram.subarray(0, 2)).toString()).toBe('ok');
    expect(call(DBCN, 1, 10, 0x100, 0)).toEqual({ error: 0, value: 0n });
  });
  it('refuses memory that is not RAM', () => {
    const { call } = machine();
    expect(call(DBCN, 0, 5, 0x10, 0).error).toBe(-3);
    expect(call(DBCN, 0, 5, 0x110, 1).error).toBe(-3);
    expect(call(DBCN, 1, 5, 0x1fe, 0).error).toBe(-3);
    expect(call(DBCN, 0, ALL, ALL, ALL).error).toBe(-3);
  });
  it('says how much of a long text it took', () => {
    expect(machine({ consoleWrite: () => 3 }).call(DBCN, 0, 9, 0x100, 0).value).toBe(3n);
    expect(machine({ consoleWrite: () => 0 }).call(DBCN, 2, 1).error).toBe(-4);
  });
});

it('the legacy calls answer in a0 alone', () => {
  const { call, calls, printed } = machine();
  expect(call(1, 0, 0x41)).toEqual({ error: 0, value: 0xdeadn });
  expect(printed).toEqual([0x41]);
  expect([call(2, 0).error, call(2, 0).error, call(2, 0).error]).toEqual([0x6f, 0x6b, -1]);
  call(0, 0, 99);
  call(8, 0);
  expect(calls).toEqual([
    ['timer', 1, 99n],
    ['reset', 'shutdown', false],
  ]);
});
