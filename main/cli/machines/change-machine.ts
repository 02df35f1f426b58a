/** Changing a machine by what it is now, beside windows and other commands that change it too. */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import type { MachineDefinition, MachineStatus } from '../../../preload/contract/machines.ts';
import { machineNamed, type Program } from './program.ts';

/** Commands that change one machine in a loop from several shells get through within a few rounds. */
const MAX_ROUNDS = 20;

/**
 * Stores what `change` makes of a machine's definition. Where somebody else has changed the same fields in the meantime,
 * the machine is read and `change` asked again, so that of two commands at once neither undoes the other.
 * @returns the machine as `change` saw it last
 * @throws whatever `change` throws; ContractError
 */
export async function changeMachine(
  program: Program,
  name: string,
  change: (machine: MachineStatus) => Partial<MachineDefinition>,
): Promise<MachineStatus> {
  for (let round = 1; ; round++) {
    const machine = await machineNamed(program, name);
    const patch = change(machine);
    const fields = Object.keys(patch);
    const base = Object.fromEntries(Object.entries(machine.definition).filter(([field]) => fields.includes(field)));
    try {
      await program.client.services.machines.update(machine.id, patch, base);
      return machine;
    } catch (error) {
      if (!(error instanceof ContractError && error.kind === 'changed') || round === MAX_ROUNDS) throw error;
    }
  }
}
