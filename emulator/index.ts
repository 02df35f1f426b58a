/**
 * The emulator's public face: what the rest of the program may know of a machine. Everything else in this room is
 * reached only through here or, for threads and files, through `host/index.ts`.
 */

/** Which engine runs guest code: both together, only the interpreter, or the compiler with a threshold of one. */
export type EngineMode = 'auto' | 'interpreter' | 'compiler';

/** What the machine starts from. Paths are absolute host paths. */
export type BootSource =
  | {
      readonly kind: 'linux';
      readonly kernel: string;
      readonly initrd?: string;
      readonly commandLine: string;
      /** M-mode firmware; absent: the built-in SBI. */
      readonly firmware?: string;
    }
  | { readonly kind: 'firmware'; readonly firmware: string }
  | { readonly kind: 'bare'; readonly program: string };

/** One virtio block device, in slot order. */
export interface DiskAttachment {
  readonly path: string;
  readonly readonly: boolean;
}

/** A machine as the emulator needs it: everything resolved, nothing to look up. */
export interface MachineConfiguration {
  readonly board: 'riscv64-virt';
  /** Guest RAM in bytes, a multiple of 1 MiB. */
  readonly memoryBytes: number;
  readonly cores: number;
  readonly engine: EngineMode;
  readonly boot: BootSource;
  readonly disks: readonly DiskAttachment[];
  /** Names of the virtio console's ports after the serial port; port 0 of the list is console 1. */
  readonly ports: readonly string[];
}

/** Why a machine's run ended. `code` is the guest's exit code (0 where the guest gives none). */
export type Ending =
  | { readonly kind: 'poweroff'; readonly code: number }
  | { readonly kind: 'reboot' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly reason: string; readonly log: string };

/** Live figures, cumulative since start; rates are for the caller to derive. */
export interface MachineFigures {
  /** Guest instructions retired by all cores. */
  readonly instructions: number;
  /** Of those, instructions retired in compiled fragments. */
  readonly compiledInstructions: number;
  readonly fragments: number;
  /** Wall seconds since start, pauses excluded. */
  readonly seconds: number;
  /** Host CPU seconds used by the whole process at this moment. */
  readonly hostCpuSeconds: number;
}

/** What a running machine tells its owner. */
export interface MachineEvents {
  /**
   * Bytes the guest printed: console 0 is the serial port, console n the n-th virtio port. Delivered in batches of
   * about 5 ms; the owner calls `acknowledge` with the bytes it has dealt with, or output stops after 100 KiB.
   */
  output(console: number, bytes: Uint8Array): void;
  /** The run ended; the machine's threads are gone and its memory is released. Called exactly once. */
  ended(ending: Ending): void;
  /** A line for the machine's log (boot decisions, warnings). */
  log(line: string): void;
}

/** A machine whose threads are running. Every call after `ended` does nothing. */
export interface RunningMachine {
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends the run at once, as pulling the plug does; resolves when the threads are gone. */
  stop(): Promise<void>;
  /** Input for a console. */
  write(console: number, bytes: Uint8Array): void;
  acknowledge(console: number, count: number): void;
  /** Terminal size of a console, in characters. */
  resize(console: number, columns: number, rows: number): void;
  figures(): MachineFigures;
  /** Saves the machine as it is at one instant; it goes on running while its memory is copied. @throws MachineError if it has ended */
  save(): Promise<SavedMachine>;
}

/** A machine at one instant: everything it takes to go on from there. Disks are not part of it. */
export interface SavedMachine {
  /** Cores and devices (emulator/snapshot/components.ts). */
  readonly state: Uint8Array;
  /** RAM pages of 4096 bytes that are not all zero, by number. */
  readonly pages: ReadonlyMap<number, Uint8Array>;
}

/** The name of the virtio port on which a guest reports the exit status of what `--run` ran: a decimal and a newline. */
export const STATUS_PORT = 'vivarium.status';

/** A mistake of the person's, said so that they can mend it; never a bug of ours. */
export class MachineError extends Error {
  override readonly name = 'MachineError';
}
