/** Whether a path is a folder that can be shared, asked before a machine starts with it. */
import { stat } from 'node:fs/promises';
import { answering } from '../../emulator/host/files/answering.ts';
import { pathErrorOf } from '../../emulator/host/files/path-error.ts';
import { faultOf } from '../../emulator/error/coded-error.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';

/** @throws ContractError saying what the path is instead, or that it does not answer */
export async function requireSharedFolder(path: string): Promise<void> {
  let isFolder: boolean;
  try {
    isFolder = (await answering({ path }, () => stat(path))).isDirectory();
  } catch (error) {
    throw new ContractError('share-folder-unusable', { path, why: faultOf(pathErrorOf(path, error, false)) }, { cause: error });
  }
  if (!isFolder) throw new ContractError('share-no-folder', { path });
}
