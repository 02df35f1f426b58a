/** Commands about the snapshot that is selected on a machine's timeline. The timeline itself does them. */
import { keyText } from '../key-text.ts';
import { forkCommand, guestFolderCommand, snapshotCommand } from '../shown-command.ts';
import type { SnapshotAct } from '../window-state.ts';
import type { SnapshotCommand, SnapshotContext } from './command.ts';
import { t } from '../../words/words.ts';

const ask =
  (act: SnapshotAct) =>
  ({ state, machine, snapshots, snapshot }: SnapshotContext): void => {
    snapshots.showTimeline(machine.id, snapshot.id);
    state.asked.value = { of: 'timeline', machine: machine.id, act };
  };
const names = ({ machine, snapshot }: SnapshotContext) => [machine.definition.name, snapshot.name] as const;
const isWhole = ({ snapshot }: SnapshotContext): boolean => snapshot.state !== 'damaged';

type Rest = Omit<SnapshotCommand, 'id' | 'about' | 'group' | 'run'>;
const command = (act: SnapshotAct, rest: Rest): SnapshotCommand => ({
  id: `snapshot.${act}`,
  about: 'snapshot',
  group: 'Snapshot',
  run: ask(act),
  ...rest,
});

export const SNAPSHOT_COMMANDS: readonly SnapshotCommand[] = [
  command('restore', {
    menu: 1,
    words: ({ snapshot }) => t('commands.restore', { name: snapshot.name }),
    icon: 'back',
    there: () => keyText('Enter'),
    shownAs: () => t('snapshots.restore'),
    when: isWhole,
    shown: (context) => snapshotCommand('restore', ...names(context)),
  }),
  command('branch', {
    menu: 1,
    words: (context) => t('commands.branch', { name: context.snapshot.name }),
    icon: 'branch',
    there: () => 'B',
    shownAs: () => t('snapshots.branch'),
    when: isWhole,
    shown: (context) => snapshotCommand('branch', ...names(context), `${context.machine.definition.name} branch`),
  }),
  command('fork', {
    menu: 1,
    words: ({ snapshot }) => t('commands.forkFrom', { name: snapshot.name }),
    icon: 'fork',
    there: () => 'F',
    shownAs: () => t('snapshots.fork'),
    when: isWhole,
    shown: (context) => forkCommand(context.machine.definition.name, context.snapshot.name),
  }),
  command('files', {
    menu: 2,
    words: ({ snapshot }) => t('commands.files', { name: snapshot.name }),
    icon: 'folder',
    there: () => 'O',
    shownAs: () => t('browse.title'),
    shown: (context) => guestFolderCommand(...names(context), { slot: 0, path: '' }),
  }),
  command('compare-now', {
    menu: 2,
    words: (context) => t('commands.compareNow', { name: context.snapshot.name }),
    icon: 'compare',
    there: () => 'D',
    shownAs: () => t('snapshots.compare'),
    shown: (context) => snapshotCommand('diff', ...names(context)),
  }),
  command('compare-parent', {
    menu: 2,
    words: (context) => t('commands.compareParent', { name: context.snapshot.name }),
    icon: 'compare',
    there: () => 'V',
    shownAs: () => t('timeline.withParent'),
    when: ({ snapshot }) => snapshot.parent !== null,
  }),
  command('pick-second', {
    menu: 2,
    words: (context) => t('commands.compareOther', { name: context.snapshot.name }),
    called: () => t('commands.compareTwo'),
    shownAs: () => t('timeline.withAnother'),
    icon: 'compare',
    there: () => 'A',
  }),
  command('rename', {
    menu: 3,
    words: ({ snapshot }) => t('commands.renameSnapshot', { name: snapshot.name }),
    icon: 'pencil',
    there: () => 'F2',
    shownAs: () => t('everyday.rename'),
    shown: (context) => snapshotCommand('rename', ...names(context), 'a new name'),
  }),
  command('pin', {
    menu: 3,
    words: ({ snapshot: { name, pinned } }) => t(pinned ? 'commands.unpinSnapshot' : 'commands.pinSnapshot', { name }),
    icon: 'pin',
    there: () => 'P',
    shownAs: () => t('snapshots.pin'),
    shown: (context) => snapshotCommand(context.snapshot.pinned ? 'unpin' : 'pin', ...names(context)),
  }),
  command('protect', {
    menu: 3,
    words: ({ snapshot }) => t(snapshot.protected ? 'commands.unprotectSnapshot' : 'commands.protectSnapshot', { name: snapshot.name }),
    icon: 'lock',
    there: () => 'L',
    shownAs: () => t('snapshots.protect'),
    shown: (context) => snapshotCommand(context.snapshot.protected ? 'unprotect' : 'protect', ...names(context)),
  }),
  command('delete', {
    menu: 5,
    words: ({ snapshot }) => t('commands.deleteSnapshot', { name: snapshot.name }),
    icon: 'bin',
    danger: true,
    there: () => keyText('Delete'),
    shownAs: () => t('everyday.delete'),
    when: ({ snapshot }) => !snapshot.protected,
    shown: (context) => snapshotCommand('delete', ...names(context)),
  }),
  command('commands', {
    menu: 4,
    words: (context) => t('commands.snapshotCommands', { name: context.snapshot.name }),
    shownAs: () => t('commands.showCommands'),
    icon: 'prompt',
    there: () => 'C',
  }),
];
