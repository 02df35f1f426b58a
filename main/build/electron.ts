/** Builds the Electron shell: dist/electron/main.mjs, the sandboxed preload (which must be one CommonJS file) and the threads. */
import { join } from 'node:path';
import { BUNDLED, bundleProgram } from './bundle.ts';
import { alone, isFresh } from './freshness.ts';
import { PROJECT } from './project.ts';

export const ELECTRON_FOLDER = join(PROJECT, 'dist', 'electron');

const SOURCES = ['main', 'preload', 'emulator', 'package-lock.json'].map((source) => join(PROJECT, source));
const isBuilt = () => isFresh(join(ELECTRON_FOLDER, 'main.mjs'), SOURCES);

/**
 * Builds where needed, or always with `force`.
 * @returns whether anything was built
 */
export async function buildElectron(force = false): Promise<boolean> {
  if (!force && isBuilt()) return false;
  return alone(join(PROJECT, '.cache', 'build-electron.lock'), async () => {
    if (!force && isBuilt()) return false;
    const { build } = await import('esbuild');
    await build({
      ...BUNDLED,
      entryPoints: [join(PROJECT, 'preload', 'index.ts')],
      outfile: join(ELECTRON_FOLDER, 'preload.cjs'),
      format: 'cjs',
    });
    // The program comes last: its age is the age of the build.
    await bundleProgram(ELECTRON_FOLDER, { main: join(PROJECT, 'main', 'electron', 'index.ts') });
    return true;
  });
}
