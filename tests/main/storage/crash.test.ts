/** kill -9 at any moment: finished manifests read as they were, and after the next opening nothing unnamed is left. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { open } from '../../../main/storage/index.ts';
import { chunkOf, temporaryStore } from './contents.ts';

const WRITER = fileURLToPath(new URL('./busy-writer.ts', import.meta.url));
const KILLS = 12;
const SEED = 20261121;

/**
 * Runs the writer, kills it when it has finished so many manifests and then been left to itself for some milliseconds, wherever
 * those find it, and answers with what it had said.
 */
async function killedWriter(file: string, seed: number, manifests: number, milliseconds: number): Promise<string[]> {
  const child = spawn(process.execPath, [WRITER, file, String(seed)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout });
  const enough = Promise.withResolvers<void>();
  output.on('line', (line) => {
    lines.push(line);
    if (lines.filter((each) => each.startsWith('+')).length === manifests) enough.resolve();
  });
  // A writer that ends by itself has failed.
  await Promise.race([enough.promise, once(output, 'close')]);
  await wait(milliseconds);
  child.kill('SIGKILL');
  await Promise.all([once(child, 'exit'), once(output, 'close')]);
  return lines;
}

test(`nothing finished is lost and nothing leaks over ${KILLS} kills (seed ${SEED})`, async () => {
  const file = temporaryStore();
  const certain = new Map<number, string>();
  let finished = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const lines = await killedWriter(file, SEED + kill, 2 + (kill % 5), ((SEED >> 3) * (kill + 7) * 7919) % 25);
    for (const line of lines) {
      const [, sign, id, what] = /^([+?])(\d+) ?(.*)$/.exec(line) ?? [];
      if (sign === '+') certain.set(Number(id), what!);
      // Whether it is deleted is uncertain from here on; if it is still there, it must be whole all the same.
      if (sign === '?') certain.delete(Number(id));
      if (sign === '+') finished++;
    }
    const store = await open(file);
    const manifests = await store.manifests.list();
    const named = new Set<number>();
    for (const { id, name } of manifests) {
      const [first, count] = name.split(' ').map(Number) as [number, number];
      const entries = [...(await store.manifests.read(id))];
      const chunks = await store.getMany(entries);
      expect(chunks.length).toBe(count);
      expect(chunks.findIndex((chunk, index) => Buffer.compare(chunk, chunkOf(first + index)) !== 0)).toBe(-1);
      for (const entry of entries) named.add(entry);
    }
    const there = new Map(manifests.map(({ id, name }) => [Number(id), name]));
    for (const [id, what] of certain) expect(there.get(id)).toBe(what);
    expect(await store.check()).toEqual({ file: [], chunksChecked: named.size, damaged: [], affected: [] });
    expect((await store.collect()).chunks).toBe(0);
    await store.close();
  }
  expect(finished).toBeGreaterThan(KILLS);
});
