/** What is saved of a machine that keeps running is one moment of it, whatever it writes meanwhile. */
import { expect, it } from 'vitest';
import { copyPages } from '../../../emulator/host/pages.ts';
import { attach, bare, type Point, pointOf, sleep } from './bare-machine.ts';

/** Writes the number of the pass to 64 pages in turn, without end. */
const SWEEPER = `
  li s0, 0x80100000
  li s2, 4096
  li s1, 0
outer:
  addi s1, s1, 1
  mv t0, s0
  li t1, 64
inner:
  sd s1, 0(t0)
  add t0, t0, s2
  addi t1, t1, -1
  bnez t1, inner
  j outer
`;
const FIRST_PAGE = 0x100;
const SWEPT = 64;
const ENGINES = ['interpreter', 'auto', 'compiler'] as const;

function passesIn({ pages }: Point): bigint[] {
  return Array.from({ length: SWEPT }, (_, page) => {
    const bytes = pages.get(FIRST_PAGE + page);
    return bytes ? new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true) : 0n;
  });
}

it.each(ENGINES)(
  'what is saved of a machine that keeps writing is one moment (%s)',
  async (engine) => {
    const { machine } = await attach(bare(SWEEPER, engine));
    let before = 0n;
    let base: Point | undefined;
    for (let round = 0; round < 12; round++) {
      // Some passes at least, however busy the host is.
      const from = machine.figures().instructions;
      while (machine.figures().instructions < from + 10_000) await sleep(20);
      // The last rounds save only what has changed: together with what was saved before, it is as whole.
      const onlyChanged = round >= 6;
      base = await pointOf(await machine.save({ onlyChanged }), onlyChanged ? base : undefined);
      const passes = passesIn(base);
      const newest = passes[0] as bigint;
      const written = passes.filter((pass) => pass === newest).length;
      // The pages written in this pass come first, all others are of the pass before.
      expect(passes).toEqual([...Array<bigint>(written).fill(newest), ...Array<bigint>(SWEPT - written).fill(newest - 1n)]);
      expect(newest).toBeGreaterThan(before);
      if (onlyChanged) expect(base.copied).toBeLessThanOrEqual(SWEPT + 1);
      before = newest;
    }
    await machine.stop();
  },
  120_000,
);

it('a copy given up leaves no marks, and the next save is whole', async () => {
  const { machine } = await attach(bare(SWEEPER, 'auto'));
  const given = await machine.save();
  const stop = new AbortController();
  const copying = copyPages(given.ram, () => undefined, { room: () => new Promise(() => undefined), signal: stop.signal });
  await sleep(20);
  stop.abort(new Error('not wanted any more'));
  await expect(copying).rejects.toThrow('not wanted any more');
  const failing = await machine.save();
  const room = () => Promise.reject(new Error('the disk is full'));
  await expect(copyPages(failing.ram, () => undefined, { room })).rejects.toThrow('the disk is full');
  const whole = await pointOf(await machine.save());
  expect(whole.copied).toBe((64 * 2 ** 20) / 4096);
  expect(whole.pages.size).toBeGreaterThanOrEqual(SWEPT + 1);
  await machine.stop();
}, 60_000);

it('a second save waits until the first is copied, and a machine that ends does not keep it waiting', async () => {
  const { machine } = await attach(bare(SWEEPER, 'auto'));
  const first = await machine.save();
  let taken = false;
  const second = machine.save({ onlyChanged: true }).then((snapshotPoint) => {
    taken = true;
    return snapshotPoint;
  });
  await sleep(50);
  expect(taken).toBe(false);
  const base = await pointOf(first);
  expect(passesIn(await pointOf(await second, base))[0]).toBeGreaterThan(passesIn(base)[0] as bigint);
  // What was being copied when the machine ended can be copied to the end.
  const last = await machine.save();
  const never = machine.save();
  const refused = expect(never).rejects.toThrow(/has ended/);
  await sleep(5);
  await machine.stop();
  await refused;
  expect((await pointOf(last)).copied).toBe((64 * 2 ** 20) / 4096);
}, 60_000);

it('time stands still while a machine is paused, and a snapshot point of a paused machine leaves it paused', async () => {
  const { machine } = await attach(bare(SWEEPER, 'auto'));
  await sleep(30);
  await machine.pause();
  const first = await pointOf(await machine.save());
  await sleep(100);
  const second = await pointOf(await machine.save());
  expect(second.hash).toBe(first.hash);
  expect(second.uptimeMs).toBe(first.uptimeMs);
  await machine.resume();
  await sleep(30);
  expect((await pointOf(await machine.save())).hash).not.toBe(first.hash);
  await machine.stop();
}, 60_000);
