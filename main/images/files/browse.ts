/** Lists a host folder for the browser shell, which has no file dialog of its own. */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

export interface FolderListing {
  readonly folder: string;
  readonly parent?: string;
  readonly entries: readonly { readonly name: string; readonly directory: boolean; readonly sizeBytes: number }[];
}

/** As people count: `file2` comes before `file10`. */
const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' }).compare;

/** Directories come first; what cannot be looked at is left out. */
export async function browseFolder(folder: string): Promise<FolderListing> {
  const absolute = resolve(folder);
  const names = await readdir(absolute).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new ContractError('folder-missing', { path: absolute });
    if (error.code === 'ENOTDIR') throw new ContractError('folder-is-not', { path: absolute });
    throw new ContractError('folder-unreadable', { path: absolute, detail: error.code ?? error.message });
  });
  const entries = (
    await Promise.all(
      names.map(async (name) => {
        const facts = await stat(join(absolute, name)).catch(() => undefined);
        return facts && { name, directory: facts.isDirectory(), sizeBytes: facts.isDirectory() ? 0 : facts.size };
      }),
    )
  ).filter((entry) => entry !== undefined);
  entries.sort((one, other) => Number(other.directory) - Number(one.directory) || byName(one.name, other.name));
  const parent = dirname(absolute);
  return { folder: absolute, ...(parent === absolute ? {} : { parent }), entries };
}
