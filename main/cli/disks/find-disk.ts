/** Which disk is meant: people count from 1, as in `viv show`, the contract's slots from 0. */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { isDeepStrictEqual } from 'node:util';
import type { DiskDefinition, MachineStatus } from '../../../preload/contract/machines.ts';
import { CallError } from '../call-error.ts';
import { machineNamed, type Program } from '../machines/program.ts';

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
  throw new ContractError('cli-disk-unknown', { name, slot, count: disks.length });
}

/**
 * Where the disk is among the machine's disks by now: another command may have moved it since it was found.
 * @throws ContractError `missing` when it has been removed
 */
export function slotOf(machine: MachineStatus, { slot, disk }: FoundDisk): number {
  const { name, disks } = machine.definition;
  const same = (other: DiskDefinition | undefined) => isDeepStrictEqual(other, disk);
  const at = same(disks[slot]) ? slot : disks.findIndex(same);
  if (at < 0) throw new ContractError('cli-disk-moved', { name, slot });
  return at;
}
