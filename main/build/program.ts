/**
 * Bundles the command line and the browser shell, with their threads, into dist/program. A checkout runs from sources where
 * that is older than any of them; from the bundle it starts in half the time, since it need not find, read and strip
 * hundreds of files in each thread.
 */
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleProgram } from './bundle.ts';
import { freshBundle, MADE_OF, type MadeOf } from './fresh-bundle.js';
import { alone } from './freshness.ts';
import { PROJECT } from './project.ts';

export const PROGRAM_FOLDER = join(PROJECT, 'dist', 'program');
/** What decides how a bundle is made: a change of these makes it old as well. */
const BUILT_BY = ['main/build/bundle.ts', 'main/build/program.ts'];
const ENTRIES = {
  viv: join(PROJECT, 'main', 'cli', 'viv.ts'),
  shell: join(PROJECT, 'main', 'browser', 'run-browser-shell.ts'),
};

/**
 * Builds where needed, or always with `force`.
 * @returns whether anything was built
 */
export async function buildProgram(force = false): Promise<boolean> {
  const isBuilt = () => freshBundle('viv') !== undefined;
  if (!force && isBuilt()) return false;
  return alone(join(PROJECT, '.cache', 'build-program.lock'), async () => {
    if (!force && isBuilt()) return false;
    const begun = Date.now();
    rmSync(join(PROGRAM_FOLDER, MADE_OF), { force: true });
    const sources = [...(await bundleProgram(PROGRAM_FOLDER, ENTRIES)), ...BUILT_BY];
    const madeOf: MadeOf = sources.map((source) => {
      const { mtimeMs } = statSync(join(PROJECT, source));
      // One that was changed meanwhile may have been read before.
      return [source, mtimeMs < begun ? mtimeMs : null];
    });
    // Gone first and written last, so that a bundle which was not finished is not taken for one.
    writeFileSync(join(PROGRAM_FOLDER, MADE_OF), JSON.stringify(madeOf));
    return true;
  });
}
