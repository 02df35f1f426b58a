/** Going back: to points of a branching history, exactly, and going on from there, in place and in a machine of its own. */
import { describe, expect, it } from 'vitest';
import type { Ending } from '../../../emulator/index.ts';
import { type Attached, attach, bare, inequalities, type Point, pointOf, restorePoint, sleep } from './bare-machine.ts';
import { LETTERS, WANDERER } from './wanderer.ts';

const MEMORY = 64 * 2 ** 20;
const MACHINES = [
  ['interpreter', 1],
  ['auto', 1],
  ['compiler', 1],
  ['auto', 2],
] as const;

/** A small generator (xorshift32), so that a failing run can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** The letters must follow each other: nothing printed was lost or came twice. */
function expectInOrder(printed: string, after: string): void {
  let next = after === '' ? 0 : LETTERS.indexOf(after) + 1;
  for (const letter of printed) expect(letter).toBe(LETTERS[next++ % LETTERS.length]);
}

/** Lets the guest run for so long at least, until it has finished a slice. @throws Error when it does not */
async function goesOn({ machine, ended }: Attached, milliseconds = 30): Promise<void> {
  const before = machine.figures().instructions;
  let ending: Ending | undefined;
  void ended.then((end) => (ending = end));
  const least = Date.now() + milliseconds;
  while (Date.now() < least || machine.figures().instructions <= before) {
    await sleep(2);
    if (ending) throw new Error(`the guest ended: ${JSON.stringify(ending)}`);
    if (Date.now() > least + 20_000) throw new Error('the guest does not go on');
  }
}

describe.each(MACHINES)('a branching history (%s, %i cores)', (engine, cores) => {
  it('each return, in place and paused, gives exactly the point, and the guest goes on from it', async () => {
    const below = random(20261121);
    const attached = await attach(bare(WANDERER, engine, { cores }));
    const { machine } = attached;
    const points: { readonly point: Point; readonly last: string }[] = [];
    let base: Point | undefined;
    let printedFrom = 0;
    let lastBefore = '';
    const save = async () => {
      const snapshotPoint = await machine.save({ onlyChanged: base !== undefined });
      // What was printed before the snapshot point has been delivered before the answer, what comes after it after.
      const printed = attached.printed().slice(printedFrom);
      base = await pointOf(snapshotPoint, base);
      expectInOrder(printed, lastBefore);
      points.push({ point: base, last: printed.at(-1) ?? lastBefore });
    };
    for (let round = 0; round < 16; round++) {
      await goesOn(attached, 5 + below(40));
      if (points.length < 3 || below(3) === 0) {
        await save();
        continue;
      }
      const target = points[below(points.length)] as (typeof points)[number];
      const paused = below(3) !== 0;
      if (paused) await machine.pause();
      let result: Promise<string> = Promise.resolve('');
      const kept = await machine.restore(
        restorePoint(target.point, MEMORY, {
          ...(base ? { from: base } : {}),
          filled: (filling) => void (result = filling),
          slow: () => sleep(below(2)),
        }),
        below(2) === 0 ? { keep: { onlyChanged: true } } : {},
      );
      if (paused) {
        // The present has been kept as it was; the machine is the target, to the byte.
        if (kept) await pointOf(kept, base);
        const now = await pointOf(await machine.save());
        expect(inequalities(now, target.point)).toEqual([]);
        expect(now.hash).toBe(target.point.hash);
        expect(await result).toBe('filled');
        base = now;
      } else {
        if (kept) await pointOf(kept, base);
        base = target.point;
      }
      printedFrom = attached.printed().length;
      lastBefore = target.last;
      if (paused) await machine.resume();
    }
    await goesOn(attached);
    await machine.stop();
  }, 180_000);

  it('a machine of its own goes on from a point before its memory is there', async () => {
    const attached = await attach(bare(WANDERER, engine, { cores }));
    await attached.says('ab');
    const snapshotPoint = await attached.machine.save();
    const last = attached.printed().at(-1) as string;
    const point = await pointOf(snapshotPoint);
    await attached.machine.stop();

    const configuration = bare(WANDERER, engine, { cores });
    const exact = await attach(configuration, restorePoint(point, MEMORY, { paused: true }));
    const now = await pointOf(await exact.machine.save({ onlyChanged: true }), point);
    expect(now.copied).toBe(0);
    expect(now.hash).toBe(point.hash);
    expect((await pointOf(await exact.machine.save())).hash).toBe(point.hash);
    await exact.machine.stop();

    let reads = 0;
    let filling: Promise<string> = Promise.resolve('');
    const slow = async () => {
      reads++;
      await sleep(1);
    };
    const branch = await attach(configuration, restorePoint(point, MEMORY, { slow, filled: (result) => void (filling = result) }));
    await branch.says(LETTERS[(LETTERS.indexOf(last) + 1) % LETTERS.length] as string);
    await goesOn(branch);
    expect(await filling).toBe('filled');
    expect(reads).toBeGreaterThan(100);
    await goesOn(branch);
    expectInOrder(branch.printed(), last);
    await branch.machine.stop();
  }, 60_000);
});

describe('a return that something comes between', () => {
  /** A machine with two points, at the second. */
  async function withTwoPoints() {
    const attached = await attach(bare(WANDERER, 'auto'));
    await attached.says('a');
    const first = await pointOf(await attached.machine.save());
    await attached.says('abc');
    const second = await pointOf(await attached.machine.save({ onlyChanged: true }), first);
    return { ...attached, attached, first, second };
  }

  it('another return: the older filling ends, what it did not fill is filled for the newer', async () => {
    const { machine, attached, first, second } = await withTwoPoints();
    const results: Promise<string>[] = [];
    const filled = (result: Promise<string>) => void results.push(result);
    await machine.restore(restorePoint(first, MEMORY, { from: second, slow: () => sleep(5), filled }));
    await machine.restore(restorePoint(second, MEMORY, { from: first, slow: () => sleep(5), filled }));
    await machine.pause();
    await machine.restore(restorePoint(first, MEMORY, { from: second, filled }));
    expect((await pointOf(await machine.save())).hash).toBe(first.hash);
    expect(await Promise.all(results)).toEqual(['superseded', 'superseded', 'filled']);
    await machine.resume();
    await goesOn(attached);
    await machine.stop();
  }, 60_000);

  it('a save: pages that are absent count as unchanged, and a full one waits for them', async () => {
    const { machine, attached, first, second } = await withTwoPoints();
    await machine.pause();
    const kept = await machine.restore(restorePoint(first, MEMORY, { from: second, slow: () => sleep(3) }), {
      keep: { onlyChanged: true },
    });
    // Filled while the copies are being taken: each page is kept before it is filled.
    const present = await pointOf(kept as NonNullable<typeof kept>, second);
    const early = await pointOf(await machine.save({ onlyChanged: true }), first);
    expect(early.copied).toBe(0);
    const full = await pointOf(await machine.save());
    expect(full.hash).toBe(first.hash);
    await machine.restore(restorePoint(present, MEMORY, { from: first }));
    expect((await pointOf(await machine.save())).hash).toBe(present.hash);
    await machine.resume();
    await goesOn(attached);
    await machine.stop();
  }, 60_000);

  it('a copy that is still going on: the return without keeping does not wait for it', async () => {
    const { machine, attached, first, second } = await withTwoPoints();
    await machine.pause();
    const third = await machine.save({ onlyChanged: true });
    await machine.restore(restorePoint(first, MEMORY, { from: second }));
    await sleep(50);
    const copied = await pointOf(third, second);
    expect((await pointOf(await machine.save())).hash).toBe(first.hash);
    await machine.restore(restorePoint(copied, MEMORY, { from: first }));
    expect((await pointOf(await machine.save())).hash).toBe(copied.hash);
    await machine.resume();
    await goesOn(attached);
    await machine.stop();
  }, 60_000);

  it('memory that cannot be read: the machine fails and says why', async () => {
    const { machine, ended, first, second } = await withTwoPoints();
    const slow = () => Promise.reject(new Error('block 17 is damaged'));
    await machine.restore(restorePoint(first, MEMORY, { from: second, slow }));
    const ending = await ended;
    expect(ending).toMatchObject({
      kind: 'failed',
      fault: { code: 'machine-memory-lost', facts: { why: { code: 'outside', facts: { detail: 'block 17 is damaged' } } } },
    });
    await expect(machine.save()).rejects.toThrow(/has ended/);
  }, 60_000);

  it('nobody fills: the machine can still be paused and stopped', async () => {
    const { machine, ended, first, second } = await withTwoPoints();
    await machine.restore({ ...restorePoint(first, MEMORY, { from: second }), fill: () => undefined });
    await sleep(20);
    await machine.pause();
    await machine.resume();
    const before = Date.now();
    await machine.stop();
    expect(await ended).toEqual({ kind: 'stopped' });
    expect(Date.now() - before).toBeLessThan(4000);
  }, 60_000);

  it('pauses and saves again and again while pages are missing', async () => {
    const { machine, attached, first, second } = await withTwoPoints();
    let filling: Promise<string> = Promise.resolve('');
    const slow = () => sleep(2);
    await machine.restore(restorePoint(first, MEMORY, { from: second, slow, filled: (result) => void (filling = result) }));
    let base = first;
    for (let round = 0; round < 30; round++) {
      await sleep(round % 3);
      if (round % 5 === 0) base = await pointOf(await machine.save({ onlyChanged: true }), base);
      await machine.pause();
      await machine.resume();
    }
    expect(await filling).toBe('filled');
    await goesOn(attached);
    await machine.pause();
    const whole = await pointOf(await machine.save());
    await machine.restore(restorePoint(base, MEMORY, { from: whole }));
    // What was pieced together from changes, while pages were missing, is what the machine held.
    expect((await pointOf(await machine.save())).hash).toBe(base.hash);
    await machine.resume();
    await goesOn(attached);
    await machine.stop();
  }, 60_000);

  it('a point of another machine is refused, and nothing changes', async () => {
    const { machine, attached, first, second } = await withTwoPoints();
    const point = restorePoint(first, MEMORY, { from: second });
    await expect(machine.restore({ ...point, differs: new Uint8Array(8) })).rejects.toThrow(/other memory/);
    await expect(machine.restore({ ...point, disks: [{ path: '/nowhere', readonly: true }] })).rejects.toThrow(/has 0 disks, not 1/);
    const other = await attach(bare(WANDERER, 'auto', { ports: ['org.example'] }));
    await expect(other.machine.restore(point)).rejects.toThrow(/virtio-console/);
    await expect(machine.restore({ ...point, state: first.state.subarray(0, 100) })).rejects.toThrow(/damaged|cut short/);
    await goesOn(attached);
    await goesOn(other);
    await Promise.all([machine.stop(), other.machine.stop()]);
  }, 60_000);
});
