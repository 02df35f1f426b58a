/**
 * Bundles programs of the main process with every worker thread's entry point. Packages stay outside but for one; native ones
 * could not come along anyway.
 */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, Plugin } from 'esbuild';
import { PROJECT } from './project.ts';

/** A thread is started as `new Worker(new URL('./core-worker.ts', import.meta.url))`; a disk's or a link's module is named likewise. */
const WORKER_URL = /new URL\(\s*(['"])([^'"]*-(?:worker|disk|link))\.ts\1\s*,\s*import\.meta\.url\s*,?\s*\)/g;

/** What a source's text becomes, so that its addresses still hold when it is part of a bundle in `folder`. */
export function relocate(text: string, file: string, folder: string): string {
  const own = relative(folder, file).split(/[/\\]/).map(encodeURIComponent).join('/');
  return text
    .replace(WORKER_URL, (_all, _quote, worker: string) => `new URL('./${basename(worker)}.mjs', IMPORT_META_URL)`)
    .replaceAll('import.meta.url', `new URL('${own}', IMPORT_META_URL).href`)
    .replaceAll('IMPORT_META_URL', 'import.meta.url');
}

const relocating = (folder: string): Plugin => ({
  name: 'relocate',
  setup(build) {
    // Our own sources; packages stay outside.
    build.onLoad({ filter: /\.[jt]s$/ }, async ({ path }) => ({
      contents: relocate(await readFile(path, 'utf8'), path, folder),
      loader: 'ts',
    }));
  },
});

/** Where threads' entry points are, and modules that threads load by their address. */
const ENTRIES: readonly (readonly [folder: string, name: RegExp])[] = [
  [join('emulator', 'host'), /-worker\.ts$/],
  ['main', /(?:-worker|overlay-disk|image-disk|nat-link|switched-link|share-link|common-link)\.ts$/],
];

/** The entry points of worker threads and of what they load. */
export function workerEntries(): string[] {
  return ENTRIES.flatMap(([place, wanted]) => {
    const folder = join(PROJECT, place);
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return names.filter((name) => wanted.test(name)).map((name) => join(folder, name));
  });
}

export const BUNDLED: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  packages: 'external',
  // The preload is confined and can load no package: of this one, which is functions only, what is used comes along.
  alias: { valibot: fileURLToPath(import.meta.resolve('valibot')) },
  sourcemap: true,
  logLevel: 'warning',
  absWorkingDir: PROJECT,
};

/**
 * Writes `folder/NAME.mjs` for each entry and each thread. What only one command needs stays a file of its own, loaded when
 * it is called.
 * @param entries name and source file of each
 * @returns all sources it was made of, relative to the project
 */
export async function bundleProgram(folder: string, entries: Readonly<Record<string, string>>): Promise<string[]> {
  const { build } = await import('esbuild');
  const bundle = (entryPoints: Readonly<Record<string, string>>, splitting: boolean) =>
    build({
      ...BUNDLED,
      entryPoints,
      splitting,
      outdir: folder,
      format: 'esm',
      metafile: true,
      outExtension: { '.js': '.mjs' },
      plugins: [relocating(folder)],
    });
  // A thread's program is one file: most of what a thread costs to start is finding its modules.
  const threads = await bundle(Object.fromEntries(workerEntries().map((file) => [basename(file, '.ts'), file])), false);
  const programs = await bundle(entries, true);
  return [...new Set([threads, programs].flatMap(({ metafile }) => Object.keys(metafile.inputs)))];
}
