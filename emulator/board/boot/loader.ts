/** Puts things into a guest's RAM, checks that they fit and do not overlap, and remembers where they went for the log. */
import { formatBytes } from '../../quantities/bytes.ts';
import { MachineError } from '../../index.ts';
import type { GuestMemory } from '../../memory/guest-memory.ts';
import type { ElfProgram } from './elf.ts';
import { placeProgram, type PlacedProgram } from './place-program.ts';

interface Region {
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

const PAGE = 4096;
const hex = (address: number) => `0x${address.toString(16)}`;

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
      throw new MachineError('boot-beyond-memory', {
        what,
        from: hex(address),
        to: hex(address + size),
        memoryBytes: memory.size,
        end: hex(memory.end),
      });
    }
    const overlapping = this.#regions.find(({ from, to }) => address < to && address + size > from);
    if (overlapping) throw new MachineError('boot-overlap', { what, other: overlapping.what });
    this.#regions.push({ what, from: address, to: address + size });
    memory.bytes(address, bytes.length)?.set(bytes);
    memory.written(address, bytes.length);
    this.log.push(`${what}: ${formatBytes(size)} at ${hex(address)}`);
  }

  /** Loads an ELF program. @param movedTo as for `placeProgram` */
  program(what: string, program: ElfProgram, movedTo?: number): PlacedProgram {
    const placed = placeProgram(what, program, this.memory.base, movedTo);
    this.log.push(...placed.log);
    for (const { address, bytes, sizeBytes } of placed.parts) this.put(what, address, bytes, sizeBytes);
    return placed;
  }

  /** The highest address at which `size` bytes fit below `below`, aligned. */
  static below(below: number, size: number, alignment = PAGE): number {
    return Math.floor((below - size) / alignment) * alignment;
  }
}
