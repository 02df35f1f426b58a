/** Looks at the files of a definition before it is stored: a machine with a mistyped name in it is not made. */
import { openPath } from '../../emulator/host/files/open-path.ts';
import type { BootDefinition, MachineDefinition } from '../../preload/contract/machines.ts';
import { admitDisks } from '../disks/admit-disks.ts';
import { pathRefusal } from '../images/files/path-refusal.ts';

const BOOT_FILES = ['kernel', 'initrd', 'firmware', 'program'] as const;

/**
 * The definition, or the part of one that is changed, with the formats of its disks.
 * @param known the definition as it was: what stays as it is is not looked at, also when its file is gone
 * @throws ContractError naming a file that cannot be used, and what to do
 */
export async function admitDefinition<T extends Partial<Pick<MachineDefinition, 'boot' | 'disks'>>>(
  change: T,
  known?: MachineDefinition,
): Promise<T> {
  if (change.boot) await requireBootFiles(change.boot, known?.boot);
  if (!change.disks) return change;
  return { ...change, disks: await admitDisks(change.disks, known?.disks) };
}

async function requireBootFiles(boot: BootDefinition, known: BootDefinition | undefined): Promise<void> {
  for (const field of BOOT_FILES) {
    const path = boot[field];
    if (path === undefined || path === known?.[field]) continue;
    const { handle } = await openPath(path).catch(pathRefusal);
    await handle.close();
  }
}
