/** What a machine's threads say to each other by message; everything frequent goes through shared memory instead. */
import type { MessagePort } from 'node:worker_threads';
import type { Ending, MachineConfiguration } from '../index.ts';
import type { WasmMemory } from '../engine/wasm/webassembly.ts';
import type { CoreResume, CoreStart } from '../machine/core-thread.ts';

/** Given to every worker at its birth. */
export interface WorkerSetup {
  readonly configuration: MachineConfiguration;
  readonly memory: WasmMemory;
  /** State to go on from; the RAM is already in the memory. Absent: boot. */
  readonly saved?: Uint8Array;
}
export interface CoreSetup extends WorkerSetup {
  readonly hartId: number;
  /** To the compiler; absent where this core compiles for itself or not at all. */
  readonly compiler?: MessagePort;
}
export interface CompilerSetup extends WorkerSetup {
  /** One port a core. */
  readonly cores: readonly MessagePort[];
}

export type ToIo =
  | { readonly kind: 'input'; readonly console: number; readonly bytes: Uint8Array }
  | { readonly kind: 'acknowledge'; readonly console: number; readonly count: number }
  | { readonly kind: 'resize'; readonly console: number; readonly columns: number; readonly rows: number }
  | { readonly kind: 'resumed' }
  /** The cores are parked: finish what is in flight, then answer with the state. */
  | { readonly kind: 'save' }
  /** The state has been taken (and the RAM copied): go on. */
  | { readonly kind: 'saved' }
  | { readonly kind: 'close' };

export type FromIo =
  | { readonly kind: 'ready'; readonly start: CoreStart | CoreResume }
  | { readonly kind: 'state'; readonly bytes: Uint8Array }
  /** Start failed; `mistake`: the person's to mend, not ours. */
  | { readonly kind: 'refused'; readonly message: string; readonly mistake: boolean }
  | { readonly kind: 'output'; readonly console: number; readonly bytes: Uint8Array }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'closed' };

export type ToCore = { readonly kind: 'start'; readonly start: CoreStart | CoreResume };
export type FromCore =
  { readonly kind: 'built' } | { readonly kind: 'ended'; readonly ending: Ending } | { readonly kind: 'log'; readonly line: string };
