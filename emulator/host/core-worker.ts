/** Entry point of a core's thread. After `start` it never returns to its event loop until the machine ends. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { wasm } from '../engine/wasm/webassembly.ts';
import { runCore } from '../machine/core-loop.ts';
import { createCoreThread } from '../machine/core-thread.ts';
import type { CoreSetup, FromCore, ToCore } from './messages.ts';

if (!parentPort) throw new Error('core-worker.ts runs as a worker thread of a machine');
const port = parentPort;
const { configuration, memory, hartId } = workerData as CoreSetup;
const tell = (message: FromCore) => port.postMessage(message);
const table = new wasm.Table({ initial: 4096, element: 'anyfunc' });
const { loop, start } = createCoreThread({
  configuration, memory, table, hartId,
  tiering: { compile: false, threshold: 0 },
  now: () => process.hrtime.bigint(),
  end: (ending) => tell({ kind: 'ended', ending }),
  log: (line) => tell({ kind: 'log', line }),
});
tell({ kind: 'built' });
port.once('message', (message: ToCore) => {
  start(message.start);
  runCore({ ...loop, receive: () => void receiveMessageOnPort });
  port.close();
});
