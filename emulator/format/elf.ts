/**
 * Reads ELF files (System V gABI 4.1, chapters 4 and 5): 64-bit little-endian ones in full, of others only for whom they
 * are. The one reader for loading programs, disassembling, the guest kit's libraries and kernel modules. Every place and
 * size in the file is checked against the file's end.
 */
import { hasText, viewOf } from './bytes.ts';

export const ELF_TYPE = { object: 1, executable: 2, dynamic: 3 } as const;
export const SEGMENT = { load: 1, dynamic: 2, interpreter: 3, note: 4 } as const;
export const SECTION = { content: 1, symbols: 2, relocations: 4, note: 7, zeros: 8, group: 17, wideIndices: 18 } as const;
export const SECTION_FLAG = { allocated: 2n, executable: 4n } as const;
export const SEGMENT_EXECUTABLE = 1;
export const SYMBOL_BYTES = 24;

const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
const HEADER_BYTES = 64;
const MACHINE_RISCV = 243;
const MACHINE_X86_64 = 62;
/** Of boards. */
const ARCHITECTURES: Readonly<Record<number, string>> = { [MACHINE_RISCV]: 'riscv64', [MACHINE_X86_64]: 'amd64' };
const MACHINES: Readonly<Record<number, string>> = {
  2: 'SPARC',
  3: '32-bit x86',
  8: 'MIPS',
  20: 'PowerPC',
  21: '64-bit PowerPC',
  22: 's390',
  40: '32-bit Arm',
  50: 'Itanium',
  [MACHINE_X86_64]: 'x86-64',
  183: 'arm64',
  258: 'LoongArch',
};

export interface ElfSegment {
  readonly type: number;
  readonly flags: number;
  /** Where its bytes begin in the file. */
  readonly offset: number;
  /** Addresses as bigints: kernels are linked at the top of the address space. */
  readonly virtual: bigint;
  readonly physical: bigint;
  readonly fileBytes: number;
  /** What the file does not give is zero. */
  readonly memoryBytes: number;
}

export interface ElfSection {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: bigint;
  readonly address: bigint;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly link: number;
  readonly info: number;
  readonly alignment: number;
}

export interface ElfSymbol {
  readonly name: string;
  readonly value: bigint;
  /** Its type: 0 none, 1 object, 2 function, 3 section, 4 file. */
  readonly type: number;
  /** The section it is in; 0: not in this file. */
  readonly section: number;
}

/** The file is not a 64-bit little-endian ELF file, or is cut off or damaged. */
export class ElfError extends Error {
  override readonly name = 'ElfError';
}

export const isElf = (bytes: Uint8Array): boolean => hasText(bytes, 0, '\x7fELF');

/** `e_machine`; bytes that are no ELF header give 0. */
export function elfMachine(bytes: Uint8Array): number {
  return isElf(bytes) && bytes.length >= 20 ? viewOf(bytes).getUint16(18, bytes[5] === LITTLE_ENDIAN) : 0;
}
const is64BitLittleEndian = (bytes: Uint8Array) => isElf(bytes) && bytes[4] === CLASS_64 && bytes[5] === LITTLE_ENDIAN;

/** What boards call the architecture that a 64-bit little-endian ELF file is for; `undefined` for all that none of ours has. */
export function elfArchitecture(bytes: Uint8Array): string | undefined {
  return is64BitLittleEndian(bytes) ? ARCHITECTURES[elfMachine(bytes)] : undefined;
}

/** For whom an ELF file is: "x86-64", "32-bit RISC-V". */
export function elfMachineName(bytes: Uint8Array): string {
  const machine = elfMachine(bytes);
  if (machine === MACHINE_RISCV) return `${bytes[4] === CLASS_64 ? 64 : 32}-bit RISC-V`;
  return MACHINES[machine] ?? `processor type ${machine}`;
}

export class ElfFile {
  readonly bytes: Uint8Array;
  readonly type: number;
  readonly entry: bigint;
  /** Bytes at the file's beginning that are its header and the table of segments, where that follows it. */
  readonly headerBytes: number;
  readonly segments: readonly ElfSegment[];
  readonly sections: readonly ElfSection[];

  /** Use `readElf`. */
  constructor(bytes: Uint8Array) {
    const view = viewOf(bytes);
    this.bytes = bytes;
    this.type = view.getUint16(16, true);
    this.entry = view.getBigUint64(24, true);
    const table = numberAt(view, 32);
    const tableBytes = view.getUint16(54, true) * view.getUint16(56, true);
    this.headerBytes = table === HEADER_BYTES ? HEADER_BYTES + tableBytes : HEADER_BYTES;
    this.segments = segmentsOf(view, table);
    this.sections = sectionsOf(bytes, view);
  }

  /** A segment's bytes in the file. @throws ElfError where the file ends before */
  segmentBytes({ offset, fileBytes, memoryBytes, type }: ElfSegment): Uint8Array {
    return part(this.bytes, offset, type === SEGMENT.load ? Math.min(fileBytes, memoryBytes) : fileBytes);
  }

  /** A section's bytes; none for one that is all zeros. @throws ElfError where the file ends before */
  sectionBytes({ type, offset, sizeBytes }: ElfSection): Uint8Array {
    return type === SECTION.zeros ? new Uint8Array(0) : part(this.bytes, offset, sizeBytes);
  }

  /** All symbols of its symbol tables. @throws ElfError where the file ends before */
  *symbols(): Generator<ElfSymbol> {
    for (const table of this.sections) {
      const strings = this.sections[table.link];
      if (table.type !== SECTION.symbols || !strings) continue;
      const names = this.sectionBytes(strings);
      const entries = viewOf(this.sectionBytes(table));
      for (let at = 0; at + SYMBOL_BYTES <= entries.byteLength; at += SYMBOL_BYTES)
        yield {
          name: textAt(names, entries.getUint32(at, true)),
          type: entries.getUint8(at + 4) & 15,
          section: entries.getUint16(at + 6, true),
          value: entries.getBigUint64(at + 8, true),
        };
    }
  }
}

/** @throws ElfError unless it is a whole 64-bit little-endian ELF file */
export function readElf(bytes: Uint8Array): ElfFile {
  if (!is64BitLittleEndian(bytes)) throw new ElfError('it is not a 64-bit little-endian ELF file');
  if (bytes.length < HEADER_BYTES) throw new ElfError('no header');
  try {
    return new ElfFile(bytes);
  } catch (error) {
    // A view's own complaint: a table that lies beyond the file's end.
    if (error instanceof RangeError) throw new ElfError(`its tables lie beyond its end at byte ${bytes.length}`, { cause: error });
    throw error;
  }
}

const numberAt = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

function part(bytes: Uint8Array, at: number, length: number): Uint8Array {
  if (at + length > bytes.length) throw new ElfError(`it ends at byte ${bytes.length} of ${at + length}`);
  return bytes.subarray(at, at + length);
}

/** Text up to a zero byte, or to the end; Latin-1, as bytes are. */
export function textAt(bytes: Uint8Array, at: number): string {
  const end = bytes.indexOf(0, at);
  let text = '';
  for (let index = at; index < (end < 0 ? bytes.length : end); index++) text += String.fromCharCode(bytes[index]!);
  return text;
}

function segmentsOf(view: DataView, table: number): ElfSegment[] {
  const [entry, count] = [view.getUint16(54, true), view.getUint16(56, true)];
  return Array.from({ length: count }, (_, index) => {
    const at = table + index * entry;
    return {
      type: view.getUint32(at, true),
      flags: view.getUint32(at + 4, true),
      offset: numberAt(view, at + 8),
      virtual: view.getBigUint64(at + 16, true),
      physical: view.getBigUint64(at + 24, true),
      fileBytes: numberAt(view, at + 32),
      memoryBytes: numberAt(view, at + 40),
    };
  });
}

function sectionsOf(bytes: Uint8Array, view: DataView): ElfSection[] {
  const table = numberAt(view, 40);
  const [entry, count, namesIndex] = [view.getUint16(58, true), view.getUint16(60, true), view.getUint16(62, true)];
  // Programs run without sections, so a table that was cut off is no reason to refuse one.
  if (table === 0 || table + entry * count > bytes.length) return [];
  const placeOf = (index: number) => [numberAt(view, table + index * entry + 24), numberAt(view, table + index * entry + 32)] as const;
  const [namesAt, namesBytes] = namesIndex < count ? placeOf(namesIndex) : [0, 0];
  const names = bytes.subarray(namesAt, namesAt + namesBytes);
  return Array.from({ length: count }, (_, index) => {
    const at = table + index * entry;
    const [offset, sizeBytes] = placeOf(index);
    return {
      index,
      name: textAt(names, view.getUint32(at, true)),
      type: view.getUint32(at + 4, true),
      flags: view.getBigUint64(at + 8, true),
      address: view.getBigUint64(at + 16, true),
      offset,
      sizeBytes,
      link: view.getUint32(at + 40, true),
      info: view.getUint32(at + 44, true),
      alignment: Math.max(1, numberAt(view, at + 48)),
    };
  });
}
