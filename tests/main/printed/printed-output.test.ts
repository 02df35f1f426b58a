/** Console output on its way into the file: handed over in the background, caught up with after a program was killed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { PrintedOutput } from '../../../main/printed/printed-output.ts';
import { ConsoleLog } from '../../../main/supervisor/console-log.ts';

const folders: string[] = [];
const open: PrintedOutput[] = [];
afterEach(async () => {
  for (const output of open.splice(0)) await output.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-printed-'));
  folders.push(folder);
  return folder;
};
/** A program over what an earlier one left in the library. */
function program(folder: string, library: ConsoleLog = new ConsoleLog()) {
  const failures: Error[] = [];
  const output = new PrintedOutput({
    folder,
    failed: (error) => failures.push(error),
    stored: () => Promise.resolve(library.end > 0 ? [{ machine: 'M1', console: 0, end: library.end }] : []),
    tail: () => Promise.resolve({ end: library.end, bytes: library.tail() }),
  });
  open.push(output);
  const log = new ConsoleLog({ end: library.end, bytes: library.tail() });
  const print = (text: string) => {
    const bytes = new TextEncoder().encode(text);
    log.append(bytes);
    output.printed('M1', 0, log, log.end - bytes.length);
  };
  return { output, log, print, failures };
}
const find = async (output: PrintedOutput, text: string) => (await output.find({ text, limit: 100 })).found;

test('what was printed a moment ago is found, with the time it was printed', { timeout: 60_000 }, async () => {
  const { output, print, failures } = program(newFolder());
  const before = Date.now();
  print('a line\r\n');
  print('and another\r\n');
  const [found] = await find(output, 'another');
  expect(found).toMatchObject({ machine: 'M1', console: 0, position: 8, line: 'and another' });
  expect(found?.time).toBeGreaterThanOrEqual(before);
  expect(failures).toEqual([]);
});

test('a program takes over what the one before printed and did not hand over, once', { timeout: 60_000 }, async () => {
  const folder = newFolder();
  const first = program(folder);
  first.print('of the first program\r\n');
  await find(first.output, 'program');
  // Killed at once: the library has it, and the time at which it would be handed over never comes.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  first.print('killed after this\r\n');
  vi.useRealTimers();
  const second = program(folder, first.log);
  second.print('of the second program\r\n');
  expect((await find(second.output, 'program')).map(({ line }) => line)).toEqual(['of the second program', 'of the first program']);
  expect((await find(second.output, 'killed after')).map(({ time }) => time)).toEqual([0]);
  const { stretches } = await second.output.stretches({ machine: 'M1', console: 0 }, 0, 1);
  expect(stretches).toEqual([{ position: 0, length: second.log.end }]);
});

test('a flood costs a gap at most, and what follows it is kept', { timeout: 60_000 }, async () => {
  const { output, log, print, failures } = program(newFolder());
  print('before the flood\r\n');
  const piece = 'y\r\n'.repeat(30_000);
  for (let pieces = 0; pieces < 60; pieces++) print(piece);
  print('after the flood\r\n');
  expect((await find(output, 'after the flood')).map(({ position }) => position)).toEqual([log.end - 17]);
  const { stretches } = await output.stretches({ machine: 'M1', console: 0 }, 0, 1);
  const last = stretches.at(-1);
  expect((last?.position ?? 0) + (last?.length ?? 0)).toBe(log.end);
  expect(failures).toEqual([]);
});

test('an emptied console is empty here, too, and goes on', { timeout: 60_000 }, async () => {
  const { output, log, print } = program(newFolder());
  print('secret\r\n');
  await find(output, 'secret');
  print('secret, not handed over yet\r\n');
  log.clear();
  await output.forget('M1', 0);
  expect(await find(output, 'secret')).toEqual([]);
  print('later\r\n');
  expect(await find(output, 'later')).toHaveLength(1);
});
