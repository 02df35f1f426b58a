/** Puts things into a guest's RAM, checks that they fit and do not overlap, and remembers where they went for the log. */
import { MachineError } from '../../index.ts';
import type { GuestMemory } from '../../memory/guest-memory.ts';
import { KERNEL } from '../memory-map.ts';
import type { ElfProgram } from './elf.ts';
import { mebibytes } from './little-endian.ts';

interface Region {
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

/** Where a program went. */
export interface Loaded {
  readonly entry: number;
  /** First address after it. */
  readonly end: number;
  /** What to add to an address of the file for where it is in RAM. */
  readonly place: (address: bigint) => number;
}

const PAGE = 4096;

export class Loader {
  readonly memory: GuestMemory;
  readonly log: string[] = [];
  readonly #regions: Region[] = [];

  constructor(memory: GuestMemory) {
    this.memory = memory;
  }

  /** Writes `bytes` at a physical address; memory up to `size` is kept for them. @param what "the kernel" */
  put(what: string, address: number, bytes: Uint8Array, size = bytes.length): void {
    const { memory } = this;
    if (address < memory.base || address + size > memory.end) {
      const place = `0x${address.toString(16)} to 0x${(address + size).toString(16)}`;
      throw new MachineError(
        `${what} needs ${place}, but this machine's ${mebibytes(memory.size)} of memory end at 0x${memory.end.toString(16)}: give the machine more memory`,
      );
    }
    const overlapping = this.#regions.find(({ from, to }) => address < to && address + size > from);
    if (overlapping) throw new MachineError(`${what} would lie over ${overlapping.what}: give the machine more memory or a smaller file`);
    this.#regions.push({ what, from: address, to: address + size });
    memory.bytes(address, bytes.length)?.set(bytes);
    memory.written(address, bytes.length);
    this.log.push(`${what}: ${mebibytes(size)} at 0x${address.toString(16)}`);
  }

  /** Loads an ELF program by its physical addresses. @param movable one linked below RAM (a vmlinux) is moved to `KERNEL` */
  program(what: string, { entry, segments }: ElfProgram, movable = false): Loaded {
    const lowest = Math.min(...segments.map(({ physical }) => physical));
    if (lowest < this.memory.base && !movable)
      throw new MachineError(
        `${what} is linked for 0x${lowest.toString(16)}, where this board has no memory: link it for 0x${this.memory.base.toString(16)} or above`,
      );
    const shift = lowest < this.memory.base ? KERNEL - lowest : 0;
    const place = (address: bigint): number => {
      const holder = segments.find(({ virtual, memorySize }) => address >= virtual && address < virtual + BigInt(memorySize));
      return holder ? holder.physical + shift + Number(address - holder.virtual) : Number(address) + shift;
    };
    for (const { physical, bytes, memorySize } of segments) this.put(what, physical + shift, bytes, memorySize);
    const end = Math.max(...segments.map(({ physical, memorySize }) => physical + shift + memorySize));
    return { entry: place(entry), end, place };
  }

  /** The highest address at which `size` bytes fit below `below`, aligned. */
  static below(below: number, size: number, alignment = PAGE): number {
    return Math.floor((below - size) / alignment) * alignment;
  }
}
