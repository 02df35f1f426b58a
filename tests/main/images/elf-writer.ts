/** Writes small ELF files for tests: relocatable modules with sections, programs with an interpreter and libraries. */

const encode = (text: string) => Buffer.from(text, 'latin1');

/** A relocatable file: the given sections, then the section names. Types: 1 content, 2 symbols, 3 strings, 4 relocations. */
export function relocatable(
  sections: readonly { name: string; type: number; content: Uint8Array; link?: number; info?: number }[],
): Buffer {
  const all = [...sections, { name: '.shstrtab', type: 3, content: new Uint8Array() }];
  const names = encode(`\0${all.map(({ name }) => name).join('\0')}\0`);
  all[all.length - 1]!.content = names;
  const header = elfHeader(1, 243);
  const pieces: Buffer[] = [header];
  let length = header.length;
  const table = Buffer.alloc(64 * (all.length + 1));
  all.forEach(({ name, type, content, link, info }, index) => {
    const at = 64 * (index + 1);
    table.writeUInt32LE(names.indexOf(`\0${name}\0`) + 1, at);
    table.writeUInt32LE(type, at + 4);
    table.writeBigUInt64LE(BigInt(length), at + 24);
    table.writeBigUInt64LE(BigInt(content.length), at + 32);
    table.writeUInt32LE(link ?? 0, at + 40);
    table.writeUInt32LE(info ?? 0, at + 44);
    table.writeBigUInt64LE(8n, at + 48);
    const padded = Buffer.alloc((content.length + 7) & ~7);
    padded.set(content);
    pieces.push(padded);
    length += padded.length;
  });
  header.writeBigUInt64LE(BigInt(length), 40);
  header.writeUInt16LE(all.length + 1, 60);
  header.writeUInt16LE(all.length, 62);
  return Buffer.concat([...pieces, table]);
}

/** A kernel module whose .modinfo has these facts. */
export const kernelModule = (facts: Record<string, string>): Buffer =>
  relocatable([
    {
      name: '.modinfo',
      type: 1,
      content: encode(
        Object.entries(facts)
          .map(([key, value]) => `${key}=${value}\0`)
          .join(''),
      ),
    },
  ]);

/** A dynamic program (or library, without interpreter) that needs these libraries. */
export function program(needed: readonly string[], options: { interpreter?: string; runpath?: string; machine?: number } = {}): Buffer {
  const strings = encode(`\0${[...needed, options.runpath ?? ''].join('\0')}\0`);
  const interpreter = encode(`${options.interpreter ?? ''}\0`);
  const tags: [bigint, number][] = needed.map((name) => [1n, strings.indexOf(`\0${name}\0`) + 1]);
  if (options.runpath) tags.push([29n, strings.indexOf(`\0${options.runpath}\0`) + 1]);
  const segments = options.interpreter ? 3 : 2;
  const base = 0x10000;
  const dynamicAt = 64 + 56 * segments;
  const stringsAt = dynamicAt + 16 * (tags.length + 2);
  const interpreterAt = stringsAt + strings.length;
  const file = Buffer.alloc(interpreterAt + interpreter.length);
  elfHeader(3, options.machine ?? 243).copy(file);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(segments, 56);
  const segment = (index: number, type: number, at: number, size: number) => {
    file.writeUInt32LE(type, 64 + 56 * index);
    file.writeBigUInt64LE(BigInt(at), 64 + 56 * index + 8);
    file.writeBigUInt64LE(BigInt(base + at), 64 + 56 * index + 16);
    file.writeBigUInt64LE(BigInt(size), 64 + 56 * index + 32);
  };
  segment(0, 1, 0, file.length);
  segment(1, 2, dynamicAt, stringsAt - dynamicAt);
  if (options.interpreter) segment(2, 3, interpreterAt, interpreter.length);
  [...tags, [5n, base + stringsAt] as const].forEach(([tag, value], index) => {
    file.writeBigUInt64LE(tag, dynamicAt + 16 * index);
    file.writeBigUInt64LE(BigInt(value), dynamicAt + 16 * index + 8);
  });
  strings.copy(file, stringsAt);
  interpreter.copy(file, interpreterAt);
  return file;
}

function elfHeader(type: number, machine: number): Buffer {
  const header = Buffer.alloc(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header.writeUInt16LE(type, 16);
  header.writeUInt16LE(machine, 18);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(64, 58);
  return header;
}
