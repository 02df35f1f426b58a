/** Emptying the bin from the window: asks what is lost, deletes for good, and says what came of it. */
import type { BinnedMachine } from '../../preload/contract/machines.ts';
import { useMachines } from '../stores/machines.ts';
import { useTasks } from '../stores/tasks.ts';
import { formatBytes } from '../words/quantities.ts';
import { deletedText } from './machine-operations.ts';
import { sentence } from './sentence.ts';
import { useToasts } from './toasts.ts';
import { useWindowState } from './window-state.ts';
import { t } from '../words/words.ts';
import { taskMessage } from '../words/contract-words.ts';

const counted = (count: number): string => (count === 0 ? t('bin.noSnapshots') : t('bin.snapshots', { count }));

/** A machine's disks and snapshots, as they would be lost. */
function belongings({ definition: { name, disks }, snapshots }: BinnedMachine): string {
  if (snapshots === 0) return disks.length > 0 ? t('bin.lostDisks', { name }) : t('bin.lostBare', { name });
  const given = { name, snapshots: counted(snapshots) };
  return disks.length > 0 ? t('bin.lostAll', given) : t('bin.lostSnapshots', given);
}

/** What is in a machine of the bin: `3 snapshots · 212 MiB`. */
export const binnedWords = ({ snapshots, freedBytes }: BinnedMachine): string =>
  [counted(snapshots), ...(freedBytes > 0 ? [formatBytes(freedBytes)] : [])].join(' · ');

/** Why a machine cannot be deleted for good; nothing where it can. */
export function heldWords({ protectedSnapshots: [first, ...more] }: BinnedMachine): string | undefined {
  if (first === undefined) return undefined;
  return more.length === 0 ? t('bin.held', { first }) : t('bin.heldMore', { first, count: more.length });
}

export function useBinOperations() {
  const machines = useMachines();
  const tasks = useTasks();
  const toasts = useToasts();
  const state = useWindowState();

  async function purge(chosen: readonly BinnedMachine[], gone: () => void) {
    try {
      const { task } = await machines.purge(chosen.map(({ id }) => id));
      gone();
      const offers = chosen.map(({ definition }) => deletedText(definition.name));
      for (const { id } of toasts.list.filter(({ text }) => offers.includes(text))) toasts.dismiss(id);
      const ended = await tasks.ended(task);
      const message = taskMessage(ended);
      if (ended.state === 'failed') toasts.show({ tone: 'error', text: sentence(message) });
      else
        toasts.show({
          tone: 'info',
          text: t('bin.purged', { count: chosen.length, name: chosen[0]?.definition.name ?? '', message: sentence(message) }),
        });
    } catch (error) {
      toasts.fail(error);
    }
  }

  /** @param gone called when they are deleted; their space may still be on its way */
  function askToPurge(chosen: readonly BinnedMachine[], gone: () => void) {
    const [first, ...more] = chosen;
    if (!first) return;
    const freed = chosen.reduce((sum, { freedBytes }) => sum + freedBytes, 0);
    const size = formatBytes(freed);
    const names = chosen.map(({ definition: { name } }) => t('everyday.quoted', { name })).join(', ');
    const count = chosen.length;
    state.question.value = {
      title: t('bin.purgeTitle', { count, name: first.definition.name }),
      text: [
        more.length === 0 ? belongings(first) : t('bin.lostMany', { names }),
        t('bin.cannotUndo', { count }),
        ...(freed > 0 ? [more.length > 0 ? t('bin.freedAtLeast', { size }) : t('bin.freed', { size })] : []),
      ].join(' '),
      verb: t('bin.purge'),
      goOn: () => void purge(chosen, gone),
    };
  }
  return { askToPurge };
}
