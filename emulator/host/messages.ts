/** What a machine's threads say to each other by message; everything frequent goes through shared memory instead. */
import type { SentError } from '../error/crossing.ts';
import type { Fault } from '../error/coded-error.ts';
import type { MessagePort } from 'node:worker_threads';
import type { BoardName } from '../board/descriptions.ts';
import type { DiskAttachment, Ending, MachineConfiguration } from '../index.ts';
import type { WasmMemory, WasmModule } from '../engine/wasm/webassembly.ts';
import type { CoreStart } from '../board/kit/core-binding.ts';
import type { CoreResume } from '../machine/core-thread.ts';
import type { TakenPoint, PointRequest } from '../machine/snapshot-point.ts';
import type { Close } from './machine-thread.ts';

/** The first message every worker gets; until then it waits. */
export interface WorkerSetup {
  readonly configuration: MachineConfiguration;
  readonly memory: WasmMemory;
  /** State to go on from; the RAM is there or on its way. Absent: boot. */
  readonly saved?: Uint8Array;
  /** It does not run at once. */
  readonly paused?: boolean;
  /** Folder for what saves the next start work. */
  readonly cache?: string;
}
/** May come before a thread's setup: the board that its machine may have, and modules that its disks may want. */
export interface LoadAhead {
  readonly board: BoardName;
  readonly load: readonly string[];
}
/** Files in which one start of a machine leaves its work to the next of the same shape. */
export interface KeptFiles {
  readonly regions: string;
  readonly pages: string;
}
export interface CoreSetup extends WorkerSetup {
  readonly index: number;
  /** To the compiler; absent where this core compiles for itself or not at all. */
  readonly compiler?: MessagePort;
  /** What an earlier core of the same shape was made of. */
  readonly module?: WasmModule;
  readonly kept?: KeptFiles;
}
export interface CompilerSetup extends WorkerSetup {
  /** One port a core. */
  readonly cores: readonly MessagePort[];
  /** For each core; absent where nothing is kept. */
  readonly kept: readonly (KeptFiles | undefined)[];
}

/** What is asked of the I/O thread and answered. */
export type IoQuestion =
  /** The cores stand still: no more disk requests; answered when none is under way. */
  | { readonly kind: 'pause' }
  /** The cores are about to go on; answered when they may. */
  | { readonly kind: 'resume' }
  /** Answered with whether the board has one. */
  | { readonly kind: 'power button' }
  | { readonly kind: 'snapshotPoint'; readonly request: PointRequest; readonly disks?: readonly DiskAttachment[] }
  | { readonly kind: 'disk'; readonly slot: number; readonly message: unknown }
  | { readonly kind: 'share'; readonly share: number; readonly message: unknown }
  | { readonly kind: 'network'; readonly card: number; readonly message: unknown }
  | { readonly kind: 'devices' };

export type ToIo =
  | { readonly kind: 'input'; readonly console: number; readonly bytes: Uint8Array }
  | { readonly kind: 'acknowledge'; readonly console: number; readonly count: number }
  | { readonly kind: 'resize'; readonly console: number; readonly columns: number; readonly rows: number }
  | { readonly kind: 'resumed' }
  | { readonly kind: 'asked'; readonly id: number; readonly question: IoQuestion }
  /** Answered at once: whether the thread is alive while a question is under way. */
  | { readonly kind: 'ping' }
  | Close;

export type FromIo =
  | { readonly kind: 'ready'; readonly start: CoreStart | CoreResume }
  | { readonly kind: 'refused'; readonly failure: SentError }
  | { readonly kind: 'answered'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: SentError }
  /** The disks that were attached before the snapshot point of that question are closed. */
  | { readonly kind: 'detached'; readonly id: number }
  /** `fault` absent: the trouble is over. */
  | { readonly kind: 'disk trouble'; readonly slot: number; readonly fault: Fault | undefined }
  | { readonly kind: 'output'; readonly console: number; readonly bytes: Uint8Array }
  /** The guest has taken `count` bytes of the oldest `input` of this console that was not told of yet, and gets no more of it. */
  | { readonly kind: 'input taken'; readonly console: number; readonly count: number }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'pong' }
  /** Something went wrong in the thread that nobody there expected; it closes by itself. */
  | { readonly kind: 'crashed'; readonly message: string; readonly stack: string }
  /** It has begun to close: it is alive, and its disks write what they hold. */
  | { readonly kind: 'closing' }
  | { readonly kind: 'closed' };
export type { TakenPoint };

export type ToCore = { readonly kind: 'start'; readonly start: CoreStart | CoreResume } | Close;
export type FromCore =
  /** `made`: absent where the setup had the module. */
  | { readonly kind: 'built'; readonly made?: { readonly module: WasmModule; readonly bytes: Uint8Array } }
  | { readonly kind: 'ended'; readonly ending: Ending }
  | { readonly kind: 'log'; readonly line: string };
