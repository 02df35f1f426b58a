/** Finds the program's bundle, if it is as new as the sources. Plain JavaScript and quick: every start of `viv` asks this. */
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PROJECT = new URL('../../', import.meta.url);
const FOLDER = new URL('dist/program/', PROJECT);

/** Beside the bundle: each source it was made of, relative to the project, and when that was changed (ms since the epoch). */
export const MADE_OF = 'made-of.json';

/**
 * @param {string} entry name of the program in the bundle
 * @returns {string | undefined} its URL, or undefined where there is no bundle or a source has changed since
 */
export function freshBundle(entry) {
  try {
    const root = fileURLToPath(PROJECT);
    for (const [source, changed] of JSON.parse(readFileSync(new URL(MADE_OF, FOLDER), 'utf8')))
      if (statSync(root + source).mtimeMs !== changed) return undefined;
    return new URL(`${entry}.mjs`, FOLDER).href;
  } catch {
    // No bundle, or a source of it is gone: the sources are what counts.
    return undefined;
  }
}
