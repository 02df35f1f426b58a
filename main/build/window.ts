/** Builds the window (dist/renderer) when it is older than its sources; every shell with a window serves it. */
import { join } from 'node:path';
import { alone, isFresh } from './freshness.ts';
import { HELP_SOURCES } from './help-pages.ts';
import { PROJECT } from './project.ts';

export const WINDOW_FOLDER = join(PROJECT, 'dist', 'renderer');

const SOURCES = [
  ...HELP_SOURCES,
  ...['renderer', 'preload/contract', 'emulator/index.ts', 'vite.config.ts', 'package-lock.json'].map((source) => join(PROJECT, source)),
];
const isBuilt = () => isFresh(join(WINDOW_FOLDER, 'index.html'), SOURCES);

/**
 * Builds where needed, or always with `force`.
 * @returns whether anything was built
 */
export async function buildWindow(force = false): Promise<boolean> {
  if (!force && isBuilt()) return false;
  return alone(join(PROJECT, '.cache', 'build-window.lock'), async () => {
    if (!force && isBuilt()) return false;
    const { build } = await import('vite');
    await build({ configFile: join(PROJECT, 'vite.config.ts'), root: join(PROJECT, 'renderer'), logLevel: 'warn' });
    return true;
  });
}
