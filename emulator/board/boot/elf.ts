/** ELF files for 64-bit RISC-V (System V gABI 4.1; RISC-V ELF psABI): what to load where, the entry, and `tohost`. */
import { MachineError } from '../../index.ts';
import { viewOf } from './little-endian.ts';

export interface ElfSegment {
  readonly physical: number;
  /** As a bigint: kernels are linked at the top of the address space. */
  readonly virtual: bigint;
  readonly bytes: Uint8Array;
  /** Bytes in memory; what the file does not give is zero. */
  readonly memorySize: number;
}

export interface ElfProgram {
  readonly entry: bigint;
  readonly segments: readonly ElfSegment[];
  /** Address of the symbol `tohost` (HTIF), if there is one. */
  readonly tohost: bigint | undefined;
}

const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
const TYPE_EXECUTABLE = 2;
const TYPE_DYNAMIC = 3;
const MACHINE_RISCV = 243;
const SEGMENT_LOAD = 1;
const SECTION_SYMBOLS = 2;
const SYMBOL_BYTES = 24;
const MACHINES: Readonly<Record<number, string>> = {
  2: 'SPARC',
  3: '32-bit x86',
  8: 'MIPS',
  20: 'PowerPC',
  21: '64-bit PowerPC',
  22: 's390',
  40: '32-bit Arm',
  50: 'Itanium',
  62: 'x86-64',
  183: 'arm64',
  258: 'LoongArch',
};

/**
 * Reads an executable. @param what names the file in an error: "the program"
 * @throws MachineError for another machine, another kind of ELF file, or a damaged one
 */
export function elfProgram(bytes: Uint8Array, what: string): ElfProgram {
  const damaged = (reason: string) => new MachineError(`${what} is a truncated or damaged ELF file (${reason}): get the file again`);
  if (bytes.length < 64) throw damaged('no header');
  const view = viewOf(bytes);
  const machine = view.getUint16(18, bytes[5] === LITTLE_ENDIAN);
  if (machine !== MACHINE_RISCV)
    throw new MachineError(
      `${what} is an ELF file for ${MACHINES[machine] ?? `machine ${machine}`}; this board runs 64-bit RISC-V programs`,
    );
  if (bytes[4] !== CLASS_64) throw new MachineError(`${what} is for 32-bit RISC-V; this board's cores are 64-bit: build it for rv64`);
  const type = view.getUint16(16, true);
  if (type !== TYPE_EXECUTABLE && type !== TYPE_DYNAMIC)
    throw new MachineError(`${what} is an ELF file but not a program (an object or core file): link it first`);
  try {
    const segments = loadSegments(bytes, view);
    if (segments.length === 0) throw new RangeError('nothing to load');
    return { entry: view.getBigUint64(24, true), segments, tohost: symbol(bytes, view, 'tohost') };
  } catch (error) {
    if (error instanceof RangeError) throw damaged(error.message);
    throw error;
  }
}

function part(bytes: Uint8Array, at: number, size: number): Uint8Array {
  if (at + size > bytes.length) throw new RangeError(`it ends at byte ${bytes.length} of ${at + size}`);
  return bytes.subarray(at, at + size);
}

function loadSegments(bytes: Uint8Array, view: DataView): readonly ElfSegment[] {
  const table = Number(view.getBigUint64(32, true));
  const size = view.getUint16(54, true);
  const segments: ElfSegment[] = [];
  for (let index = 0; index < view.getUint16(56, true); index++) {
    const at = table + index * size;
    if (view.getUint32(at, true) !== SEGMENT_LOAD) continue;
    const word = (offset: number) => view.getBigUint64(at + offset, true);
    const memorySize = Number(word(40));
    if (memorySize === 0) continue;
    const data = part(bytes, Number(word(8)), Math.min(Number(word(32)), memorySize));
    segments.push({ virtual: word(16), physical: Number(word(24)), bytes: data, memorySize });
  }
  return segments;
}

/** The value of a symbol, from the symbol tables; undefined where it is not there. */
function symbol(bytes: Uint8Array, view: DataView, name: string): bigint | undefined {
  const table = Number(view.getBigUint64(40, true));
  const size = view.getUint16(58, true);
  const count = view.getUint16(60, true);
  if (table === 0 || table + count * size > bytes.length) return undefined;
  const header = (index: number) => ({
    type: view.getUint32(table + index * size + 4, true),
    at: Number(view.getBigUint64(table + index * size + 24, true)),
    size: Number(view.getBigUint64(table + index * size + 32, true)),
    link: view.getUint32(table + index * size + 40, true),
  });
  const wanted = [...name, '\0'].map((letter) => letter.charCodeAt(0));
  for (let index = 0; index < count; index++) {
    const section = header(index);
    if (section.type !== SECTION_SYMBOLS || section.link >= count || section.at + section.size > bytes.length) continue;
    const names = header(section.link);
    for (let at = section.at; at + SYMBOL_BYTES <= section.at + section.size; at += SYMBOL_BYTES) {
      const text = names.at + view.getUint32(at, true);
      if (wanted.every((letter, offset) => bytes[text + offset] === letter)) return view.getBigUint64(at + 8, true);
    }
  }
  return undefined;
}
