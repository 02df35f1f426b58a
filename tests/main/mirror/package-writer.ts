/** Writes Debian packages for tests, right ones and such as nobody should make. */
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as liblzma from 'node-liblzma/wasm';
import createLiblzma from 'node-liblzma/wasm/liblzma.js';

const wasmBinary = readFileSync(createRequire(import.meta.url).resolve('node-liblzma/wasm/liblzma.wasm'));
await liblzma.initModule(() => (createLiblzma as unknown as (options: object) => Promise<liblzma.LZMAModule>)({ wasmBinary }));

export interface TarPart {
  readonly path: string;
  /** The header's type; default: a file. */
  readonly type?: string;
  readonly content?: string | Uint8Array;
  readonly target?: string;
  readonly mode?: number;
}

/** One header and its content, in the format of POSIX. */
function entry({ path, type = '0', content = '', target = '', mode = 0o644 }: TarPart): Buffer {
  const body = Buffer.from(content as string);
  const header = Buffer.alloc(512);
  const octal = (value: number, length: number) => value.toString(8).padStart(length - 1, '0');
  header.write(path, 0, 100);
  header.write(octal(mode, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(body.length, 12), 124);
  header.write(octal(0, 12), 136);
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write(target, 157, 100);
  header.write('ustar\x0000', 257, 'latin1');
  header.write(
    octal(
      header.reduce((sum, byte) => sum + byte, 0),
      7,
    ),
    148,
  );
  return Buffer.concat([header, body, Buffer.alloc(-body.length & 511)]);
}

export const tarOf = (parts: readonly TarPart[]): Buffer => Buffer.concat([...parts.map(entry), Buffer.alloc(1024)]);

/** A record of a pax header, whose length counts itself. */
export function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest;
  while (String(length).length + rest !== length) length = String(length).length + rest;
  return `${length} ${key}=${value}\n`;
}

export function compress(content: Uint8Array, kind: 'none' | 'gz' | 'xz' | 'zst'): Uint8Array {
  if (kind === 'none') return content;
  if (kind === 'gz') return gzipSync(content);
  if (kind === 'zst') return zstdCompressSync(content);
  const stream = new liblzma.WasmLzmaStream(liblzma.getModule());
  liblzma.encoderInit(stream, 1);
  try {
    return liblzma.processStream(stream, content);
  } finally {
    liblzma.end(stream);
    stream.free();
  }
}

export const arOf = (members: readonly (readonly [name: string, content: Uint8Array | string])[]): Buffer =>
  Buffer.concat([
    Buffer.from('!<arch>\n'),
    ...members.flatMap(([name, content]) => {
      const body = Buffer.from(content as string);
      const header = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(body.length).padEnd(10)}\`\n`;
      return [Buffer.from(header), body, Buffer.alloc(body.length % 2, '\n')];
    }),
  ]);

/** A package with that content. */
export function debOf(parts: readonly TarPart[], kind: 'none' | 'gz' | 'xz' | 'zst' = 'gz', control: readonly TarPart[] = []): Buffer {
  const ending = kind === 'none' ? '' : `.${kind}`;
  return arOf([
    ['debian-binary', '2.0\n'],
    [`control.tar${ending}`, compress(tarOf(control), kind)],
    [`data.tar${ending}`, compress(tarOf(parts), kind)],
  ]);
}

/** Folders above the files come first, as dpkg-deb writes them. */
export function filesOf(files: Readonly<Record<string, string | Uint8Array>>): TarPart[] {
  const folders = new Set<string>();
  for (const path of Object.keys(files))
    path
      .split('/')
      .slice(0, -1)
      .forEach((_, at, parts) => folders.add(parts.slice(0, at + 1).join('/')));
  return [
    ...[...folders].sort().map((path) => ({ path: `./${path}/`, type: '5', mode: 0o755 })),
    ...Object.entries(files).map(([path, content]) => ({ path: `./${path}`, content })),
  ];
}
