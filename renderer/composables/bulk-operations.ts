/** Doing one thing with several machines: those that it fits, with one question, one message and one way back for all. */
import type { MachineId, MachineStatus } from '../../preload/contract/machines.ts';
import type { IconName } from '../components/icons.ts';
import { useMachines } from '../stores/machines.ts';
import { actionsFor, type ActionName } from './machine-actions.ts';
import { useMachineOperations } from './machine-operations.ts';
import { useSnapshotOperations } from './snapshot-operations.ts';
import { undoing, useToasts } from './toasts.ts';
import { useWindowState } from './window-state.ts';
import { t } from '../words/words.ts';

export type BulkName = 'start' | 'suspend' | 'stop' | 'snapshot' | 'delete';
export interface BulkAct {
  readonly name: BulkName;
  readonly label: () => string;
  readonly icon: IconName;
  readonly danger?: true;
}
export const BULK_ACTS: readonly BulkAct[] = [
  { name: 'start', label: () => t('machines.start'), icon: 'play' },
  { name: 'suspend', label: () => t('machines.suspend'), icon: 'moon' },
  { name: 'stop', label: () => t('machines.stopMore'), icon: 'stop', danger: true },
  { name: 'snapshot', label: () => t('machines.takeSnapshot'), icon: 'camera' },
  { name: 'delete', label: () => t('everyday.delete'), icon: 'bin', danger: true },
];

const can = (machine: MachineStatus, name: ActionName) => actionsFor(machine).some((action) => action.name === name);
/** Which of them an act is for. */
export const fitting = (name: BulkName, machines: readonly MachineStatus[]): readonly MachineStatus[] =>
  machines.filter((machine) => (name === 'snapshot' ? machine.state !== 'starting' && machine.state !== 'stopping' : can(machine, name)));

export function useBulkOperations() {
  const machines = useMachines();
  const state = useWindowState();
  const toasts = useToasts();
  const snapshots = useSnapshotOperations();
  const { attempt } = useMachineOperations();

  async function remove(these: readonly MachineStatus[]) {
    const gone: MachineId[] = [];
    for (const { id } of these) if (await attempt(() => machines.remove(id).then(() => true), id)) gone.push(id);
    if (gone.length === 0) return;
    const undo = async () => {
      for (const id of gone) await attempt(() => machines.undelete(id));
    };
    toasts.show({ tone: 'info', text: t('machines.deletedMany', { count: gone.length }), action: undoing(() => void undo()) });
  }
  async function each(these: readonly MachineStatus[], act: (id: MachineId) => Promise<unknown>) {
    for (const { id } of these) await attempt(() => act(id), id);
  }
  function perform(name: BulkName, chosen: readonly MachineStatus[]) {
    const these = fitting(name, chosen);
    if (name === 'start') void each(these, machines.start);
    else if (name === 'suspend') void each(these, machines.suspend);
    else if (name === 'snapshot') void each(these, (id) => snapshots.take(machines.get(id) as MachineStatus));
    else if (name === 'delete') void remove(these);
    else
      state.question.value = {
        title: t('machines.stopMany', { count: these.length }),
        text: t('machines.losesMany'),
        list: these.map(({ definition }) => definition.name),
        verb: t('machines.stop'),
        goOn: () => void each(these, machines.stop),
      };
  }
  /** Moves machines into a group; an empty one takes them out of theirs. */
  function moveTo(group: string, these: readonly MachineStatus[]) {
    const base = (id: MachineId) => {
      const before = machines.get(id)?.definition.group;
      return before === undefined ? {} : { group: before };
    };
    return each(
      these.filter(({ definition }) => (definition.group ?? '') !== group),
      (id) => machines.update(id, { group }, base(id)),
    );
  }
  return { perform, moveTo };
}
