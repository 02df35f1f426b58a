/**
 * A device as a board lists it: what it is called, which state it has, how it stands in the device tree, how it is built
 * on a thread, and what it does on the I/O thread. A part knows neither its address nor its interrupt line.
 */
import type { GuestMemory } from '../../memory/guest-memory.ts';
import type { Schema } from '../../snapshot/schema.ts';
import type { CoreSignals } from './core-signals.ts';
import type { Device, Place, RegionTarget } from './device.ts';
import type { BackEnd, Outside } from './outside.ts';
import type { Clock, InterruptLine, Log } from './wiring.ts';

/** A range of physical addresses, in bytes. */
export interface Window {
  readonly at: number;
  readonly size: number;
}

/** A property of a device tree node: a cell, cells, a string, strings, bytes as they are, or nothing (a flag). */
export type FdtValue = number | readonly number[] | string | readonly string[] | Uint8Array | true;

/** What a part may name in its device tree node. */
export interface TreeContext {
  /** Cells that lead local interrupts (numbered as the cores do) to every core, for `interrupts-extended`. */
  toCores(...interrupts: readonly number[]): readonly number[];
  /** The number by which other nodes refer to this part. */
  readonly phandle: number;
}

/** A part's node; the board adds `reg` and where its interrupt goes. */
export interface PartNode {
  readonly name: string;
  properties(context: TreeContext): Readonly<Record<string, FdtValue>>;
}

/** What the guest asks the machine for by a device. */
export type PowerRequest = { readonly kind: 'poweroff'; readonly code: number } | { readonly kind: 'reboot' };

/** What a part is built with on each thread. */
export interface Site {
  readonly buffer: SharedArrayBuffer;
  /** Of a component of the part. */
  place(component: string): Place;
  /** Byte offset of memory that the part's threads share and that is not saved. */
  shared(name: string): number;
  /** A word that is nonzero while threads that wait for room must let go. */
  readonly release: number;
  readonly memory: GuestMemory;
  readonly clock: Clock;
  readonly log: Log;
  /** Of each core. */
  readonly signals: readonly CoreSignals[];
  /** The part's interrupt line. */
  readonly line: InterruptLine;
  /** Writes an interrupt message: 32 bits of data to a physical address. */
  message(address: number, data: number): void;
  /** Has the I/O thread look at the part. */
  ring(): void;
  power(request: PowerRequest): void;
}

/** A part on one thread. */
export interface Built {
  /** Answers in the part's window. */
  readonly target?: RegionTarget;
  /** For inspectors, snapshots and the promises suite; the first one's registers begin at the window. */
  readonly devices: readonly Device[];
  /** An interrupt controller's inputs. */
  line?(source: number): InterruptLine;
  /** Brings a core's timer line up to date. @returns the ticks at which to call again; Infinity if never by itself */
  deadline?(core: number): number;
  /** Gives the vector of the interrupt that its line to a core stands for; it counts as taken. */
  acknowledge?(): number;
  /** A core is done with a level-triggered interrupt that came to it as a message with this vector. */
  endOfInterrupt?(vector: number): void;
  /** After a reset of its state: empties what is shared. */
  initialise?(): void;
  /** After a restore: rings for what was asked for elsewhere. */
  kick?(): void;
  /** Connects it to the host; once, on the I/O thread. */
  attach?(outside: Outside): BackEnd;
  /** The console of firmware that is ours. */
  readonly firmwareConsole?: FirmwareConsole;
}

/** A console without interrupts, for firmware. */
export interface FirmwareConsole {
  /** Waits while the owner is slow. @returns bytes printed */
  print(bytes: Uint8Array): number;
  /** A byte that was typed; -1 if there is none. */
  take(): number;
}

/** A component of a part: what a snapshot stores under a name. */
export interface Component {
  readonly name: string;
  readonly schema: Schema;
}

/** A device as data. */
export interface Part {
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly components: readonly Component[];
  /** The board got it after machines had been saved: where their state lacks it, it begins anew. */
  readonly added?: true;
  /** It has a back end that it rings for. */
  readonly rings?: true;
  /** Bytes of memory that its threads share, by name. */
  readonly shared?: Readonly<Record<string, number>>;
  readonly node?: PartNode;
  build(site: Site): Built;
}
