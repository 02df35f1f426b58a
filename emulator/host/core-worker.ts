/** Entry point of a core's thread. After `start` it never returns to its event loop until the machine ends. */
import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { loadBoard } from '../board/boards.ts';
import { compileBatch } from '../engine/compiler/compile.ts';
import { Fragments } from '../engine/compiler/fragments.ts';
import type { CompileRequest, CompileResult, KeptCode } from '../engine/compiler/request.ts';
import type { Core } from '../engine/core/core.ts';
import { KeptPages } from '../engine/core/kept-pages.ts';
import { wasm } from '../engine/wasm/webassembly.ts';
import { runCore } from '../machine/core-loop.ts';
import type { MachineConfiguration } from '../index.ts';
import type { CoreStart } from '../board/kit/core-binding.ts';
import { type CoreResume, createCoreThread } from '../machine/core-thread.ts';
import { isWorthWriting, writePages } from './kept-files.ts';
import { loadAhead } from './load-ahead.ts';
import type { CoreSetup, FromCore, LoadAhead, ToCore } from './messages.ts';

if (!parentPort) throw new Error('core-worker.ts runs as a worker thread of a machine');
const port = parentPort;
const tell = (message: FromCore) => port.postMessage(message);
/** Arrivals that make a jump target worth compiling. */
const THRESHOLD = { auto: 12_000, compiler: 1, interpreter: 0 } as const;
/** Compiled fragments a machine keeps at most, all cores together. */
const FRAGMENTS = 6144;

/** Builds the core of a board that is loaded. @returns how it begins; it then occupies this thread until the machine ends */
function build({ configuration, memory, index, saved, compiler, module, kept }: CoreSetup): (from: CoreStart | CoreResume) => void {
  const { engine } = configuration;
  const table = new wasm.Table({ initial: 4096, element: 'anyfunc' });
  const threshold = THRESHOLD[engine];
  const { core, loop, start } = createCoreThread({
    configuration,
    memory,
    table,
    index,
    resumes: saved !== undefined,
    tiering: { compile: engine !== 'interpreter', threshold },
    ...(module ? { module } : {}),
    now: () => process.hrtime(),
    random: () => crypto.getRandomValues(new BigUint64Array(1))[0] as bigint,
    end: (ending) => tell({ kind: 'ended', ending }),
    log: (line) => tell({ kind: 'log', line }),
  });
  const fragments = engine === 'interpreter' ? undefined : attachFragments(core, configuration, compiler);
  const pages = new KeptPages();
  const receive = fragments && compiler ? receiver(core, fragments, compiler, pages) : () => undefined;
  tell({ kind: 'built', ...(core.written ? { made: { module: core.module, bytes: core.written } } : {}) });
  core.written = undefined;
  return (from) => {
    start(from);
    runCore({ ...loop, receive });
    if (!kept) return;
    core.leaveDecoded();
    if (isWorthWriting({ added: pages.changed, count: pages.count })) void writePages(kept.pages, pages.pack());
  };
}

let begin: ((from: CoreStart | CoreResume) => void) | undefined;
let closed = false;

async function prepare(setup: CoreSetup): Promise<void> {
  await loadBoard(setup.configuration.board);
  if (!closed) begin = build(setup);
}

port.on('message', (message: CoreSetup | LoadAhead | ToCore) => {
  if ('load' in message) return void loadAhead(message);
  if (!('kind' in message)) return void prepare(message);
  if (message.kind === 'start') begin?.(message.start);
  // Its machine has ended, or never began: with its port closed the thread ends by itself.
  closed = true;
  port.close();
});

/** Compiled code comes from the compiler's thread, or with the engine `compiler` at once from this one. */
function attachFragments(core: Core, { engine, cores }: MachineConfiguration, compiler: MessagePort | undefined): Fragments {
  const { memory, memoryPages, layout, ram, table } = core.surroundings;
  const { architecture } = core.surroundings;
  const context = { architecture, buffer: memory.buffer, memoryPages, layout, ram };
  const compileHere = (requests: readonly CompileRequest[]): void => {
    const { bytes, fragments: made } = compileBatch(context, requests);
    keeper.install(bytes ? { module: new wasm.Module(bytes), fragments: made } : { fragments: made });
  };
  const keeper: Fragments = new Fragments({
    core,
    memory,
    table,
    threshold: THRESHOLD[engine],
    eager: !compiler,
    ...(compiler ? { now: () => performance.now() } : {}),
    most: Math.floor(FRAGMENTS / cores),
    compile: compiler ? (requests) => compiler.postMessage(requests) : compileHere,
  });
  core.fragments = keeper;
  return keeper;
}

/** `Array.isArray` is not told of arrays that must not be changed. */
const isResults = (message: readonly CompileResult[] | KeptCode): message is readonly CompileResult[] => Array.isArray(message);

/** Takes in what the compiler's thread has made, and hands over what has become hot. */
function receiver(core: Core, fragments: Fragments, compiler: MessagePort, pages: KeptPages): () => void {
  return () => {
    fragments.post();
    for (;;) {
      const received = receiveMessageOnPort(compiler) as { message: readonly CompileResult[] | KeptCode } | undefined;
      if (!received) return;
      const { message } = received;
      if (!isResults(message)) {
        if (message.pages) pages.unpack(message.pages);
        core.keepDecoded(pages);
        fragments.expect(message.keys);
        continue;
      }
      for (const result of message) fragments.install(result);
      core.working.fragments = fragments.total;
    }
  };
}
