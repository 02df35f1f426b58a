/**
 * Entry point of a machine's compiler thread: takes hot targets from the cores, compiles them in batches and hands back
 * modules. V8 compiles their functions quickly at the first call and again, optimised, in the background where they prove
 * hot; measured against handing over optimised code only, the guest boots sooner and short loops run sooner.
 */
import { type MessagePort, parentPort } from 'node:worker_threads';
import { setFlagsFromString } from 'node:v8';
import { loadBoard } from '../board/boards.ts';
import { compileBatch } from '../engine/compiler/compile.ts';
import { KeptRegions } from '../engine/compiler/kept-regions.ts';
import type { CompileRequest, CompileResult, KeptCode } from '../engine/compiler/request.ts';
import { wasm } from '../engine/wasm/webassembly.ts';
import type { Architecture } from '../isa/architecture.ts';
import { type MachineLayout, machineLayout } from '../machine/layout.ts';
import { WANTED } from '../memory/attention.ts';
import type { Close } from './machine-thread.ts';
import { loadAhead } from './load-ahead.ts';
import { isWorthWriting, readPages, readRegions, writeRegions } from './kept-files.ts';
import type { CompilerSetup, KeptFiles, LoadAhead } from './messages.ts';

if (!parentPort) throw new Error('compiler-worker.ts runs as a worker thread of a machine');

// Functions are compiled (quickly) on this thread when their module is made, not on the core's at their first call.
setFlagsFromString('--no-wasm-lazy-compilation');

/** Regions a module: enough to share what a module costs, few enough that the first is not kept waiting. */
const BATCH = 4;

interface Served {
  readonly layout: MachineLayout;
  readonly architecture: Architecture;
  readonly buffer: SharedArrayBuffer;
}

/** Serves one core. @param files what is kept from start to start @returns ends that */
function serve(port: MessagePort, index: number, { layout, architecture, buffer }: Served, files: KeptFiles | undefined): () => void {
  const core = layout.cores[index];
  if (!core) throw new Error(`the machine has no core ${index}`);
  const context = { architecture, buffer, memoryPages: layout.memoryPages, layout: core, ram: layout.ram };
  const attention = new Int32Array(buffer, core.attention, 1);
  const kept = new KeptRegions(files ? readRegions(files.regions) : []);
  const answer = (result: readonly CompileResult[] | KeptCode) => {
    port.postMessage(result);
    Atomics.store(attention, 0, WANTED);
    Atomics.notify(attention, 0);
  };
  const waiting: CompileRequest[] = [];
  const compileSome = () => {
    // The newest first: they are what the guest is doing now.
    const requests = waiting.splice(-BATCH);
    if (requests.length === 0) return;
    const { bytes, fragments, regions } = compileBatch(context, requests);
    answer([bytes ? { module: new wasm.Module(bytes), fragments } : { fragments }]);
    if (bytes && files) kept.add(bytes, regions);
    if (waiting.length > 0) setImmediate(compileSome);
  };
  /** One at a time, so that requests come in between. */
  const makeAhead = () => {
    if (waiting.length === 0 && kept.makeAhead()) setImmediate(makeAhead);
  };
  if (files) {
    answer({ keys: kept.keys, pages: readPages(files.pages) });
    setImmediate(makeAhead);
  }
  port.on('message', (requests: readonly CompileRequest[]) => {
    const { answers, hot } = kept.serve(context, requests);
    if (answers.length > 0) answer(answers);
    if (answers.some(({ module }) => module)) setImmediate(makeAhead);
    const idle = waiting.length === 0;
    waiting.push(...hot);
    if (idle && waiting.length > 0) setImmediate(compileSome);
  });
  return () => {
    waiting.length = 0;
    // The thread ends when it is written.
    if (files && isWorthWriting(kept)) void writeRegions(files.regions, kept.contents());
    port.close();
  };
}

const own = parentPort;
let ends: readonly (() => void)[] = [];
let closing = false;

async function begin({ configuration, memory, cores, kept }: CompilerSetup): Promise<void> {
  const { architecture } = await loadBoard(configuration.board);
  if (closing) return;
  const layout = machineLayout(configuration);
  ends = cores.map((port, index) => serve(port, index, { layout, architecture, buffer: memory.buffer }, kept[index]));
}

own.on('message', (message: CompilerSetup | LoadAhead | Close) => {
  if ('load' in message) return void loadAhead(message);
  if (!('kind' in message)) return void begin(message);
  closing = true;
  // With all its ports closed the thread ends by itself.
  for (const end of ends) end();
  own.close();
});
