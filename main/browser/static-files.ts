/** Serves the built window (`dist/renderer`): files of one folder and nothing beside it. */
import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

export interface StaticFile {
  readonly type: string;
  readonly content: Buffer;
}

/**
 * The file a request path names; `/` is index.html. `undefined` when there is none, or it lies outside the folder.
 * @param path the URL's path, percent-encoded
 */
export async function staticFile(folder: string, path: string): Promise<StaticFile | undefined> {
  try {
    const name = decodeURIComponent(path === '/' ? '/index.html' : path);
    const root = await realpath(folder);
    const file = await realpath(join(root, name));
    if (!file.startsWith(root + sep)) return undefined;
    return { type: TYPES[extname(file)] ?? 'application/octet-stream', content: await readFile(file) };
  } catch {
    return undefined;
  }
}
