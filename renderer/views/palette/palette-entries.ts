/** What the command palette offers, and which entries a person means by what is typed. */
import { t } from '../../words/words.ts';
import type { PickEntry } from '../../components/pick-entry.ts';
import type { OfferedCommand } from '../../composables/commands/command.ts';
import { keyText } from '../../composables/key-text.ts';
import type { MachineStatus } from '../../../preload/contract/machines.ts';

export interface Entry extends PickEntry {
  run(): void;
}

const entryOf = ({ id, label, icon, keys, there, shown, run }: OfferedCommand, group: string): Entry => ({
  key: id,
  label,
  icon,
  group,
  run,
  ...(keys[0] === undefined ? {} : { shortcut: keyText(keys[0]) }),
  ...(keys[0] === undefined && there !== undefined ? { shortcut: there } : {}),
  ...(shown === undefined ? {} : { detail: shown }),
});

/** Everything that can be done now, what concerns the selected machine first. `show` puts another machine in front. */
export function paletteEntries(
  commands: readonly OfferedCommand[],
  machines: readonly MachineStatus[],
  selected: MachineStatus | undefined,
  show: (machine: MachineStatus) => void,
): readonly Entry[] {
  const seen = commands.filter(({ id, hidden }) => !hidden && id !== 'open.palette');
  const of = (groups: readonly string[], heading: string) =>
    seen.filter(({ group }) => groups.includes(group)).map((command) => entryOf(command, heading));
  const others = machines
    .filter((machine) => machine !== selected)
    .map((machine): Entry => ({
      key: `go.${machine.id}`,
      label: t('palette.goTo', { name: machine.definition.name }),
      icon: 'right',
      group: t('palette.machines'),
      run: () => show(machine),
    }));
  return [
    ...of(['Machine', 'View'], selected ? t('everyday.quoted', { name: selected.definition.name }) : t('commandGroups.Machine')),
    ...of(['Snapshot'], t('commandGroups.Snapshot')),
    ...of(['Disk'], t('palette.disks')),
    ...of(['Network'], t('commandGroups.Network')),
    ...others,
    ...of(['Library'], t('commandGroups.Library')),
    ...of(['Window'], t('commandGroups.Window')),
    ...of(['Help'], t('commandGroups.Help')),
  ];
}

/** Entries that hold every typed word, in their name or under their heading, in any order. */
export function matching(entries: readonly Entry[], typed: string): readonly Entry[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter(({ label, group }) => words.every((word) => `${label} ${group ?? ''}`.toLowerCase().includes(word)));
}
