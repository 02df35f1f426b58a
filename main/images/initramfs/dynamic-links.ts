/** What a program asks its dynamic loader for: the loader itself and the libraries (System V gABI, chapter 5). */
import { type ElfFile, ElfError, readElf, SEGMENT, textAt } from '../../../emulator/format/elf.ts';

const TAG_END = 0n;
const TAG_NEEDED = 1n;
const TAG_STRINGS = 5n;
const TAG_RPATH = 15n;
const TAG_RUNPATH = 29n;
const ENTRY_BYTES = 16;

export interface DynamicLinks {
  /** `PT_INTERP`: the guest path of the dynamic loader. */
  readonly interpreter?: string;
  /** `DT_NEEDED`, in order. */
  readonly needed: readonly string[];
  /** `DT_RUNPATH` or `DT_RPATH`, split; may contain `$ORIGIN`. */
  readonly searchPath: readonly string[];
}

/** @returns undefined when the bytes are not a whole 64-bit little-endian ELF file */
export function dynamicLinks(bytes: Uint8Array): DynamicLinks | undefined {
  try {
    return linksOf(readElf(bytes));
  } catch (error) {
    if (error instanceof ElfError) return undefined;
    throw error;
  }
}

function linksOf(file: ElfFile): DynamicLinks {
  const interpreter = file.segments.find(({ type }) => type === SEGMENT.interpreter);
  const entries = dynamicEntries(file);
  const table = stringTable(file, entries);
  const strings = (wanted: bigint) => entries.filter(([tag]) => tag === wanted).map(([, value]) => textAt(table, Number(value)));
  const runpath = strings(TAG_RUNPATH);
  return {
    ...(interpreter ? { interpreter: textAt(file.segmentBytes(interpreter), 0) } : {}),
    needed: strings(TAG_NEEDED),
    searchPath: (runpath.length > 0 ? runpath : strings(TAG_RPATH)).flatMap((paths) => paths.split(':')).filter(Boolean),
  };
}

function dynamicEntries(file: ElfFile): (readonly [tag: bigint, value: bigint])[] {
  const dynamic = file.segments.find(({ type }) => type === SEGMENT.dynamic);
  if (!dynamic) return [];
  const bytes = file.segmentBytes(dynamic);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: (readonly [bigint, bigint])[] = [];
  for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
    const tag = view.getBigUint64(at, true);
    if (tag === TAG_END) break;
    entries.push([tag, view.getBigUint64(at + 8, true)]);
  }
  return entries;
}

/** The strings that entries point into: the file's bytes from where the table's address is loaded. */
function stringTable(file: ElfFile, entries: readonly (readonly [tag: bigint, value: bigint])[]): Uint8Array {
  const address = entries.find(([tag]) => tag === TAG_STRINGS)?.[1] ?? 0n;
  const home = file.segments.find(
    ({ type, virtual, fileBytes }) => type === SEGMENT.load && address >= virtual && address < virtual + BigInt(fileBytes),
  );
  return home ? file.bytes.subarray(home.offset + Number(address - home.virtual)) : new Uint8Array(0);
}
