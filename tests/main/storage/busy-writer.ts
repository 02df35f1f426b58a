/**
 * A process to be killed: stores, names, deletes and collects by a seed until it ends. A line on its standard output
 * says what is certain by then: `+ID FIRST COUNT` a manifest is finished, `?ID` one is about to be deleted.
 */
import { open } from '../../../main/storage/index.ts';
import { chunkOf } from './seeded-chunk.ts';

const [file, seed] = process.argv.slice(2);
let state = Number(seed);
const random = (below: number) => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % below;
const say = (line: string) => process.stdout.write(`${line}\n`);

const store = await open(file!);
say('ready');
for (;;) {
  const first = random(3000);
  const count = 20 + random(200);
  const ids = await store.putBatch(Array.from({ length: count }, (_, index) => chunkOf(first + index)));
  say(`+${await store.createManifest({ owner: 'child', name: `${first} ${count}`, chunkBytes: 4096, entries: ids })} ${first} ${count}`);
  store.release(ids);
  const all = await store.manifests.list();
  if (all.length > 8) {
    const { id } = all[random(all.length)]!;
    say(`?${id}`);
    await store.deleteManifest(id);
    if (random(2) === 0) await store.collect();
  }
}
