/**
 * Makes a kernel module small. On RISC-V the assembler leaves a symbol at every label (215,000 in ext4), which the
 * kernel's loader walks through; only those that a relocation names are needed. Type information (.BTF) goes as well.
 * System V ABI, chapter 4; section and symbol numbers stay or are renumbered consistently.
 */
import { type ElfSection, readElf, SECTION, SYMBOL_BYTES } from '../../../emulator/format/elf.ts';
import { concatenate } from './cpio.ts';

const sectionHeaderSize = 64;
const relocationSize = 24;
const symbolTypeFunction = 2;
/** Sections whose content is emptied. */
const dropped = new Set(['.BTF', '.comment']);

/** A section of the module as it will be. */
type Section = Omit<ElfSection, 'info'> & { info: number; content: Uint8Array };

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A module that loads and works as the given one does. What is not understood comes back unchanged. */
export function trimModule(module: Uint8Array): Uint8Array {
  const sections = readSections(module);
  const table = sections.filter((section) => section.type === SECTION.symbols);
  if (table.length !== 1 || sections.some((section) => section.type === SECTION.wideIndices)) return module;
  const symbols = table[0]!;
  const renumbered = trimSymbols(symbols, sections[symbols.link]!, neededSymbols(symbols, sections));
  for (const section of sections) {
    if (section.type === SECTION.relocations) section.content = renumberRelocations(section.content, renumbered);
    if (section.type === SECTION.group) section.info = renumbered.get(section.info) ?? 0;
    if (dropped.has(section.name)) section.content = new Uint8Array();
  }
  return layOut(module, sections);
}

function readSections(module: Uint8Array): Section[] {
  const file = readElf(module);
  return file.sections.map((section) => ({ ...section, content: file.sectionBytes(section) }));
}

/** Symbols that relocations and groups name, all that are not local, and functions, for readable kernel traces. */
function neededSymbols(symbols: Section, sections: readonly Section[]): Set<number> {
  const needed = new Set([0]);
  for (const section of sections) {
    if (section.type === SECTION.group) needed.add(section.info);
    if (section.type !== SECTION.relocations) continue;
    const data = view(section.content);
    for (let at = 0; at < section.content.length; at += relocationSize) needed.add(data.getUint32(at + 12, true));
  }
  for (let index = 0; index * SYMBOL_BYTES < symbols.content.length; index++) {
    const kind = symbols.content[index * SYMBOL_BYTES + 4]!;
    if (kind >> 4 !== 0 || (kind & 15) === symbolTypeFunction) needed.add(index);
  }
  return needed;
}

/** Shrinks the symbol table and its strings; answers with the new number of each kept symbol. */
function trimSymbols(symbols: Section, strings: Section, needed: ReadonlySet<number>): Map<number, number> {
  const numbers = new Map<number, number>();
  const names = new Map<string, number>([['', 0]]);
  const pieces: Uint8Array[] = [new Uint8Array(1)];
  let namesLength = 1;
  const source = Buffer.from(strings.content);
  const kept = new Uint8Array(needed.size * SYMBOL_BYTES);
  const data = view(kept);
  let locals = 0;
  for (let index = 0; index * SYMBOL_BYTES < symbols.content.length; index++) {
    if (!needed.has(index)) continue;
    const at = numbers.size * SYMBOL_BYTES;
    kept.set(symbols.content.subarray(index * SYMBOL_BYTES, (index + 1) * SYMBOL_BYTES), at);
    const start = data.getUint32(at, true);
    const name = source.toString('latin1', start, source.indexOf(0, start));
    if (!names.has(name)) {
      names.set(name, namesLength);
      pieces.push(Buffer.from(`${name}\0`, 'latin1'));
      namesLength += name.length + 1;
    }
    data.setUint32(at, names.get(name)!, true);
    if (index < symbols.info) locals++;
    numbers.set(index, numbers.size);
  }
  symbols.content = kept;
  symbols.info = locals;
  strings.content = concatenate(pieces);
  return numbers;
}

function renumberRelocations(content: Uint8Array, numbers: ReadonlyMap<number, number>): Uint8Array {
  const renumbered = content.slice();
  const data = view(renumbered);
  for (let at = 0; at < renumbered.length; at += relocationSize)
    data.setUint32(at + 12, numbers.get(data.getUint32(at + 12, true)) ?? 0, true);
  return renumbered;
}

/** Writes the file anew: header, contents in the sections' order, section headers. */
function layOut(module: Uint8Array, sections: readonly Section[]): Uint8Array {
  const header = module.slice(0, 64);
  const start = Number(view(module).getBigUint64(40, true));
  const headers = module.slice(start, start + sections.length * sectionHeaderSize);
  const data = view(headers);
  const pieces: Uint8Array[] = [header];
  let length = header.length;
  const align = (alignment: number) => {
    const gap = (alignment - (length % alignment)) % alignment;
    pieces.push(new Uint8Array(gap));
    length += gap;
  };
  for (const section of sections) {
    const at = section.index * sectionHeaderSize;
    if (section.index === 0) continue;
    align(section.alignment);
    data.setBigUint64(at + 24, BigInt(length), true);
    if (section.type !== SECTION.zeros) data.setBigUint64(at + 32, BigInt(section.content.length), true);
    data.setUint32(at + 44, section.info, true);
    pieces.push(section.content);
    length += section.content.length;
  }
  align(8);
  view(header).setBigUint64(40, BigInt(length), true);
  pieces.push(headers);
  return concatenate(pieces);
}
