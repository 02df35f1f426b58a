/** Files beside the disks' contents that go with a machine: what it boots from, where no template brings that. */
import type { ArchivedMachine } from './archived-machine.ts';
import type { BootDefinition, MachineDefinition } from '../../preload/contract/machines.ts';

/** The parts of a definition that name a file. */
const PARTS = ['kernel', 'initrd', 'firmware', 'program'] as const satisfies readonly (keyof BootDefinition)[];

/** The paths of all boot files of a machine and its snapshots, each once, in a fixed order. */
export function bootFiles({ definition, snapshots }: ArchivedMachine): string[] {
  const definitions = [definition, ...snapshots.flatMap(({ definition: then, next }) => (next ? [then, next] : [then]))];
  return [...new Set(definitions.flatMap(({ boot }) => PARTS.flatMap((part) => boot[part] ?? [])))].sort();
}

/** The files that disks are made on that no snapshot has: nobody has started the machine with them. */
export function unusedDisks({ definition, snapshots }: ArchivedMachine): string[] {
  const used = new Set(snapshots.flatMap(({ disks }) => disks.map(({ disk }) => disk)));
  const disks = [definition, ...snapshots.flatMap(({ next }) => next ?? [])].flatMap((each) => each.disks);
  return [...new Set(disks.flatMap(({ id, path }) => (id !== undefined && !used.has(id) && path !== undefined ? [path] : [])))].sort();
}

/** The definition with other paths; a file that `place` does not know is left out, so that nothing of the host is named. */
export function withBootFiles(definition: MachineDefinition, place: (path: string) => string | undefined): MachineDefinition {
  const boot: Record<string, unknown> = { ...definition.boot };
  for (const part of PARTS) {
    const path = definition.boot[part];
    const there = path === undefined ? undefined : place(path);
    if (there === undefined) delete boot[part];
    else boot[part] = there;
  }
  return { ...definition, boot: boot as unknown as BootDefinition };
}
