/** Entry point of a core's thread. After `start` it never returns to its event loop until the machine ends. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { compileBatch } from '../engine/compiler/compile.ts';
import { Fragments } from '../engine/compiler/fragments.ts';
import type { CompileRequest, CompileResult } from '../engine/compiler/request.ts';
import { wasm } from '../engine/wasm/webassembly.ts';
import { runCore } from '../machine/core-loop.ts';
import { riscv } from '../isa/riscv/architecture.ts';
import { machineLayout } from '../machine/layout.ts';
import { createCoreThread } from '../machine/core-thread.ts';
import type { CoreSetup, FromCore, ToCore } from './messages.ts';

if (!parentPort) throw new Error('core-worker.ts runs as a worker thread of a machine');
const port = parentPort;
const { configuration, memory, hartId, compiler } = workerData as CoreSetup;
const tell = (message: FromCore) => port.postMessage(message);
const table = new wasm.Table({ initial: 4096, element: 'anyfunc' });
/** Arrivals that make a jump target worth compiling. */
const THRESHOLD = { auto: 6000, compiler: 1, interpreter: 0 } as const;
const threshold = THRESHOLD[configuration.engine];
const { core, loop, start } = createCoreThread({
  configuration,
  memory,
  table,
  hartId,
  tiering: { compile: configuration.engine !== 'interpreter', threshold },
  now: () => process.hrtime.bigint(),
  end: (ending) => tell({ kind: 'ended', ending }),
  log: (line) => tell({ kind: 'log', line }),
});
const fragments = configuration.engine === 'interpreter' ? undefined : attachFragments();
tell({ kind: 'built' });
port.once('message', (message: ToCore) => {
  start(message.start);
  runCore({ ...loop, receive });
  port.close();
});

/** Compiled code comes from the compiler's thread, or with the engine `compiler` at once from this one. */
function attachFragments(): Fragments {
  const layout = machineLayout(configuration);
  const context = {
    architecture: riscv,
    buffer: memory.buffer,
    memoryPages: layout.memoryPages,
    layout: core.surroundings.layout,
    ram: layout.ram,
  };
  const compileHere = (requests: readonly CompileRequest[]): void => {
    const { bytes, fragments: made } = compileBatch(context, requests);
    keeper.install(bytes ? { module: new wasm.Module(bytes), fragments: made } : { fragments: made });
  };
  const keeper: Fragments = new Fragments({
    core,
    memory,
    table,
    threshold,
    eager: !compiler,
    compile: compiler ? (requests) => compiler.postMessage(requests) : compileHere,
  });
  core.fragments = keeper;
  return keeper;
}

/** Hot places are handed over this often at most: each message costs the core more than a hundred of their arrivals. */
const POST_MS = 1;
let posted = 0;

function receive(): void {
  if (!compiler || !fragments) return;
  const now = performance.now();
  if (now - posted > POST_MS) {
    posted = now;
    fragments.post();
  }
  for (;;) {
    const received = receiveMessageOnPort(compiler) as { message: CompileResult } | undefined;
    if (!received) return;
    fragments.install(received.message);
    core.working.fragments = fragments.total;
  }
}
