/** Emptying the bin from the window: asks what is lost, deletes for good, and says what came of it. */
import { taskMessage } from '../../preload/contract/task-words.ts';
import type { BinnedMachine } from '../../preload/contract/machines.ts';
import { useMachines } from '../stores/machines.ts';
import { useTasks } from '../stores/tasks.ts';
import { formatBytes } from '../../emulator/quantities/bytes.ts';
import { deletedText } from './machine-operations.ts';
import { sentence } from './sentence.ts';
import { useToasts } from './toasts.ts';
import { useWindowState } from './window-state.ts';

const counted = (count: number): string => (count === 0 ? 'no snapshots' : count === 1 ? '1 snapshot' : `${count} snapshots`);

/** A machine's disks and snapshots, as they would be lost. */
const belongings = ({ definition, snapshots }: BinnedMachine): string =>
  `“${definition.name}”${definition.disks.length > 0 ? ', its disks' : ''}${snapshots > 0 ? ` and its ${counted(snapshots)}` : ''}`;

/** What is in a machine of the bin: `3 snapshots · 212 MiB`. */
export const binnedWords = ({ snapshots, freedBytes }: BinnedMachine): string =>
  [counted(snapshots), ...(freedBytes > 0 ? [formatBytes(freedBytes)] : [])].join(' · ');

/** Why a machine cannot be deleted for good; nothing where it can. */
export function heldWords({ protectedSnapshots: [first, ...more] }: BinnedMachine): string | undefined {
  if (first === undefined) return undefined;
  const held = more.length === 0 ? `“${first}” is` : `“${first}” and ${more.length} more are`;
  return `${held} protected. Restore the machine and unprotect its snapshots to delete it permanently.`;
}

export function useBinOperations() {
  const machines = useMachines();
  const tasks = useTasks();
  const toasts = useToasts();
  const state = useWindowState();

  async function purge(chosen: readonly BinnedMachine[], what: string, gone: () => void) {
    try {
      const { task } = await machines.purge(chosen.map(({ id }) => id));
      gone();
      const offers = chosen.map(({ definition }) => deletedText(definition.name));
      for (const { id } of toasts.list.filter(({ text }) => offers.includes(text))) toasts.dismiss(id);
      const ended = await tasks.ended(task);
      const message = taskMessage(ended);
      if (ended.state === 'failed') toasts.show({ tone: 'error', text: sentence(message) });
      else toasts.show({ tone: 'info', text: `${what} permanently deleted. ${sentence(message)}.` });
    } catch (error) {
      toasts.fail(error);
    }
  }

  /** @param gone called when they are deleted; their space may still be on its way */
  function askToPurge(chosen: readonly BinnedMachine[], gone: () => void) {
    const [first, ...more] = chosen;
    if (!first) return;
    const freed = chosen.reduce((sum, { freedBytes }) => sum + freedBytes, 0);
    const returns = freed > 0 ? ` ${more.length > 0 ? 'At least ' : ''}${formatBytes(freed)} of space is freed.` : '';
    const lost =
      more.length === 0
        ? belongings(first)
        : `${chosen.map(({ definition }) => `“${definition.name}”`).join(', ')}, with their disks and snapshots,`;
    state.question.value = {
      title: more.length === 0 ? `Delete “${first.definition.name}” permanently?` : `Delete ${chosen.length} machines permanently?`,
      text: `${lost} will be deleted. This cannot be undone. Machines branched from ${more.length === 0 ? 'it' : 'them'} are not affected.${returns}`,
      verb: 'Delete permanently',
      goOn: () => void purge(chosen, more.length === 0 ? `“${first.definition.name}” was` : `${chosen.length} machines were`, gone),
    };
  }
  return { askToPurge };
}
