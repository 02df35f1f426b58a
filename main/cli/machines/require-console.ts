/** A console that the person names must be one of the machine's. */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import type { Program } from './program.ts';

/** @throws ContractError `missing` when the machine has no such console */
export async function requireConsole({ client }: Program, { id, definition }: MachineStatus, number: number): Promise<void> {
  const consoles = await client.services.consoles.list(id);
  if (number < consoles.length) return;
  const last = consoles.at(-1);
  throw new ContractError('machine-no-console', {
    name: definition.name,
    console: number,
    last: last?.index ?? 0,
    lastName: last?.name ?? '',
  });
}
