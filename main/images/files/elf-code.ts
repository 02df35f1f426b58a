/** The executable parts and the symbols of a 64-bit little-endian ELF file (System V ABI, chapters 4 and 5). */
import { ContractError } from '../../../preload/contract/contract.ts';

export interface Code {
  readonly pieces: readonly { readonly name: string; readonly address: bigint; readonly bytes: Uint8Array }[];
  readonly symbols: ReadonlyMap<bigint, string>;
}

const SECTION_CONTENT = 1;
const SECTION_SYMBOLS = 2;
const EXECUTABLE_SECTION = 4n;
const SEGMENT_LOAD = 1;
const EXECUTABLE_SEGMENT = 1;
const SYMBOL_BYTES = 24;

/** @throws ContractError where the file is cut off or holds no code */
export function codeOf(file: Buffer): Code {
  try {
    const sections = sectionsOf(file);
    const executable = sections.filter(({ type, flags }) => type === SECTION_CONTENT && flags & EXECUTABLE_SECTION);
    const pieces =
      executable.length > 0 ? executable.map(({ name, address, bytes }) => ({ name, address, bytes })) : executableSegments(file);
    if (pieces.length === 0) throw new ContractError('invalid', 'the ELF file holds no code.');
    return { pieces, symbols: symbolsOf(sections) };
  } catch (error) {
    if (error instanceof RangeError) throw new ContractError('invalid', 'the ELF file is cut off.');
    throw error;
  }
}

interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags: bigint;
  readonly address: bigint;
  readonly bytes: Buffer;
  readonly link: number;
}

function sectionsOf(file: Buffer): Section[] {
  const start = Number(file.readBigUInt64LE(40));
  const [size, count, names] = [file.readUInt16LE(58), file.readUInt16LE(60), file.readUInt16LE(62)];
  const at = (index: number) => start + index * size;
  const content = (index: number) => {
    const offset = Number(file.readBigUInt64LE(at(index) + 24));
    return file.subarray(offset, offset + Number(file.readBigUInt64LE(at(index) + 32)));
  };
  const table = count > 0 ? content(names) : Buffer.alloc(0);
  return Array.from({ length: count }, (_, index) => ({
    name: textAt(table, file.readUInt32LE(at(index))),
    type: file.readUInt32LE(at(index) + 4),
    flags: file.readBigUInt64LE(at(index) + 8),
    address: file.readBigUInt64LE(at(index) + 16),
    bytes: content(index),
    link: file.readUInt32LE(at(index) + 40),
  }));
}

const textAt = (table: Buffer, at: number): string => table.toString('latin1', at, Math.max(at, table.indexOf(0, at)));

function executableSegments(file: Buffer): Code['pieces'] {
  const start = Number(file.readBigUInt64LE(32));
  const [size, count] = [file.readUInt16LE(54), file.readUInt16LE(56)];
  return Array.from({ length: count }, (_, index) => start + index * size)
    .filter((at) => file.readUInt32LE(at) === SEGMENT_LOAD && file.readUInt32LE(at + 4) & EXECUTABLE_SEGMENT)
    .map((at) => {
      const offset = Number(file.readBigUInt64LE(at + 8));
      return {
        name: 'executable segment',
        address: file.readBigUInt64LE(at + 16),
        bytes: file.subarray(offset, offset + Number(file.readBigUInt64LE(at + 32))),
      };
    });
}

/** Names of addresses; mapping symbols (`$x`) and local labels (`.L`) are left out. */
function symbolsOf(sections: readonly Section[]): Map<bigint, string> {
  const symbols = new Map<bigint, string>();
  for (const { type, bytes, link } of sections) {
    if (type !== SECTION_SYMBOLS) continue;
    for (let at = SYMBOL_BYTES; at + SYMBOL_BYTES <= bytes.length; at += SYMBOL_BYTES) {
      const name = textAt(sections[link]!.bytes, bytes.readUInt32LE(at));
      // Types 0 to 2 name places; sections and files do not.
      if (name !== '' && (bytes[at + 4]! & 15) <= 2 && bytes.readUInt16LE(at + 6) !== 0 && !/^(\$|\.L)/.test(name))
        symbols.set(bytes.readBigUInt64LE(at + 8), name);
    }
  }
  return symbols;
}
