/** A thread that reads the same chunks until it is told to end, and says whether all of them were right each time. */
import { parentPort, workerData } from 'node:worker_threads';
import { openReader } from '../../../main/storage/index.ts';
import { chunkOf } from './seeded-chunk.ts';

const { file, ids } = workerData as { file: string; ids: number[] };
const reader = await openReader(file);
let ended = false;
parentPort!.once('message', () => (ended = true));

async function verdict(): Promise<string> {
  const chunks = await reader.getMany(ids);
  const wrong = ids.filter((id, index) => Buffer.compare(chunks[index]!, chunkOf(id - 1)) !== 0);
  return wrong.length === 0 ? 'good' : `wrong: ${wrong.join()}`;
}

let last = await verdict();
parentPort!.postMessage(last);
while (!ended && last === 'good') last = await verdict().catch(String);
parentPort!.postMessage(last);
await reader.close();
