/** Reads tar archives as Debian's packages have them: ustar, GNU's long names, pax headers. Nothing is believed but checked. */
import { damaged, unsafe } from './archive-fault.ts';
import { BytesReader } from './bytes-reader.ts';
import { BLOCK, readTarHeader, type TarHeader } from './tar-header.ts';

export type TarKind = 'file' | 'directory' | 'symbolic-link' | 'hard-link' | 'characters' | 'block' | 'pipe';

/** An entry; its path has no leading or trailing slash, no "." and no "..", and is empty for the root. */
export interface TarEntry extends Omit<TarHeader, 'type' | 'name' | 'linkName'> {
  readonly kind: TarKind;
  readonly path: string;
  /** Of a symbolic link as it stands there; of a hard link a path like `path`. */
  readonly target: string;
  /** A file's content, to be read before the next entry is asked for; what is not read is passed over. */
  content(): AsyncGenerator<Uint8Array>;
}

const KINDS: Readonly<Record<string, TarKind>> = {
  '0': 'file',
  '7': 'file',
  '1': 'hard-link',
  '2': 'symbolic-link',
  '3': 'characters',
  '4': 'block',
  '5': 'directory',
  '6': 'pipe',
};
/** Of a long name or the pax records of one entry, in bytes. */
const MOST_METADATA = 1024 * 1024;
const MOST_ENTRIES = 1_000_000;

/** What headers before an entry say of it. */
interface Overrides {
  path?: string;
  linkpath?: string;
  size?: string;
}

/** @throws ArchiveFault where the archive is damaged, or names a place outside itself */
export async function* tarEntries(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const reader = new BytesReader(source);
  let overrides: Overrides = {};
  try {
    for (let count = 0; ; count++) {
      if (count > MOST_ENTRIES) throw damaged('it has too many entries');
      const block = await reader.exactly(BLOCK);
      if (!block) throw damaged('it ends too early');
      const header = readTarHeader(block);
      // Two such blocks end an archive; what lies behind the first is of no interest, but it has to be read to be checked.
      if (!header) return void (await drain(reader));
      if ('LKxg'.includes(header.type)) {
        overrides = { ...overrides, ...(await readOverrides(reader, header)) };
        continue;
      }
      const size = overrides.size === undefined ? header.size : Number(overrides.size);
      const kind = KINDS[header.type];
      if (!kind) throw damaged(`it has an entry of the unknown kind "${header.type}"`);
      if (!Number.isSafeInteger(size) || size < 0) throw damaged('the size of an entry is no number');
      yield* entryWith(reader, { ...header, size: kind === 'file' ? size : 0 }, kind, overrides);
      if (kind !== 'file') await reader.skip(padded(size));
      overrides = {};
    }
  } finally {
    await reader.close();
  }
}

const padded = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;

async function* entryWith(reader: BytesReader, header: TarHeader, kind: TarKind, overrides: Overrides): AsyncGenerator<TarEntry> {
  const { name, linkName, type: _, ...facts } = header;
  let left = header.size;
  const content = async function* () {
    while (left > 0) {
      const piece = await reader.some(left);
      if (!piece) throw damaged('it ends too early');
      left -= piece.length;
      yield piece;
    }
  };
  const target = overrides.linkpath ?? linkName;
  yield { ...facts, kind, path: safePath(overrides.path ?? name), target: kind === 'hard-link' ? safePath(target) : target, content };
  await reader.skip(left + padded(header.size) - header.size);
}

async function readOverrides(reader: BytesReader, { type, size }: TarHeader): Promise<Overrides> {
  if (size > MOST_METADATA) throw damaged('a name in it is too long');
  const bytes = await reader.exactly(padded(size));
  const text = Buffer.from(bytes ?? []).toString('utf8', 0, size);
  if (type === 'L') return { path: text.replace(/\0.*$/s, '') };
  if (type === 'K') return { linkpath: text.replace(/\0.*$/s, '') };
  return type === 'x' ? paxRecords(Buffer.from(bytes ?? []).subarray(0, size)) : {};
}

/** Records of `LENGTH KEY=VALUE\n`; the length counts the whole record. */
function paxRecords(bytes: Buffer): Overrides {
  const found: Record<string, string> = {};
  for (let at = 0; at < bytes.length;) {
    const length = Number(/^\d+(?= )/.exec(bytes.toString('latin1', at, at + 20))?.[0]);
    const record = bytes.toString('utf8', at, at + length);
    const match = /^\d+ ([^=]+)=(.*)\n$/s.exec(record);
    if (!match || !(length > 0) || at + length > bytes.length) throw damaged('a pax header is wrong');
    found[match[1]!] = match[2]!;
    at += length;
  }
  const { path, linkpath, size } = found;
  return {
    ...(path === undefined ? {} : { path }),
    ...(linkpath === undefined ? {} : { linkpath }),
    ...(size === undefined ? {} : { size }),
  };
}

/** @throws ArchiveFault where the path leads out of the archive's root */
function safePath(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name.startsWith('/') || parts.includes('..') || name.includes('\0')) throw unsafe(`the path "${name}" leads out of the package`);
  return parts.join('/');
}

async function drain(reader: BytesReader): Promise<void> {
  while (await reader.some(1 << 20));
}
