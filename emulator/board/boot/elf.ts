/** ELF programs for a board: what to load where, the entry, and `tohost`. */
import { type ElfFile, type ElfSegment, ELF_TYPE, ElfError, elfMachineName, readElf, SEGMENT } from '../../format/elf.ts';
import { MachineError } from '../../index.ts';

/** A part of a program to be loaded. */
export interface Loadable {
  readonly segment: ElfSegment;
  readonly physical: number;
  readonly bytes: Uint8Array;
}

export interface ElfProgram {
  readonly file: ElfFile;
  readonly entry: bigint;
  readonly loadable: readonly Loadable[];
  /** Address of the symbols `tohost` and `fromhost` (HTIF), where they are. */
  readonly tohost: bigint | undefined;
  readonly fromhost: bigint | undefined;
}

/** For which processor a board's programs are. */
export interface WantedProgram {
  is(bytes: Uint8Array): boolean;
  /** What is said of near misses, by the name of their processor. */
  readonly others: Readonly<Record<string, string>>;
  /** "this board runs 64-bit RISC-V programs" */
  readonly wanted: string;
}

/**
 * Reads an executable. @param what names the file in an error: "the program"
 * @throws MachineError for another machine, another kind of ELF file, or a damaged one
 */
export function elfProgram(bytes: Uint8Array, what: string, { is, others, wanted }: WantedProgram): ElfProgram {
  if (bytes.length >= 20 && !is(bytes)) {
    const machine = elfMachineName(bytes);
    const near = others[machine];
    throw new MachineError('boot-elf-other', { what, machine, advice: near ?? wanted, near: near !== undefined });
  }
  try {
    const file = readElf(bytes);
    if (file.type !== ELF_TYPE.executable && file.type !== ELF_TYPE.dynamic) throw new MachineError('boot-elf-not-a-program', { what });
    const loadable = file.segments
      .filter(({ type, memoryBytes }) => type === SEGMENT.load && memoryBytes > 0)
      .map((segment) => ({ segment, physical: Number(segment.physical), bytes: file.segmentBytes(segment) }));
    if (loadable.length === 0) throw new ElfError('nothing to load');
    return { file, entry: file.entry, loadable, ...htifSymbols(file) };
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    throw new MachineError('boot-elf-damaged', { what, finding: error.message }, { cause: error });
  }
}

/** Looked for in the symbol tables; a table that is damaged names nothing. */
function htifSymbols(file: ElfFile): Pick<ElfProgram, 'tohost' | 'fromhost'> {
  const found: { tohost?: bigint; fromhost?: bigint } = {};
  try {
    for (const { name, value } of file.symbols()) if (name === 'tohost' || name === 'fromhost') found[name] ??= value;
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
  }
  return { tohost: found.tohost, fromhost: found.fromhost };
}
