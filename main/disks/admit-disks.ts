/**
 * Looks at disks when a machine gets them, so that a person learns at once what is wrong with a file, and writes down what
 * format each has: later a guest may have written anything into a raw disk, the header of another format included.
 */
import type { DiskDefinition } from '../../preload/contract/machines.ts';
import { lookAtDiskFile } from './disk-file.ts';

const isSame = (one: DiskDefinition, other: DiskDefinition): boolean =>
  one.path === other.path && one.format === other.format && one.writes === other.writes && one.readonly === other.readonly;

/** Whether the guest is to write into the disk's file itself. */
export const writesInPlace = ({ path, readonly, writes = 'direct' }: DiskDefinition): boolean =>
  path !== undefined && !readonly && writes === 'direct';

/**
 * The disks with their formats.
 * @param known disks that the machine has already: they are taken as they are, also when their file is gone
 * @throws ContractError when a file cannot be used as it is meant
 */
export async function admitDisks(
  disks: readonly DiskDefinition[],
  known: readonly DiskDefinition[] = [],
): Promise<readonly DiskDefinition[]> {
  const admitted: DiskDefinition[] = [];
  for (const disk of disks) {
    if (disk.path === undefined || known.some((other) => isSame(disk, other))) admitted.push(disk);
    else {
      const { format } = await lookAtDiskFile(disk.path, { format: disk.format, writes: writesInPlace(disk) });
      admitted.push({ ...disk, format });
    }
  }
  return admitted;
}
