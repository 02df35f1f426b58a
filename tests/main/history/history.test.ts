/** Random histories with the real emulator: whatever is taken, deleted or gone back to, each snapshot point's memory is exactly that. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openReader, type ChunkReader } from '../../../main/storage/index.ts';
import type { MachineId } from '../../../preload/contract/machines.ts';
import type { SnapshotId } from '../../../preload/contract/snapshots.ts';
import { BARE_GUESTS, timelineProgram } from './timeline-program.ts';

/** Numerical Recipes' generator: enough to choose steps, and the same everywhere. */
function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A hash of a snapshot's memory, read from the store. */
async function memoryHash(reader: ChunkReader, id: string): Promise<string> {
  const manifest = (await reader.manifests.list(`snapshot:${id}`)).find(({ name }) => name === 'memory');
  if (!manifest) throw new Error(`no memory of ${id}`);
  const entries = await reader.manifests.read(manifest.id);
  const hash = createHash('sha256');
  for (let at = 0; at < entries.length; at += 256)
    for (const page of await reader.getMany([...entries.subarray(at, at + 256)], 4096)) hash.update(page);
  return hash.digest('hex');
}

type Program = Awaited<ReturnType<typeof timelineProgram>>;

/** What is in the paused machine's memory now, every page of it read anew. */
async function presentHash(program: Program, reader: ChunkReader, id: MachineId): Promise<string> {
  const { timelines } = program;
  const { present } = timelines.of(id);
  if (present.base) present.forget(present.base.snapshot);
  const { record, stored } = await timelines.take(id, { kind: 'manual', name: 'to be compared', hidden: true });
  await stored;
  const hash = await memoryHash(reader, record.id);
  await timelines.bin.purge([record.id]);
  return hash;
}

const SEED = Number(process.env['VIVARIUM_SEED'] ?? 20261121);

describe.each(BARE_GUESTS)('random histories (%s)', (guest) => {
  test(`every return gives exactly that snapshot point's memory (seed ${SEED})`, { timeout: 180_000 }, async () => {
    const random = seeded(SEED);
    const program = await timelineProgram({ guest });
    const { supervisor, timelines, history } = program;
    let id = await program.hello();
    const expected = new Map<SnapshotId, { hash: string; machine: MachineId }>();
    await supervisor.machine(id).start();
    await program.shows(id, '>');
    await (
      await timelines.create(id, { name: 'first' })
    ).stored;
    const reader = await openReader(program.storage.file);
    const times: number[] = [];
    try {
      for (let step = 0; step < 40; step++) {
        const { life } = supervisor.machine(id);
        const kind = random(10);
        const own = [...expected].filter(([, { machine }]) => machine === id).map(([snapshot]) => snapshot);
        if (kind < 4 || own.length < 3) {
          if (!life.isActive) await supervisor.machine(id).start();
          if (life.state === 'paused') await life.resume();
          const text = `step ${step} `;
          void program.type(id, text);
          await program.shows(id, text.trim());
          await life.pause();
          const { record, stored } = await timelines.create(id, { name: text });
          if (random(2) === 0) await life.resume();
          await stored;
          expected.set(record.id, { hash: await memoryHash(reader, record.id), machine: id });
        } else if (kind < 8) {
          const target = own[random(own.length)] as SnapshotId;
          if (random(4) === 0 && life.isActive) await life.stop();
          const { kept, milliseconds } = await timelines.restore(target);
          times.push(milliseconds);
          expect(life.state).toBe('paused');
          expect(await presentHash(program, reader, id)).toBe(expected.get(target)?.hash);
          if (kept) await timelines.of(id).storing.settled(kept);
        } else if (kind === 8) {
          const gone = own[random(own.length)] as SnapshotId;
          await timelines.delete([gone]);
          if (random(2) === 0) await timelines.undelete([gone]);
          else {
            await timelines.bin.purge([gone]);
            await program.storage.run.collect();
            expected.delete(gone);
          }
        } else {
          const source = own[random(own.length)] as SnapshotId;
          if (life.isActive) await life.stop();
          const status = await history.branch(source, { start: true });
          expect(status.state).toBe('paused');
          id = status.id;
          const [copy] = (await timelines.timeline(id)).snapshots;
          const hash = expected.get(source)?.hash as string;
          expected.set(copy?.id as SnapshotId, { hash, machine: id });
          expect(await presentHash(program, reader, id)).toBe(hash);
        }
      }
      await timelines.settled();
      for (const [snapshot, { hash }] of expected) expect(await memoryHash(reader, snapshot)).toBe(hash);
      const { snapshots } = await timelines.timeline(id);
      const all = new Set(snapshots.map((snapshot) => snapshot.id));
      for (const { parent, state } of snapshots) expect([state, parent === null || all.has(parent)]).toEqual(['ready', true]);
    } finally {
      await reader.close();
    }
    times.sort((a, b) => a - b);
    console.log(`${times.length} returns, median ${times[times.length >> 1]?.toFixed(0)} ms, longest ${times.at(-1)?.toFixed(0)} ms`);
    expect(program.told.notices).toEqual([]);
  });
});
