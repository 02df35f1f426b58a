/**
 * Entry point of a machine's compiler thread: takes hot targets from the cores, compiles them in batches and hands back
 * modules whose machine code is already optimised, because V8 shares a module's code between threads but never
 * replaces code that is running.
 */
import { setFlagsFromString } from 'node:v8';
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { compileBatch } from '../engine/compiler/compile.ts';
import type { CompileRequest, CompileResult } from '../engine/compiler/request.ts';
import { wasm, type WasmModule } from '../engine/wasm/webassembly.ts';
import { machineLayout } from '../machine/layout.ts';
import type { CompilerSetup } from './messages.ts';

if (!parentPort) throw new Error('compiler-worker.ts runs as a worker thread of a machine');
const { configuration, memory, cores } = workerData as CompilerSetup;
const { buffer } = memory;
const layout = machineLayout(configuration);

/** Regions a module: enough to share what a module costs, few enough that the first is not kept waiting. */
const BATCH = 12;

/**
 * Compiles with V8's optimising compiler at once. The flags are the process's, so another thread that compiles in this
 * moment also gets optimised code, later; nothing else changes.
 */
function compileOptimised(bytes: Uint8Array): WasmModule {
  setFlagsFromString('--no-liftoff');
  setFlagsFromString('--no-wasm-lazy-compilation');
  try {
    return new wasm.Module(bytes);
  } finally {
    setFlagsFromString('--wasm-lazy-compilation');
    setFlagsFromString('--liftoff');
  }
}

function serve(port: MessagePort, hartId: number): void {
  const core = layout.cores[hartId];
  if (!core) throw new Error(`the machine has no core ${hartId}`);
  const context = { buffer, memoryPages: layout.memoryPages, layout: core, ram: layout.ram };
  const attention = new Int32Array(buffer, core.attention, 1);
  port.on('message', (first: CompileRequest) => {
    const requests = [first];
    while (requests.length < BATCH) {
      const more = receiveMessageOnPort(port) as { message: CompileRequest } | undefined;
      if (!more) break;
      requests.push(more.message);
    }
    const { bytes, fragments } = compileBatch(context, requests);
    const result: CompileResult = bytes ? { module: compileOptimised(bytes), fragments } : { fragments };
    port.postMessage(result);
    Atomics.store(attention, 0, 1);
    Atomics.notify(attention, 0);
  });
}

cores.forEach(serve);
