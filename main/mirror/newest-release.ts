/**
 * The newest release that was here, by its date. A stable release has no end of validity, so that whoever holds back updates could
 * go on giving an old one for ever, rightly signed; only somebody who remembers can tell.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';

/** In a release's folder of lists. */
export const NEWEST_RELEASE = 'newest-release';

/**
 * Remembers a release that was verified.
 * @param made milliseconds since 1970
 * @throws ContractError where a newer one was here
 */
export async function requireNewest(lists: string, suite: string, made: number): Promise<void> {
  const file = join(lists, NEWEST_RELEASE);
  const newest = Date.parse((await readFile(file, 'utf8').catch(() => '')).trim());
  if (made < newest)
    throw new ContractError('mirror-release-older', {
      ...{ suite, file },
      date: new Date(made).toUTCString(),
      newest: new Date(newest).toUTCString(),
    });
  if (made === newest) return;
  await mkdir(lists, { recursive: true });
  // Whole or not at all; of several programs at once, the last one's is as good.
  const own = `${file}.${process.pid}`;
  await writeFile(own, `${new Date(made).toISOString()}\n`);
  await rename(own, file);
}
