/** Looks at the files of a definition before it is stored: a machine with a mistyped name in it is not made. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { openPath } from '../../emulator/host/files/open-path.ts';
import { fixedProblems, forwardProblems, portProblems } from '../../preload/contract/definition/rules.ts';
import { boardProblems } from '../../preload/contract/definition/schema.ts';
import { BOOT_FILES, valueAt } from '../../preload/contract/definition/walk.ts';
import type { BootDefinition, MachineDefinition } from '../../preload/contract/machines.ts';
import { admitDisks } from '../disks/admit-disks.ts';

/**
 * The definition, or the part of one that is changed, with the formats of its disks.
 * @param known the definition as it was: what stays as it is is not looked at, also when its file is gone
 * @throws ContractError naming a file that cannot be used, and what to do
 */
export async function admitDefinition<T extends Partial<Pick<MachineDefinition, 'boot' | 'disks'>>>(
  change: T,
  known?: MachineDefinition,
): Promise<T> {
  requireFitting(change, known ?? {});
  if (change.boot) await requireBootFiles(change.boot, known?.boot);
  if (!change.disks) return change;
  return { ...change, disks: await admitDisks(change.disks, known?.disks) };
}

/**
 * Refuses what the machine's board does not take, ports that are one, and changes of what is settled when a machine is made.
 * @param change the fields that are looked at; `known` has the others
 * @throws ContractError `invalid` naming the field
 */
function requireFitting(change: Partial<MachineDefinition>, known: Partial<MachineDefinition>): void {
  const whole = { ...known, ...change } as MachineDefinition;
  const found = [
    ...boardProblems(whole),
    ...portProblems(change.ports ?? []),
    ...(change.forwards || change.networks ? forwardProblems(whole) : []),
    ...(known.board ? fixedProblems(whole, known as MachineDefinition) : []),
  ];
  // A change of the cards may leave the forwards without one.
  const isChanged = (field: string) => Object.hasOwn(change, field) || (field === 'forwards' && change.networks !== undefined);
  const problem = found.find(({ field }) => isChanged(field.split('.')[0] ?? ''));
  if (problem) throw new ContractError('argument-invalid', { where: '', field: problem.field, message: problem.message });
}

async function requireBootFiles(boot: BootDefinition, known: BootDefinition | undefined): Promise<void> {
  for (const field of BOOT_FILES) {
    const path = valueAt({ boot }, field) as string | undefined;
    if (path === undefined || path === (known && valueAt({ boot: known }, field))) continue;
    const { handle } = await openPath(path);
    await handle.close();
  }
}
