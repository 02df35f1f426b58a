/**
 * The emulator's public face: what the rest of the program may know of a machine. Everything else in this room is
 * reached only through here or, for threads and files, through `host/index.ts`.
 */

import type { Fault } from './error/coded-error.ts';
import type { BoardName, OptionalDevice } from './board/descriptions.ts';
import type { Frame, NetworkCard, NetworkLink } from './device/kit/network.ts';
import type { DiskStore } from './device/kit/outside.ts';
import type { ShareLink } from './device/kit/share.ts';

export type { BoardName, DiskStore, Frame, NetworkCard, NetworkLink, OptionalDevice, ShareLink };
export type { BoardDescription, BootKind, Limits } from './board/kit/description.ts';
export type { TrafficReport } from './network/cable/traffic.ts';
export type { FlowReport, NatReport, QuestionReport, Repeated, UnreachedReport } from './network/nat/report.ts';

/** Which engine runs guest code: both together, only the interpreter, or the compiler with a threshold of one. */
export type EngineMode = 'auto' | 'interpreter' | 'compiler';

/** How a guest finds virtio devices: at fixed places that the device tree names, or on the PCI bus. */
export type VirtioBus = 'mmio' | 'pci';

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

/** One virtio block device, in slot order: a raw image file used in place, or a disk that a module of the caller's opens. */
export type DiskAttachment = FileDisk | ModuleDisk;
export interface FileDisk {
  readonly path: string;
  readonly readonly: boolean;
}
export interface ModuleDisk {
  /** URL of a module that exports `openDisk` (an `OpenDisk`); imported by the machine's I/O thread. */
  readonly module: string;
  /** Given to `openDisk`; structured-cloneable. */
  readonly setup: unknown;
  readonly readonly: boolean;
}
/** What a `ModuleDisk`'s module exports under the name `openDisk`. @throws MachineError for what a person can mend */
export type OpenDisk = (setup: unknown, owner: DiskOwner) => Promise<AttachedDisk>;
/** What a disk that a module opens can tell the machine's owner. */
export interface DiskOwner {
  /** A line for the machine's log. */
  log(line: string): void;
  /** What the guest wrote cannot be stored (the host's disk is full); requests wait and nothing is lost. Told once until `recovered`. */
  trouble(fault: Fault): void;
  /** Everything is stored again. */
  recovered(): void;
}
/** A disk opened on the I/O thread. */
export interface AttachedDisk extends DiskStore {
  /**
   * Called at a snapshot point, with no request in flight: everything written before belongs to it, everything
   * after does not. Takes microseconds. @returns what the disk's owner needs to find the content of that snapshot point, cloneable
   */
  cut?(): unknown;
  /** A message of the machine's owner (`RunningMachine.tellDisk`) and its answer, both cloneable. */
  told?(message: unknown): Promise<unknown>;
  /** What was written is durable when it resolves. */
  close(): Promise<void>;
}

/** One network card, in the order in which the guest counts them, with the link that a module of the caller's opens. */
export interface NetworkAttachment {
  /** The card's own address, `52:54:00:12:34:56`. */
  readonly address: string;
  /** Largest IP packet, in bytes; absent: 1500. */
  readonly mtu?: number;
  /** URL of a module that exports `openLink` (an `OpenLink`); imported by the machine's I/O thread. */
  readonly module: string;
  /** Given to `openLink`; structured-cloneable. */
  readonly setup: unknown;
}
/** What a network card's module exports under the name `openLink`. @throws MachineError for what a person can mend */
export type OpenLink = (setup: unknown, owner: LinkOwner) => Promise<AttachedLink>;
/** What a link can tell the machine's owner. */
export interface LinkOwner {
  /** A line for the machine's log. */
  log(line: string): void;
}
/** A link opened on the I/O thread. */
export interface AttachedLink extends NetworkLink {
  /** A message of the machine's owner (`RunningMachine.tellNetwork`) and its answer, both cloneable. */
  told?(message: unknown): Promise<unknown>;
  close(): Promise<void>;
}

/** One shared folder, in the order of its devices, with what a module of the caller's serves it by. */
export interface ShareAttachment {
  /** What the guest mounts: at most 36 letters of ASCII. */
  readonly tag: string;
  /** Absent: virtio-fs. */
  readonly protocol?: '9p';
  /** URL of a module that exports `openShare` (an `OpenShare`); imported by the machine's I/O thread. */
  readonly module: string;
  /** Given to `openShare`; structured-cloneable. */
  readonly setup: unknown;
}
/** What a shared folder's module exports under the name `openShare`. @throws MachineError for what a person can mend */
export type OpenShare = (setup: unknown, owner: LinkOwner) => Promise<AttachedFolder>;
/** What serves a shared folder, opened on the I/O thread. */
export interface AttachedFolder extends ShareLink {
  /** A message of the machine's owner (`RunningMachine.tellShare`) and its answer, both cloneable. */
  told(message: unknown): Promise<unknown>;
  close(): Promise<void>;
}

/** A machine as the emulator needs it: everything resolved, nothing to look up. */
export interface MachineConfiguration {
  readonly board: BoardName;
  /** Guest RAM in bytes, a multiple of 1 MiB. */
  readonly memoryBytes: number;
  readonly cores: number;
  readonly engine: EngineMode;
  readonly boot: BootSource;
  readonly disks: readonly DiskAttachment[];
  /** Absent: none. */
  readonly networks?: readonly NetworkAttachment[];
  /** Absent: none. */
  readonly shares?: readonly ShareAttachment[];
  /** Names of the virtio console's ports after the serial port; port 0 of the list is console 1. */
  readonly ports: readonly string[];
  /** The bus that virtio devices are on; absent: `mmio`. */
  readonly virtio?: VirtioBus;
  /** Devices beyond those that every machine of the board has. */
  readonly devices?: readonly OptionalDevice[];
}

/** Why a machine's run ended. `code` is the guest's exit code (0 where the guest gives none). */
export type Ending =
  | { readonly kind: 'poweroff'; readonly code: number }
  | { readonly kind: 'reboot' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly fault: Fault; readonly log: string };

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
   * about 5 ms (channels, whose names have dots, as fast as they can be taken); the owner calls `acknowledge` with the bytes it has dealt
   * with, or output stops after 100 KiB (512 KiB).
   */
  output(console: number, bytes: Uint8Array): void;
  /** The run ended; the machine's threads are gone (but see `lingers`) and its memory is released. Called exactly once. */
  ended(ending: Ending): void;
  /** A line for the machine's log (boot decisions, warnings). */
  log(line: string): void;
  /**
   * A disk cannot store what the guest wrote: `message` says why, for a person; its requests wait. The owner should pause
   * the machine. `undefined`: it is over, everything is stored, the machine may go on.
   */
  diskTrouble?(slot: number, fault: Fault | undefined): void;
  /**
   * A thread of the machine, which has ended or could not be started, does not answer and was left alone. It may still
   * write to the machine's disks until `gone` resolves: nobody else may write to them before.
   */
  lingers?(gone: Promise<void>): void;
}

/** A register of a device, as its data sheet and this moment have it. */
export interface DeviceRegister {
  readonly name: string;
  /** Byte offset from the device's address. */
  readonly at: number;
  /** In bytes. */
  readonly width: 1 | 2 | 4;
  readonly doc: string;
  /** Absent where reading it would change something; `effect` says what. */
  readonly value?: number;
  readonly effect?: string;
}
/** A device of a running machine. */
export interface DeviceDescription {
  /** As snapshots know it. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** Physical address of its registers; absent while the guest has not placed them. */
  readonly address?: number;
  /** Bytes of its window. */
  readonly size: number;
  /** The interrupt controller's input that it pulls. */
  readonly line?: number;
  /** Of a function on the PCI bus. */
  readonly pci?: {
    readonly slot: number;
    readonly vendor: number;
    readonly device: number;
    readonly revision: number;
    readonly classCode: number;
    readonly subsystemVendor: number;
    readonly subsystem: number;
  };
  readonly registers: readonly DeviceRegister[];
  /** How often the guest touched a register that the device does not have, and the offset of the latest. */
  readonly unknownAccesses: number;
  readonly lastUnknown?: number;
}

/** A machine whose threads are running. Every call after `ended` does nothing. */
export interface RunningMachine {
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends the run at once, as pulling the plug does; resolves when the threads are gone. */
  stop(): Promise<void>;
  /** Presses the power button: the guest decides what follows. @returns whether its board has one @throws MachineError if it has ended */
  pressPowerButton(): Promise<boolean>;
  /**
   * Input for a console; what the guest does not take yet waits, without a limit: whoever writes much waits for the
   * answer. Calls keep their order.
   * @returns how many of the bytes the guest's device has taken: all, or fewer because the machine ended or went back before
   */
  write(console: number, bytes: Uint8Array): Promise<number>;
  acknowledge(console: number, count: number): void;
  /** Terminal size of a console, in characters. */
  resize(console: number, columns: number, rows: number): void;
  figures(): MachineFigures;
  /** Every device with what its registers hold now. @throws MachineError if it has ended */
  devices(): Promise<readonly DeviceDescription[]>;
  /**
   * Takes one snapshot point of the whole machine; the guest stands still for milliseconds and goes on. A paused one stays paused.
   * The RAM is copied behind it by whoever calls `copyPages` (emulator/host/pages.ts) with the answer's `ram`; until that
   * is done, the next `save` or `restore` waits.
   * @param onlyChanged only the pages written since the last `save` or `restore` are to be copied
   * @throws MachineError if it has ended
   */
  save(options?: { readonly onlyChanged?: boolean }): Promise<SavedPoint>;
  /**
   * Makes the machine, in place, what it was at another snapshot point, and lets it go on (or stay paused). With `keep`, the
   * present is taken first, as by `save`, within the same pause.
   * @throws MachineError when memory, cores, ports or the number of disks differ: end the machine and start it from the point
   */
  restore(point: RestorePoint, options?: { readonly keep?: { readonly onlyChanged: boolean } }): Promise<SavedPoint | undefined>;
  /** Sends a message to a disk that a module opened, on the I/O thread. @throws what its `told` throws */
  tellDisk(slot: number, message: unknown): Promise<unknown>;
  /** Sends a message to the link of a network card, from 0. @param ports those in it, which become the link's @throws what its `told` throws */
  tellNetwork(card: number, message: unknown, ports?: readonly object[]): Promise<unknown>;
  /** Sends a message to what serves a shared folder, from 0. @throws what its `told` throws */
  tellShare(share: number, message: unknown): Promise<unknown>;
}

/** A machine at one moment. */
export interface SavedPoint {
  /** Cores and devices (emulator/snapshot/components.ts). */
  readonly state: Uint8Array;
  /** Guest milliseconds since it was first started. */
  readonly uptimeMs: number;
  /** What each disk's `cut` answered, in slot order. */
  readonly disks: readonly unknown[];
  readonly ram: SharedRam;
  /** How long the guest stood still, in milliseconds. */
  readonly pausedMs: number;
}

/** RAM of a machine, for any thread of the process: it may be posted. */
export interface SharedRam {
  readonly buffer: SharedArrayBuffer;
  /** Bytes of RAM. */
  readonly sizeBytes: number;
  /** Where things are in `buffer` (emulator/machine/layout.ts). */
  readonly places: Readonly<Record<string, number>>;
}

/** A snapshot point to go on from. */
export interface RestorePoint {
  readonly state: Uint8Array;
  /**
   * One bit a page (page p: bit p % 8 of byte p >> 3): for a start, the pages that are not zero; for `restore`, those
   * that differ between this snapshot point and the machine's last `save` or `restore` (all, where there was none).
   */
  readonly differs: Uint8Array;
  /**
   * Called as soon as the memory is there: from then on somebody must run `fillPages` (emulator/host/pages.ts) on `ram`,
   * on another thread than those of `copyPages`; whoever touches a page that is still absent waits for it.
   */
  fill(ram: SharedRam): void;
  /**
   * With `disks`: called once when those attached before are closed and hold everything that was written; the machine may
   * have ended meanwhile. `restore` does not wait for it.
   */
  detached?(): void;
  /** For a start: the machine begins paused and has not executed anything. */
  readonly paused?: boolean;
  /** Disks to attach instead of the present ones (`restore` only); absent: those stay, and must hold what belongs to the snapshot point. */
  readonly disks?: readonly DiskAttachment[];
}

/** The name of the virtio port on which the guest kit's agent runs commands for the host. */
export const EXEC_PORT = 'vivarium.exec';

export { MachineError } from './error/machine-error.ts';
export type { Fault } from './error/coded-error.ts';
