/**
 * Registers declared as data: where, how wide, which state field they hold, which bits a guest may change, and code
 * only where an access does something. Lookup, wide and narrow accesses, masks and unknown offsets are solved here.
 */

type NumberKeys<S> = { [K in keyof S]: S[K] extends number ? K : never }[keyof S] & string;

/** A thing with registers: its state, bound to shared memory. */
export interface Stateful {
  readonly state: object;
}

/** One register, or `count` of them `stride` bytes apart. */
export interface Register<D extends Stateful> {
  /** Byte offset from the device's base. */
  readonly at: number;
  /** In bytes; 4 unless told. */
  readonly width?: 1 | 2 | 4;
  readonly count?: number;
  readonly stride?: number;
  /** One sentence, as in the data sheet. */
  readonly doc: string;
  /** The state field that this register shows. */
  readonly holds?: NumberKeys<D['state']>;
  /** With `holds`: the bits a guest's write changes; none unless told. */
  readonly writable?: number;
  /** What reading changes; absent: an inspector may read it freely. */
  readonly effect?: string;
  /** Instead of `holds`, or beside it where reading does more. */
  read?(device: D, index: number): number;
  write?(device: D, value: number, index: number): void;
}

/** A register as inspectors and tests see it: one entry for each of an array. */
export interface RegisterDescription {
  readonly name: string;
  readonly at: number;
  readonly width: 1 | 2 | 4;
  readonly doc: string;
  readonly effect?: string;
}

interface Entry<D extends Stateful> extends RegisterDescription {
  readonly register: Register<D>;
  readonly index: number;
}

const MASK = { 1: 0xff, 2: 0xffff, 4: 0xffff_ffff } as const;

/** A device's registers, ready for accesses. One bank serves all devices of a kind. */
export class RegisterBank<D extends Stateful> {
  readonly #entries = new Map<number, Entry<D>>();

  /** @throws Error when two registers share an offset */
  constructor(table: Record<string, Register<D>>) {
    for (const [name, register] of Object.entries(table)) {
      const { count = 1, width = 4 } = register;
      for (let index = 0; index < count; index++) {
        const at = register.at + index * (register.stride ?? width);
        const taken = this.#entries.get(at);
        if (taken) throw new Error(`registers ${taken.name} and ${name} are both at ${at.toString(16)}`);
        const effect = register.effect === undefined ? {} : { effect: register.effect };
        const full = count > 1 ? `${name}[${index}]` : name;
        this.#entries.set(at, { name: full, at, width, doc: register.doc, ...effect, register, index });
      }
    }
  }

  /** Every register, in the order declared. */
  get list(): readonly RegisterDescription[] {
    return [...this.#entries.values()];
  }

  /** Reads `size` bytes, little-endian; offsets without a register read 0 and are told to `unknown`. */
  read(device: D, offset: number, size: 1 | 2 | 4, unknown: (offset: number) => void): number {
    const exact = this.#entries.get(offset);
    if (exact && exact.width === size) return this.#load(device, exact);
    if (!exact || exact.width > size) {
      const around = this.#covering(offset, size);
      if (around) return (this.#load(device, around) >>> ((offset - around.at) * 8)) & MASK[size];
      unknown(offset);
      return 0;
    }
    let value = 0;
    for (let at = 0; at < size; at += exact.width) {
      const part = this.#entries.get(offset + at);
      if (part?.width === exact.width) value += this.#load(device, part) * 2 ** (at * 8);
    }
    return value;
  }

  /** Writes the low `size` bytes of `value`; offsets without a register are told to `unknown`. */
  write(device: D, offset: number, size: 1 | 2 | 4, value: number, unknown: (offset: number) => void): void {
    const exact = this.#entries.get(offset);
    if (exact && exact.width === size) return this.#store(device, exact, value);
    if (!exact || exact.width > size) {
      const around = this.#covering(offset, size);
      if (!around) return unknown(offset);
      const shift = (offset - around.at) * 8;
      const kept = around.register.effect === undefined ? this.#load(device, around) & ~(MASK[size] << shift) : 0;
      return this.#store(device, around, (kept | ((value & MASK[size]) << shift)) >>> 0);
    }
    for (let at = 0; at < size; at += exact.width) {
      const part = this.#entries.get(offset + at);
      if (part?.width === exact.width) this.#store(device, part, (value >>> (at * 8)) & MASK[exact.width]);
    }
  }

  /** The wider register that contains a narrow access. */
  #covering(offset: number, size: number): Entry<D> | undefined {
    for (const width of [2, 4] as const) {
      const entry = this.#entries.get(offset - (offset % width));
      if (entry && entry.width === width && (offset % width) + size <= width) return entry;
    }
    return undefined;
  }

  #load(device: D, { register, index, width }: Entry<D>): number {
    if (register.read) return (register.read(device, index) & MASK[width]) >>> 0;
    if (register.holds === undefined) return 0;
    return (device.state as Record<string, number>)[register.holds] as number;
  }

  #store(device: D, { register, index, width }: Entry<D>, value: number): void {
    const masked = (value & MASK[width]) >>> 0;
    if (register.write) return register.write(device, masked, index);
    const { holds, writable = 0 } = register;
    if (holds === undefined) return;
    const state = device.state as Record<string, number>;
    state[holds] = (((state[holds] as number) & ~writable) | (masked & writable)) >>> 0;
  }
}

/** Declares a device kind's registers: `registers<Uart>()({ data: { at: 0, ... }, ... })`. */
export const registers =
  <D extends Stateful>() =>
  (table: Record<string, Register<D>>): RegisterBank<D> =>
    new RegisterBank(table);
