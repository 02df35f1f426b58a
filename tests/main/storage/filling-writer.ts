/** A process that stores different chunks until that fails, and says how it failed. */
import { open } from '../../../main/storage/index.ts';
import { chunkOf } from './seeded-chunk.ts';

const store = await open(process.argv[2]!);
try {
  for (let round = 1; ; round++) await store.putBatch(Array.from({ length: 200 }, (_, index) => chunkOf(round * 1000 + index)));
} catch (error) {
  const { name, kind } = error as { name: string; kind?: string };
  process.stdout.write(`${name} ${kind}\n`);
}
