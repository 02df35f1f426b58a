/** All that consoles printed: kept whole, found by any piece, bounded, with times; and at a gigabyte, quickly. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { findText } from '../../../main/printed/find-text.ts';
import { positionsAt } from '../../../main/printed/positions-at.ts';
import { marksWithin, Parts, USUAL_ROOM, type Mark, type Room } from '../../../main/printed/parts.ts';
import { linesOf, seeded } from './printed-lines.ts';

const folders: string[] = [];
const open: Parts[] = [];
afterEach(async () => {
  for (const parts of open.splice(0)) await parts.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const openParts = async (room?: Room) => {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-printed-'));
  folders.push(folder);
  const file = join(folder, 'consoles.db');
  const parts = await Parts.open(file, room);
  open.push(parts);
  return { parts, file };
};
const bytesOf = (text: string) => new TextEncoder().encode(text);
const print = (parts: Parts, text: string, position: number, time = 1000, machine = 'M1') =>
  parts.append({ machine, console: 0, position, bytes: bytesOf(text), marks: [[position, time]] });
const indexAll = async (parts: Parts) => {
  while ((await parts.index()) > 0);
};
const find = async (parts: Parts, text: string, more: { machine?: string; console?: number } = {}) =>
  (await findText(parts, { text, limit: 100, ...more })).found;

test('what was printed in any pieces is read back as it was', async () => {
  const { parts } = await openParts();
  const { seed, next } = seeded();
  const all = bytesOf(linesOf(seed, 200_000));
  for (let at = 0; at < all.length;) {
    const length = Math.min(all.length - at, 1 + (next() % 60_000));
    await parts.append({ machine: 'M1', console: 0, position: at, bytes: all.slice(at, at + length), marks: [[at, at]] });
    at += length;
    if (next() % 3 === 0) await parts.index();
  }
  expect(Buffer.compare(await parts.read({ machine: 'M1', console: 0 }, 0, all.length), all), `seed ${seed}`).toBe(0);
  expect(Buffer.compare(await parts.read({ machine: 'M1', console: 0 }, 1234, 98_765), all.subarray(1234, 98_765))).toBe(0);
  const { stretches } = await parts.stretches({ machine: 'M1', console: 0 }, 0, 1);
  expect(stretches).toEqual([{ position: 0, length: all.length }]);
});

test('a line is found by any piece of it, whatever its case and colour, indexed or not, with its place and time', async () => {
  const { parts } = await openParts();
  const text = 'first\r\n\x1b[31mKernel\x1b[0m panic: no "init" found\r\nlast ünïcode\r\n';
  await print(parts, text, 0, 5000);
  for (const isIndexed of [false, true]) {
    if (isIndexed) await indexAll(parts);
    expect(await find(parts, 'ERNEL pan')).toEqual([
      { machine: 'M1', console: 0, position: 7, time: 5000, line: 'Kernel panic: no "init" found' },
    ]);
    expect((await find(parts, 'no "init"')).map(({ position }) => position)).toEqual([7]);
    expect((await find(parts, 'ÜNÏ')).map(({ line }) => line)).toEqual(['last ünïcode']);
    expect((await find(parts, 'fi')).map(({ line }) => line)).toEqual(['first']);
    expect(await find(parts, 'panic kernel')).toEqual([]);
  }
});

test('the newest comes first, of one machine or console where that is asked, step by step where there is much', async () => {
  const { parts } = await openParts();
  const many = Array.from({ length: 3000 }, (_, line) => `line ${line} of the list, padded ${'.'.repeat(60)}\r\n`).join('');
  await print(parts, many, 0, 1000, 'M1');
  await print(parts, 'line of another\r\n', 0, 2000, 'M2');
  await indexAll(parts);
  expect((await find(parts, 'line', { machine: 'M2' })).map(({ line }) => line)).toEqual(['line of another']);
  expect(await find(parts, 'line', { machine: 'M2', console: 1 })).toEqual([]);
  const lines: string[] = [];
  let before: number | undefined;
  do {
    const step = await findText(parts, { text: 'line ', limit: 100, ...(before === undefined ? {} : { before }) });
    lines.push(...step.found.map(({ line }) => line));
    before = step.before;
  } while (before !== undefined);
  expect(lines.length).toBe(3001);
  expect(lines[0]).toBe('line of another');
  expect(lines[1]).toContain('line 2999 ');
  expect(lines.at(-1)).toContain('line 0 ');
});

test('what is there already is not kept twice, and a line that goes on later is found whole', async () => {
  const { parts } = await openParts();
  await print(parts, 'one\r\ntw', 0);
  await indexAll(parts);
  await print(parts, 'one\r\ntwo and three\r\n', 0, 3000);
  expect((await find(parts, 'two and')).map(({ position, line }) => ({ position, line }))).toEqual([
    { position: 5, line: 'two and three' },
  ]);
  expect(await find(parts, 'one')).toHaveLength(1);
});

test('positions that begin again lower replace what was beyond them', async () => {
  const { parts } = await openParts();
  await print(parts, 'kept\r\nlost with the power\r\n', 0);
  await indexAll(parts);
  await parts.truncate({ machine: 'M1', console: 0 }, 6);
  await print(parts, 'printed instead\r\n', 6);
  expect(await find(parts, 'lost')).toEqual([]);
  expect(new TextDecoder().decode(await parts.read({ machine: 'M1', console: 0 }, 0, 1000))).toBe('kept\r\nprinted instead\r\n');
});

test('more than there is room for drops the oldest, never the first boot, and what is dropped is not found', async () => {
  const { parts } = await openParts({ total: 200_000, ofMachine: 100_000 });
  const { seed, next } = seeded();
  const noise = () => `${Array.from({ length: 1000 }, () => next().toString(36)).join(' ')}\r\n`;
  await print(parts, `the first boot\r\n${'x'.repeat(80_000)}\r\n`, 0);
  let position = 80_018;
  const say = async (text: string) => {
    await print(parts, text, position);
    position += bytesOf(text).length;
  };
  await say(`the second boot\r\n${noise()}`);
  for (let round = 0; round < 30; round++) await say(noise());
  await indexAll(parts);
  await say('the last line\r\n');
  expect((await find(parts, 'the first boot')).length, `seed ${seed}`).toBe(1);
  expect(await find(parts, 'the second boot')).toEqual([]);
  expect(await find(parts, 'the last line')).toHaveLength(1);
  const { stretches } = await parts.stretches({ machine: 'M1', console: 0 }, 0, 0);
  expect(stretches.length).toBe(2);
  expect((await parts.usage()).bytes).toBeLessThan(position);
});

test('a machine that is gone leaves nothing', async () => {
  const { parts } = await openParts();
  await print(parts, 'of the one\r\n', 0, 1, 'M1');
  await print(parts, 'of the other\r\n', 0, 1, 'M2');
  await indexAll(parts);
  await parts.forget('M1');
  expect((await find(parts, 'of the')).map(({ machine }) => machine)).toEqual(['M2']);
  expect(await parts.end({ machine: 'M1', console: 0 })).toBe(0);
});

test('marks within a stretch begin with the time that holds there', () => {
  const marks: Mark[] = [
    [0, 10],
    [5, 20],
    [9, 30],
  ];
  expect(marksWithin(marks, 0, 6)).toEqual([
    [0, 10],
    [5, 20],
  ]);
  expect(marksWithin(marks, 6, Infinity)).toEqual([
    [0, 20],
    [3, 30],
  ]);
  expect(marksWithin([], 0, 5)).toEqual([]);
});

/** Megabytes of generated history; a gigabyte with VIVARIUM_ROUNDS=1000 (about ten minutes of indexing). */
const MEGABYTES = Number(process.env['VIVARIUM_ROUNDS'] ?? 2);

test(`finds in ${MEGABYTES} MB of history`, { timeout: 3_600_000 }, async () => {
  const { parts, file } = await openParts({ ...USUAL_ROOM, ofMachine: Infinity, total: Infinity });
  const { seed } = seeded();
  const needle = '\r\noops: needle in megabyte 1 of all\r\n';
  for (let megabyte = 0; megabyte < MEGABYTES; megabyte++) {
    const text = `${linesOf(seed + megabyte, 1_000_000 - needle.length)}${megabyte === 1 ? needle : ''}`;
    await print(parts, text, await parts.end({ machine: `M${megabyte % 20}`, console: 0 }), megabyte, `M${megabyte % 20}`);
    await indexAll(parts);
  }
  await parts.database.script('PRAGMA wal_checkpoint(TRUNCATE)');
  const usage = await parts.usage();
  const times: string[] = [];
  for (const text of ['needle in megabyte', 'filesystem mounted', 'error', '0x7f3ab', 'no such thing at all', 'accepted link']) {
    const before = performance.now();
    const { found } = await findText(parts, { text, limit: 100 });
    times.push(`"${text}": ${found.length} in ${(performance.now() - before).toFixed(1)} ms`);
    if (text.startsWith('needle')) expect(found.map(({ line }) => line)).toEqual([needle.trim()]);
    if (text.startsWith('no such')) expect(found).toEqual([]);
  }
  console.log(`seed ${seed}: ${usage.bytes} bytes printed, ${statSync(file).size} on the disk; ${times.join('; ')}`);
});

test('how far a console had got at a time', async () => {
  const { parts } = await openParts();
  const place = { machine: 'M1', console: 0 };
  const at = (...times: number[]) => positionsAt(parts, place, times);
  expect(await at(5000)).toEqual([0]);
  await parts.append({ ...place, position: 0, bytes: bytesOf('old\n'), marks: [[0, 0]] });
  expect(await at(5000)).toEqual([4]);
  const marks: Mark[] = [
    [4, 10_000],
    [9, 20_000],
    // A moment that was noted right after the output before it.
    [14, 20_100],
  ];
  await parts.append({ ...place, position: 4, bytes: bytesOf('boot\nlogin\nls\n'), marks });
  expect(await at(9_999, 10_000, 10_900, 11_000, 19_000, 20_050, 20_100, 90_000)).toEqual([4, 4, 4, 9, 9, 9, 14, 18]);
  // Over the borders of parts, the time of what goes on holds.
  const flood = new Uint8Array(200_000).fill(10);
  await parts.append({ ...place, position: 18, bytes: flood, marks: [[18, 30_000]] });
  expect(await at(29_000, 40_000)).toEqual([18, 18 + flood.length]);
});
