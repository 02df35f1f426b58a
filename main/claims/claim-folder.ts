/** Where processes of one person tell each other which host files their machines use. */
import { accessSync, constants } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ownFolder } from '../library/own-files.ts';

/**
 * A folder that every process of this person on this host finds, whatever its environment says: the account's home as the
 * system knows it, not $HOME. One below the temporary folder where that home cannot be written.
 * @throws ContractError `foreign` when the folder is another user's
 */
export function claimFolder(platform: NodeJS.Platform = process.platform): string {
  const { homedir, uid } = userInfo();
  const state =
    platform === 'darwin'
      ? join(homedir, 'Library', 'Application Support', 'Vivarium', 'claims')
      : platform === 'win32'
        ? join(homedir, 'AppData', 'Local', 'Vivarium', 'claims')
        : join(homedir, '.local', 'state', 'vivarium', 'claims');
  try {
    ownFolder(state, () => true);
    accessSync(state, constants.W_OK);
    return state;
  } catch {
    const temporary = join(tmpdir(), `vivarium-${uid}-claims`);
    ownFolder(temporary, () => true);
    return temporary;
  }
}
