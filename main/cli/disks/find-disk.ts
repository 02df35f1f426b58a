/** Which disk is meant: people count from 1, as in `viv show`, the contract's slots from 0. */
import { isDeepStrictEqual } from 'node:util';
import { ContractError } from '../../../preload/contract/contract.ts';
import type { DiskDefinition, MachineStatus } from '../../../preload/contract/machines.ts';
import { CallError } from '../call-error.ts';
import { machineNamed, type Program } from '../machines/program.ts';
import { shellWord } from '../../../preload/contract/foreign-text.ts';

export interface FoundDisk {
  readonly machine: MachineStatus;
  readonly slot: number;
  readonly disk: DiskDefinition;
}

/** Reads `1` to `6`. @returns the slot @throws CallError */
export function diskNumber(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new CallError(`DISK is its number in viv disk list, from 1, not "${text}"`);
  return Number(text) - 1;
}

/** The disk of a machine. @throws ContractError `missing` */
export async function findDisk(program: Program, name: string, slot: number): Promise<FoundDisk> {
  const machine = await machineNamed(program, name);
  const { disks } = machine.definition;
  const disk = disks[slot];
  if (disk) return { machine, slot, disk };
  const there = disks.length === 0 ? 'no disks' : disks.length === 1 ? 'one disk' : `${disks.length} disks`;
  throw new ContractError('missing', `"${name}" has ${there}, so there is no disk ${slot + 1}: viv disk list ${shellWord(name)}`);
}

/**
 * Where the disk is among the machine's disks by now: another command may have moved it since it was found.
 * @throws ContractError `missing` when it has been removed
 */
export function slotOf(machine: MachineStatus, { slot, disk }: FoundDisk): number {
  const { name, disks } = machine.definition;
  const same = (other: DiskDefinition | undefined) => isDeepStrictEqual(other, disk);
  const at = same(disks[slot]) ? slot : disks.findIndex(same);
  if (at < 0)
    throw new ContractError(
      'missing',
      `disk ${slot + 1} of "${name}" was changed or removed by another program: check viv disk list and try again`,
    );
  return at;
}
