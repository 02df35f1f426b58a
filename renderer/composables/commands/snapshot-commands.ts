/** Commands about the snapshot that is selected on a machine's timeline. The timeline itself does them. */
import { snapshotCommand } from '../shown-command.ts';
import type { SnapshotAct } from '../window-state.ts';
import type { SnapshotCommand, SnapshotContext } from './command.ts';

const ask =
  (act: SnapshotAct) =>
  ({ state, machine, snapshots, snapshot }: SnapshotContext): void => {
    snapshots.showTimeline(machine.id, snapshot.id);
    state.asked.value = { of: 'timeline', machine: machine.id, act };
  };
const names = ({ machine, snapshot }: SnapshotContext) => [machine.definition.name, snapshot.name] as const;
const isWhole = ({ snapshot }: SnapshotContext): boolean => snapshot.state !== 'damaged';
const quoted = (verb: string) => (context: SnapshotContext) => `${verb} “${context.snapshot.name}”`;

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
    words: quoted('Restore'),
    icon: 'back',
    there: 'Enter',
    shownAs: 'Restore',
    when: isWhole,
    shown: (context) => snapshotCommand('restore', ...names(context)),
  }),
  command('branch', {
    words: (context) => `${quoted('Branch')(context)} into a new machine…`,
    icon: 'branch',
    there: 'B',
    shownAs: 'Branch',
    when: isWhole,
    shown: (context) => snapshotCommand('branch', ...names(context), `${context.machine.definition.name} branch`),
  }),
  command('compare-now', {
    words: (context) => `${quoted('Compare')(context)} with now`,
    icon: 'compare',
    there: 'D',
    shownAs: 'Compare',
    shown: (context) => snapshotCommand('diff', ...names(context)),
  }),
  command('compare-parent', {
    words: (context) => `${quoted('Compare')(context)} with its parent`,
    icon: 'compare',
    when: ({ snapshot }) => snapshot.parent !== null,
  }),
  command('pick-second', {
    words: (context) => `${quoted('Compare')(context)} with another snapshot…`,
    icon: 'compare',
    there: 'Ctrl+click',
  }),
  command('rename', {
    words: quoted('Rename'),
    icon: 'pencil',
    there: 'F2',
    shownAs: 'Rename',
    shown: (context) => snapshotCommand('rename', ...names(context), 'a new name'),
  }),
  command('pin', {
    words: (context) => quoted(context.snapshot.pinned ? 'Unpin' : 'Pin')(context),
    icon: 'pin',
    there: 'P',
    shownAs: 'Pin',
    shown: (context) => snapshotCommand(context.snapshot.pinned ? 'unpin' : 'pin', ...names(context)),
  }),
  command('protect', {
    words: (context) => quoted(context.snapshot.protected ? 'Unprotect' : 'Protect')(context),
    icon: 'lock',
    shownAs: 'Protect',
    shown: (context) => snapshotCommand(context.snapshot.protected ? 'unprotect' : 'protect', ...names(context)),
  }),
  command('delete', {
    words: quoted('Delete'),
    icon: 'bin',
    danger: true,
    there: 'Del',
    shownAs: 'Delete',
    when: ({ snapshot }) => !snapshot.protected,
    shown: (context) => snapshotCommand('delete', ...names(context)),
  }),
  command('commands', { words: (context) => `Show commands for “${context.snapshot.name}”…`, icon: 'prompt' }),
];
