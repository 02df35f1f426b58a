/** Commands about a machine's disks. The form of its hardware does them. */
import { diskCommand, disksCommand, importDiskCommand } from '../shown-command.ts';
import type { Asked, DiskAct } from '../window-state.ts';
import type { Command, DiskCommand, DiskContext, MachineCommand, MachineContext } from './command.ts';
import { t } from '../../words/words.ts';

function ask({ state, machine: { id } }: MachineContext, asked: Asked): void {
  state.creating.value = false;
  state.selected.value = id;
  state.tabs.set(id, 'hardware');
  state.sections.set(id, 'disks');
  state.asked.value = asked;
}
const nameOf = ({ machine }: MachineContext): string => machine.definition.name;
/** People count disks from 1. */
const number = ({ index }: DiskContext): number => index + 1;
/** What the library keeps of it has its own life; an image that is written in place has not. */
const isKept = ({ disk }: DiskContext): boolean => disk.id !== undefined;

type Rest = Omit<DiskCommand, 'id' | 'about' | 'group' | 'run'>;
const command = (act: DiskAct, rest: Rest): DiskCommand => ({
  id: `disk.${act}`,
  about: 'disk',
  group: 'Disk',
  run: (context) => ask(context, { of: 'disks', machine: context.machine.id, act, slot: context.index }),
  ...rest,
});
const adding = (act: 'add-empty' | 'add-image', rest: Pick<MachineCommand, 'words' | 'icon' | 'shown'>): MachineCommand => ({
  id: `disk.${act}`,
  about: 'machine',
  group: 'Disk',
  run: (context) => ask(context, { of: 'disks', machine: context.machine.id, act }),
  ...rest,
});

export const DISK_COMMANDS: readonly Command[] = [
  adding('add-empty', { words: () => t('commands.addEmptyDisk'), icon: 'plus', shown: (context) => disksCommand(nameOf(context)) }),
  adding('add-image', {
    words: () => t('commands.addImage'),
    icon: 'file',
    shown: (context) => importDiskCommand(nameOf(context), 'FILE', '', true),
  }),
  command('grow', { words: (context) => t('commands.growDisk', { number: number(context) }), icon: 'plus', menu: 1, when: isKept }),
  command('compact', {
    words: (context) => t('commands.compactDisk', { number: number(context) }),
    icon: 'fit',
    menu: 1,
    when: isKept,
    shown: (context) => diskCommand('compact', nameOf(context), context.index),
  }),
  command('export', {
    words: (context) => t('commands.exportDisk', { number: number(context) }),
    icon: 'upload',
    menu: 1,
    shown: (context) => diskCommand('export', nameOf(context), context.index, `disk-${number(context)}.qcow2`, '--format', 'qcow2'),
  }),
  command('commands', { words: (context) => t('commands.diskCommands', { number: number(context) }), icon: 'prompt', menu: 2 }),
];
