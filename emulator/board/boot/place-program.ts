/** Where the parts of an ELF program go in a board's RAM, and which are left out. */
import { type ElfFile, type ElfSegment, SEGMENT_EXECUTABLE } from '../../format/elf.ts';
import { MachineError } from '../../index.ts';
import type { ElfProgram, Loadable } from './elf.ts';
import { contentOf, sectionsIn } from './segment-content.ts';

/** A part of a program at the physical address where it goes. */
export interface PlacedPart {
  readonly address: number;
  readonly bytes: Uint8Array;
  /** Bytes in memory; what `bytes` does not give is zero. */
  readonly sizeBytes: number;
}

export interface PlacedProgram {
  readonly entry: number;
  /** First address after it. */
  readonly end: number;
  readonly parts: readonly PlacedPart[];
  /** Lines for the machine's log: what was left out. */
  readonly log: readonly string[];
  /** Where an address of the file is in RAM. */
  readonly place: (address: bigint) => number;
}

const hex = (address: number | bigint) => `0x${address.toString(16)}`;

/**
 * Places a program by its physical addresses. Parts below RAM that hold only headers or notes are left out.
 * @param what names the file in an error: "the program"
 * @param base where RAM begins
 * @param movedTo one whose contents are all linked below RAM (a vmlinux) is moved there; absent: to nowhere
 * @throws MachineError when code, data or the entry lies below RAM, naming the segment
 */
export function placeProgram(what: string, program: ElfProgram, base: number, movedTo?: number): PlacedProgram {
  const { file, entry, loadable } = program;
  const filled = loadable.filter(({ segment }) => contentOf(file, segment) !== undefined);
  const isBelow = ({ physical, segment }: Loadable) => physical + segment.memoryBytes <= base;
  const shift =
    movedTo !== undefined && filled.length > 0 && filled.every(isBelow) ? movedTo - Math.min(...filled.map(({ physical }) => physical)) : 0;
  const place = (address: bigint): number => {
    const holder = loadable.find(({ segment: { virtual, memoryBytes } }) => address >= virtual && address < virtual + BigInt(memoryBytes));
    return holder ? holder.physical + shift + Number(address - holder.segment.virtual) : Number(address) + shift;
  };
  const log: string[] = [];
  const parts = loadable.flatMap((part) => placedPart(what, file, part, { base, shift, log }));
  const start = place(entry);
  if (!parts.some(({ address, sizeBytes }) => start >= address && start < address + sizeBytes))
    throw new MachineError('boot-entry-outside', { what, entry: hex(entry), base: hex(base) });
  return { entry: start, end: Math.max(...parts.map(({ address, sizeBytes }) => address + sizeBytes)), parts, log, place };
}

interface Placing {
  readonly base: number;
  readonly shift: number;
  readonly log: string[];
}

/** A part as it goes into RAM, without what lies below it; none where nothing is left. */
function placedPart(what: string, file: ElfFile, part: Loadable, { base, shift, log }: Placing): PlacedPart[] {
  const { segment, bytes } = part;
  const address = part.physical + shift;
  const below = Math.min(segment.memoryBytes, Math.max(0, base - address));
  if (below === 0) return [{ address, bytes, sizeBytes: segment.memoryBytes }];
  const content = contentOf(file, segment);
  if (content && content.from < below)
    throw new MachineError('boot-linked-outside', {
      what,
      address: hex(address + content.from),
      segment: described(file, segment),
      base: hex(base),
    });
  log.push(`${what}: ELF headers and notes at ${hex(address)} to ${hex(address + below)} are left out, there is no memory`);
  return below === segment.memoryBytes
    ? []
    : [{ address: base, bytes: bytes.subarray(Math.min(below, bytes.length)), sizeBytes: segment.memoryBytes - below }];
}

/** A segment for a person: "segment 2, executable, with .text and .rodata". */
function described(file: ElfFile, segment: ElfSegment): string {
  const names = sectionsIn(file, segment).map(({ name }) => name);
  const shown = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
  const executable = (segment.flags & SEGMENT_EXECUTABLE) === 0 ? '' : ', executable';
  return `segment ${file.segments.indexOf(segment) + 1}${executable}${shown === '' ? '' : `, with ${shown}`}`;
}
