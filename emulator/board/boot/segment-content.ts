/**
 * Which part of a program's segment holds something. Linkers put the file's own headers, and notes like the build-id,
 * into segments of their own or before the first section, often below the address that the program asked for; nobody
 * misses them where there is no memory.
 */
import { type ElfFile, type ElfSection, type ElfSegment, SECTION, SECTION_FLAG, SEGMENT, SEGMENT_EXECUTABLE } from '../../format/elf.ts';

/** A part of a segment, in bytes from its start. */
export interface ContentRange {
  readonly from: number;
  readonly to: number;
}

/** Sections that are code or data of a segment. */
export function sectionsIn({ sections }: ElfFile, { virtual, memoryBytes }: ElfSegment): readonly ElfSection[] {
  return sections.filter(
    ({ type, flags, address, sizeBytes }) =>
      (flags & SECTION_FLAG.allocated) !== 0n &&
      type !== SECTION.note &&
      sizeBytes > 0 &&
      address >= virtual &&
      address < virtual + BigInt(memoryBytes),
  );
}

/** What the linker says, or, of a file without sections, everything but its headers and notes; `undefined`: nothing. */
export function contentOf(file: ElfFile, segment: ElfSegment): ContentRange | undefined {
  if (!file.sections.some(({ flags }) => (flags & SECTION_FLAG.allocated) !== 0n)) return withoutSections(file, segment);
  const ranges = sectionsIn(file, segment).map(({ address, sizeBytes }) => {
    const from = Number(address - segment.virtual);
    return { from, to: from + sizeBytes };
  });
  if (ranges.length === 0) return undefined;
  return { from: Math.min(...ranges.map(({ from }) => from)), to: Math.max(...ranges.map(({ to }) => to)) };
}

function withoutSections(file: ElfFile, segment: ElfSegment): ContentRange | undefined {
  const { offset, fileBytes, memoryBytes, flags } = segment;
  const from = Math.min(fileBytes, memoryBytes, Math.max(0, file.headerBytes - offset));
  if (from === memoryBytes) return undefined;
  const onlyNotes = memoryBytes <= fileBytes && (flags & SEGMENT_EXECUTABLE) === 0 && isCovered(file, offset + from, offset + fileBytes);
  return onlyNotes ? undefined : { from, to: memoryBytes };
}

/** Whether every byte of a part of the file is in a note, or a zero between notes. */
function isCovered({ bytes, segments }: ElfFile, from: number, to: number): boolean {
  const notes = segments.filter(({ type }) => type === SEGMENT.note);
  for (let at = from; at < to; at++) {
    const note = notes.find(({ offset, fileBytes }) => at >= offset && at < offset + fileBytes);
    if (note) at = note.offset + note.fileBytes - 1;
    else if (bytes[at] !== 0) return false;
  }
  return true;
}
