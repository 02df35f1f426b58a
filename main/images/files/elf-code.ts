/** The executable parts and the symbols of an ELF file. */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { type ElfFile, ElfError, readElf, SECTION, SECTION_FLAG, SEGMENT, SEGMENT_EXECUTABLE } from '../../../emulator/format/elf.ts';

export interface Code {
  readonly pieces: readonly { readonly name: string; readonly address: bigint; readonly bytes: Uint8Array }[];
  readonly symbols: ReadonlyMap<bigint, string>;
}

/** @throws ContractError where the file is cut off or holds no code */
export function codeOf(bytes: Uint8Array): Code {
  try {
    const file = readElf(bytes);
    const sections = executableSections(file);
    const pieces = sections.length > 0 ? sections : executableSegments(file);
    if (pieces.length === 0) throw new ContractError('elf-no-code');
    return { pieces, symbols: symbolsOf(file) };
  } catch (error) {
    if (error instanceof ElfError) throw new ContractError('elf-damaged', { detail: error.message });
    throw error;
  }
}

const executableSections = (file: ElfFile): Code['pieces'] =>
  file.sections
    .filter(({ type, flags }) => type === SECTION.content && (flags & SECTION_FLAG.executable) !== 0n)
    .map((section) => ({ name: section.name, address: section.address, bytes: file.sectionBytes(section) }));

const executableSegments = (file: ElfFile): Code['pieces'] =>
  file.segments
    .filter(({ type, flags }) => type === SEGMENT.load && (flags & SEGMENT_EXECUTABLE) !== 0)
    .map((segment) => ({ name: 'executable segment', address: segment.virtual, bytes: file.segmentBytes(segment) }));

/** Symbols of these types name places; sections and files do not. */
const LAST_TYPE_OF_PLACE = 2;

/** Names of addresses; mapping symbols (`$x`) and local labels (`.L`) are left out. */
function symbolsOf(file: ElfFile): Map<bigint, string> {
  const symbols = new Map<bigint, string>();
  for (const { name, type, section, value } of file.symbols())
    if (name !== '' && type <= LAST_TYPE_OF_PLACE && section !== 0 && !/^(\$|\.L)/.test(name)) symbols.set(value, name);
  return symbols;
}
