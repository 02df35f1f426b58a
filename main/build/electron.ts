/**
 * Bundles the Electron shell: dist/electron/main.mjs, the sandboxed preload (which must be one CommonJS file) and
 * every worker thread's entry point. Packages stay outside, native ones could not come along anyway.
 */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';
import { alone, isFresh } from './freshness.ts';
import { PROJECT } from './project.ts';

export const ELECTRON_FOLDER = join(PROJECT, 'dist', 'electron');
/** A thread is started as `new Worker(new URL('./core-worker.ts', import.meta.url))`; a disk's module is named likewise. */
const WORKER_URL = /new URL\(\s*(['"])([^'"]*-(?:worker|disk))\.ts\1\s*,\s*import\.meta\.url\s*,?\s*\)/g;

const SOURCES = ['main', 'preload', 'emulator', 'package-lock.json'].map((source) => join(PROJECT, source));
const isBuilt = () => isFresh(join(ELECTRON_FOLDER, 'main.mjs'), SOURCES);

/** What a source's text becomes, so that its addresses still hold when it is part of a bundle in dist/electron. */
export function relocate(text: string, file: string): string {
  const own = relative(ELECTRON_FOLDER, file).split(/[/\\]/).map(encodeURIComponent).join('/');
  return text
    .replace(WORKER_URL, (_all, _quote, worker: string) => `new URL('./${basename(worker)}.mjs', IMPORT_META_URL)`)
    .replaceAll('import.meta.url', `new URL('${own}', IMPORT_META_URL).href`)
    .replaceAll('IMPORT_META_URL', 'import.meta.url');
}

const relocating: Plugin = {
  name: 'relocate',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => ({ contents: relocate(await readFile(path, 'utf8'), path), loader: 'ts' }));
  },
};

/** Where threads' entry points are, and modules that threads load by their address. */
const ENTRIES: readonly (readonly [folder: string, name: RegExp])[] = [
  [join('emulator', 'host'), /-worker\.ts$/],
  [join('main', 'timeline'), /-worker\.ts$/],
  [join('main', 'disks'), /^(?:overlay|image)-disk\.ts$/],
];

/** The entry points of worker threads and of what they load. */
export function workerEntries(): string[] {
  return ENTRIES.flatMap(([place, wanted]) => {
    const folder = join(PROJECT, place);
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return names.filter((name) => wanted.test(name)).map((name) => join(folder, name));
  });
}

const shared: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
  absWorkingDir: PROJECT,
};
const program = (entries: Record<string, string>): BuildOptions => ({
  ...shared,
  entryPoints: entries,
  outdir: ELECTRON_FOLDER,
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  plugins: [relocating],
});

/**
 * Builds where needed, or always with `force`.
 * @returns whether anything was built
 */
export async function buildElectron(force = false): Promise<boolean> {
  if (!force && isBuilt()) return false;
  return alone(join(PROJECT, '.cache', 'build-electron.lock'), async () => {
    if (!force && isBuilt()) return false;
    const { build } = await import('esbuild');
    const workers = Object.fromEntries(workerEntries().map((file) => [basename(file, '.ts'), file]));
    await build({
      ...shared,
      entryPoints: [join(PROJECT, 'preload', 'index.ts')],
      outfile: join(ELECTRON_FOLDER, 'preload.cjs'),
      format: 'cjs',
    });
    // The program comes last: its age is the age of the build.
    await build(program({ ...workers, main: join(PROJECT, 'main', 'electron', 'index.ts') }));
    return true;
  });
}
