/**
 * What all devices have in common: a place in shared memory, a lock, a count of accesses to registers that do not
 * exist, and the guarded access that the board's bus calls.
 */
import type { Fields, Schema, StateOf } from '../../snapshot/schema.ts';
import { bind } from '../../snapshot/schema.ts';
import { Lock } from './lock.ts';
import type { RegisterBank, RegisterDescription, Stateful } from './registers.ts';

/** Where the board put a device: its declared state, and its guard (lock and counters, not part of a snapshot). */
export interface Place {
  readonly buffer: SharedArrayBuffer;
  readonly stateAt: number;
  readonly guardAt: number;
}

/** Bytes of a device's guard. */
export const GUARD_SIZE = 16;
const UNKNOWN_COUNT = 1;
const UNKNOWN_LAST = 2;

/** The base of every device: what is bound, guarded and counted. */
export class DeviceCore<F extends Fields> {
  readonly name: string;
  readonly schema: Schema<F>;
  readonly state: StateOf<Schema<F>>;
  readonly lock: Lock;
  readonly place: Place;
  readonly #guard: Int32Array;

  constructor(name: string, shape: Schema<F>, place: Place) {
    this.name = name;
    this.schema = shape;
    this.place = place;
    this.state = bind(shape, place.buffer, place.stateAt);
    this.lock = new Lock(place.buffer, place.guardAt);
    this.#guard = new Int32Array(place.buffer, place.guardAt, GUARD_SIZE / 4);
  }

  /** How often a guest touched a register that this device does not have. */
  get unknownAccesses(): number {
    return Atomics.load(this.#guard, UNKNOWN_COUNT) >>> 0;
  }

  /** Offset of the latest such access. */
  get lastUnknown(): number {
    return Atomics.load(this.#guard, UNKNOWN_LAST) >>> 0;
  }

  /** Called when a register write has let go of the lock: the time to wake threads that will want it at once. */
  released(): void {}

  /** Counts an access to a register that does not exist. */
  readonly countUnknown = (offset: number): void => {
    Atomics.add(this.#guard, UNKNOWN_COUNT, 1);
    Atomics.store(this.#guard, UNKNOWN_LAST, offset);
  };
}

/** What answers in a region of addresses; offsets are from its beginning. */
export interface RegionTarget {
  /** Reads `size` bytes, little-endian. */
  read(offset: number, size: 1 | 2 | 4): number;
  write(offset: number, size: 1 | 2 | 4, value: number): void;
  /**
   * Eight bytes in one access, for registers that must not be taken apart. Absent, or undefined and false: the core does it in
   * two accesses of four bytes, the lower first.
   */
  readWide?(offset: number): bigint | undefined;
  writeWide?(offset: number, value: bigint): boolean;
}

/** A device as the bus, the inspectors and the promises suite see it; its accesses are guarded. */
export interface Device extends RegionTarget {
  readonly name: string;
  readonly schema: Schema;
  readonly state: object;
  readonly place: Place;
  readonly registers: readonly RegisterDescription[];
  readonly unknownAccesses: number;
  readonly lastUnknown: number;
}

/** What `mount` needs of a `DeviceCore`, whatever its fields. */
type Mountable = Pick<Device, 'name' | 'schema' | 'place' | 'unknownAccesses' | 'lastUnknown'> & {
  readonly lock: Lock;
  readonly countUnknown: (offset: number) => void;
  released(): void;
};

/** Makes a device reachable through its registers; every access holds the device's lock. */
export function mount<D extends Stateful>(device: NoInfer<D> & Mountable, bank: RegisterBank<D>): Device {
  return {
    name: device.name,
    schema: device.schema,
    state: device.state,
    place: device.place,
    registers: bank.list,
    get unknownAccesses() {
      return device.unknownAccesses;
    },
    get lastUnknown() {
      return device.lastUnknown;
    },
    read(offset, size) {
      device.lock.acquire();
      try {
        return bank.read(device, offset, size, device.countUnknown);
      } finally {
        device.lock.release();
      }
    },
    write(offset, size, value) {
      device.lock.acquire();
      try {
        bank.write(device, offset, size, value, device.countUnknown);
      } finally {
        device.lock.release();
      }
      device.released();
    },
  };
}
