/** Boot files that came with machines which are gone, or whose import never ended. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** As `ImportedFiles` makes them. */
const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

/**
 * Removes the folders of imports that nothing names any more; anything else that lies there is left alone.
 * @param isNamed whether a definition of a machine or snapshot, also one that can be taken back to, holds this text
 * @returns how many were removed
 */
export async function removeUnusedFiles(filesFolder: string, isNamed: (text: string) => Promise<boolean>): Promise<number> {
  let removed = 0;
  for (const name of foldersIn(filesFolder)) {
    if (await isNamed(name)) continue;
    rmSync(join(filesFolder, name), { recursive: true, force: true });
    removed++;
  }
  return removed;
}

function foldersIn(filesFolder: string): string[] {
  try {
    return readdirSync(filesFolder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() && ULID.test(entry.name) ? entry.name : [],
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
