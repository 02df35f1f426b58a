/** Disks of several machines, or of one, that use the same host file: what is allowed at a start, and what is said before. */
import type { Fault } from '../../emulator/error/coded-error.ts';
import { ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import { lookAt } from '../../emulator/host/files/look-at.ts';
import type { DiskDefinition, MachineId } from '../../preload/contract/machines.ts';
import type { FileClaims, UsedFile } from '../claims/file-claims.ts';
import type { Library } from '../library/library.ts';
import type { MachineRecord } from '../library/machine-records.ts';
import { writesInPlace } from './admit-disks.ts';
import { filesOf } from './bases.ts';

export interface SharedFilesParts {
  readonly library: Pick<Library, 'heads' | 'machines'>;
  readonly claims: FileClaims;
}

/** A path's identity; of one that is not there, nothing is the same. */
const identityOf = (path: string): Promise<string | undefined> =>
  lookAt(path).then(
    ({ identity }) => identity,
    () => undefined,
  );

/**
 * Claims what a machine's disks use, until `claims.release`.
 * @throws ContractError `conflict` naming who has a file, or whose disk stands on a file that would be written
 */
export async function claimFiles({ library, claims }: SharedFilesParts, machine: MachineRecord, files: readonly UsedFile[]): Promise<void> {
  await refuseBases(library, machine.id, files);
  await claims.take(machine.id, `"${machine.definition.name}"`, files);
}

/** Writing into the base of a disk spoils the disk, whether its machine runs or not. */
async function refuseBases(library: SharedFilesParts['library'], machine: MachineId, files: readonly UsedFile[]): Promise<void> {
  const written = files.filter(({ use }) => use === 'write');
  if (written.length === 0) return;
  const bases = new Map<string, MachineId>();
  for (const head of await library.heads.list())
    if (head.base && !head.throwaway) for (const { path } of filesOf(head.base)) bases.set(path, head.machine);
  const owners = new Map<string, MachineId>();
  for (const [path, owner] of bases) owners.set((await identityOf(path)) ?? path, owner);
  for (const { path } of written) {
    const owner = owners.get((await identityOf(path)) ?? path);
    if (owner === undefined) continue;
    throw new ContractError('base-in-use', { path, owner: await nameOf(library, owner, machine) });
  }
}

async function nameOf(library: SharedFilesParts['library'], owner: MachineId, machine: MachineId): Promise<string> {
  if (owner === machine) return 'this machine';
  const records = [...(await library.machines.list()), ...(await library.machines.bin())];
  const name = records.find(({ id }) => id === owner)?.definition.name;
  return name === undefined ? 'another machine' : `"${name}"`;
}

/** What a person should know of a disk's file before the machine is started; `undefined`: nothing. */
export async function sharingOf({ library, claims }: SharedFilesParts, machine: MachineRecord, slot: number): Promise<Fault | undefined> {
  const disk = machine.definition.disks[slot];
  const identity = disk?.path === undefined ? undefined : await identityOf(disk.path);
  if (disk?.path === undefined || identity === undefined) return undefined;
  for (const other of await library.machines.list())
    for (const [number, { path, ...rest }] of other.definition.disks.entries()) {
      if ((other.id === machine.id && number === slot) || path === undefined) continue;
      const writes = [disk, { path, ...rest }].some((one: DiskDefinition) => writesInPlace(one));
      if (!writes || (await identityOf(path)) !== identity) continue;
      return other.id === machine.id
        ? faultWith('disk-file-twice', { path: disk.path, slot: number })
        : faultWith('disk-file-shared', { path: disk.path, slot: number, name: other.definition.name });
    }
  return claims.conflict(machine.id, [{ path: disk.path, use: writesInPlace(disk) ? 'write' : 'read' }]);
}
