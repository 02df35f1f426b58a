/**
 * Writes and reads cpio archives of the "newc" form (kernel: Documentation/driver-api/early-userspace/buffer-format.rst).
 * The same entries always give the same bytes: owner root, no times, inode numbers in order.
 */

/** One file of an archive. Paths have no leading slash; a parent must come before what is in it. */
export type CpioEntry =
  | { readonly kind: 'directory'; readonly path: string; readonly mode?: number }
  | { readonly kind: 'file'; readonly path: string; readonly content: Uint8Array; readonly mode?: number }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'characters'; readonly path: string; readonly major: number; readonly minor: number; readonly mode?: number };

/** File types in `mode`, inode(7). */
const types = { directory: 0o040000, file: 0o100000, link: 0o120000, characters: 0o020000 } as const;
const usualModes = { directory: 0o755, file: 0o644, link: 0o777, characters: 0o600 } as const;
const headerLength = 110;
const magic = '070701';
const trailer = 'TRAILER!!!';

/** Archives padded to 4 bytes may follow one another; `firstInode` keeps their inode numbers apart. */
export function writeCpio(entries: Iterable<CpioEntry>, firstInode = 1): Uint8Array {
  const pieces: Uint8Array[] = [];
  let inode = firstInode;
  for (const entry of entries) {
    const content =
      entry.kind === 'file' ? entry.content : entry.kind === 'link' ? new TextEncoder().encode(entry.target) : new Uint8Array();
    const mode = types[entry.kind] | (('mode' in entry ? entry.mode : undefined) ?? usualModes[entry.kind]);
    const device = entry.kind === 'characters' ? [entry.major, entry.minor] : [0, 0];
    pieces.push(
      ...record(entry.path, [inode++, mode, 0, 0, entry.kind === 'directory' ? 2 : 1, 0, content.length, 0, 0, ...device], content),
    );
  }
  pieces.push(...record(trailer, [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], new Uint8Array()));
  return concatenate(pieces);
}

/** Header, name and content, each padded to 4 bytes. */
function record(path: string, fields: readonly number[], content: Uint8Array): Uint8Array[] {
  const name = new TextEncoder().encode(`${path}\0`);
  const header = magic + [...fields, name.length, 0].map((field) => field.toString(16).toUpperCase().padStart(8, '0')).join('');
  return [new TextEncoder().encode(header), name, padding(headerLength + name.length), content, padding(content.length)];
}

const padding = (length: number): Uint8Array => new Uint8Array(-length & 3);

export function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Whether bytes begin like an archive that this module reads. */
export const looksLikeCpio = (bytes: Uint8Array): boolean => new TextDecoder().decode(bytes.subarray(0, 6)) === magic;

/** Reads one archive or several that follow one another. @throws Error at a damaged record */
export function readCpio(bytes: Uint8Array): CpioEntry[] {
  const entries: CpioEntry[] = [];
  const decode = (from: number, to: number) => new TextDecoder().decode(bytes.subarray(from, to));
  for (let at = 0; at < bytes.length;) {
    if (bytes[at] === 0) {
      at++;
      continue;
    }
    if (decode(at, at + 6) !== magic) throw new Error(`no cpio record at byte ${at}`);
    const field = (index: number) => parseInt(decode(at + 6 + index * 8, at + 14 + index * 8), 16);
    const [mode, size, major, minor, nameLength] = [field(1), field(6), field(9), field(10), field(11)];
    const path = decode(at + headerLength, at + headerLength + nameLength - 1);
    const start = (at + headerLength + nameLength + 3) & ~3;
    if (!(start + size <= bytes.length)) throw new Error(`the cpio record of "${path}" reaches past the end`);
    const content = bytes.slice(start, start + size);
    at = (start + size + 3) & ~3;
    if (path === trailer) continue;
    const type = mode & 0o170000;
    if (type === types.directory) entries.push({ kind: 'directory', path, mode: mode & 0o7777 });
    else if (type === types.link) entries.push({ kind: 'link', path, target: new TextDecoder().decode(content) });
    else if (type === types.characters) entries.push({ kind: 'characters', path, major, minor, mode: mode & 0o7777 });
    else entries.push({ kind: 'file', path, content, mode: mode & 0o7777 });
  }
  return entries;
}
