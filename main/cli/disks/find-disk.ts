/** Which disk is meant: people count from 1, as in `viv show`, the contract's slots from 0. */
import { ContractError } from '../../../preload/contract/contract.ts';
import type { DiskDefinition, MachineStatus } from '../../../preload/contract/machines.ts';
import { CallError } from '../call-error.ts';
import { machineNamed, type Program } from '../machines/program.ts';
import { shellWord } from '../figures.ts';

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
