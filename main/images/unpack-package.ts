/** Unpacks a verified package into the cache: whole under its name, or not at all. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { mkdir, rm } from 'node:fs/promises';
import { ArchiveFault, type PackageRecord, unpackDeb } from '../mirror/index.ts';
import { placeFolder, storageError, temporaryBeside } from './cache.ts';

/** What a package's content may have beyond what it says: headers, folders, and the rounding of its sum. */
const SLACK = 64 * 1024 * 1024;

/** @throws ContractError where the package is damaged, unsafe or larger than it says, or the disk is full */
export async function unpackPackage(record: PackageRecord, file: string, folder: string, signal?: AbortSignal): Promise<void> {
  const made = temporaryBeside(folder);
  const most = record.installedBytes * 2 + SLACK;
  try {
    await mkdir(made, { recursive: true });
    await unpackDeb(file, made, most, signal);
    await placeFolder(made, folder);
  } catch (error) {
    throw storageError(archiveError(error, record.name, most), folder);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/** What is wrong with a package, in words; other errors come back unchanged. */
export function archiveError(error: unknown, name: string, most: number): unknown {
  if (!(error instanceof ArchiveFault)) return error;
  if (error.problem === 'too-much') return new ContractError('package-archive-too-large', { name, most });
  const facts = { name, detail: error.message };
  return error.problem === 'unsafe'
    ? new ContractError('package-archive-unsafe', facts)
    : new ContractError('package-archive-damaged', facts);
}
