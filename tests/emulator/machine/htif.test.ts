/** Calls of bare programs to their host: exit, printing, and the system calls of riscv-tests. */
import { expect, test } from 'vitest';
import type { Fault } from '../../../emulator/error/coded-error.ts';
import { createHtif } from '../../../emulator/machine/htif.ts';
import { GuestMemory } from '../../../emulator/memory/guest-memory.ts';

const BASE = 0x8000_0000;
const TOHOST = BASE + 0x1000;
const FROMHOST = TOHOST + 64;
const CALL = BASE + 0x2000;

function setting(fromhost: number | undefined = FROMHOST) {
  const size = 16 * 4096;
  const memory = new GuestMemory({
    buffer: new SharedArrayBuffer(size),
    ramOffset: 0,
    ranges: [{ at: BASE, size }],
    pageFlags: new Uint8Array(16),
    fetch: () => undefined,
    keep: () => undefined,
    codeWritten: () => undefined,
  });
  const happened: string[] = [];
  const look = createHtif({
    memory,
    tohost: TOHOST,
    fromhost,
    print: (bytes) => (happened.push(Buffer.from(bytes).toString('latin1')), bytes.length),
    end: (ending) => void happened.push(JSON.stringify(ending)),
    log: (line) => void happened.push(`log: ${line}`),
  });
  const put = (address: number, ...words: readonly (number | bigint)[]) =>
    words.forEach((word, index) => memory.view.setBigUint64(address - BASE + 8 * index, BigInt.asUintN(64, BigInt(word)), true));
  const get = (address: number) => memory.view.getBigInt64(address - BASE, true);
  const ask = (word: bigint) => {
    put(TOHOST, word);
    look();
  };
  return { happened, put, get, ask };
}

test('an odd value ends the run with the rest as exit code', () => {
  const { ask, happened } = setting();
  ask(1n);
  ask((42n << 1n) | 1n);
  expect(happened).toEqual(['{"kind":"poweroff","code":0}', '{"kind":"poweroff","code":42}']);
});

test('characters are printed, and answered where the program waits for it', () => {
  const { ask, happened, get } = setting();
  ask(0x0101_0000_0000_0041n);
  expect([happened, get(TOHOST), get(FROMHOST)]).toEqual([['A'], 0n, 0x0101_0000_0000_0141n]);
  // An odd character is no end.
  ask(0x0101_0000_0000_0043n);
  expect(happened).toEqual(['A', 'C']);
  const silent = setting(0);
  silent.ask(0x0101_0000_0000_0041n);
  expect([silent.happened, silent.get(FROMHOST)]).toEqual([['A'], 0n]);
});

test('system calls: write, exit, and those that are not there', () => {
  const { ask, happened, put, get } = setting();
  put(BASE, 0x6f_6c_6c_65_68n);
  put(CALL, 64, 1, BASE, 5);
  ask(BigInt(CALL));
  expect([happened, get(CALL), get(FROMHOST)]).toEqual([['hello'], 5n, 1n]);
  put(CALL, 64, 1, 0x1000, 5);
  ask(BigInt(CALL));
  put(CALL, 64, 1, BASE, -1n);
  ask(BigInt(CALL));
  expect([happened.length, get(CALL)]).toEqual([1, -14n]);
  put(CALL, 1024, 0, 0, 0);
  ask(BigInt(CALL));
  put(CALL, 1024, 0, 0, 0);
  ask(BigInt(CALL));
  expect([happened.slice(1), get(CALL)]).toEqual([
    ['log: the program makes HTIF system call 1024, which is answered with "not implemented"'],
    -38n,
  ]);
  put(CALL, 93, 7);
  ask(BigInt(CALL));
  expect(happened.at(-1)).toBe('{"kind":"poweroff","code":7}');
});

test('what is not answered ends the run with the reason', () => {
  const { ask, happened } = setting();
  for (const word of [0x0100_0000_0000_0000n, 0x0200_0000_0000_0000n, 0x1000n, 0x0003_0000_0000_0000n]) ask(word);
  expect(happened.map((text) => (JSON.parse(text) as { fault: Fault }).fault)).toEqual([
    { code: 'htif-unanswered', facts: { what: 'console input' } },
    { code: 'htif-unanswered', facts: { what: 'command 0 of device 2' } },
    { code: 'htif-unanswered', facts: { what: 'a system call at 0x1000, where there is no memory' } },
    { code: 'htif-unanswered', facts: { what: 'command 3 of device 0' } },
  ]);
});
