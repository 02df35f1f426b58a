/**
 * Doing things with snapshots, the same from the timeline, the header, the palette and the keys. A restore keeps the
 * present, a deletion can be undone, and the message says how; only a restore that changes the hardware asks first.
 */
import type { MachineId, MachineStatus } from '../../preload/contract/machines.ts';
import type { Snapshot } from '../../preload/contract/snapshots.ts';
import { useMachines } from '../stores/machines.ts';
import { useSnapshots } from '../stores/snapshots.ts';
import { useMachineOperations } from './machine-operations.ts';
import { hardwareWords } from './snapshot-words.ts';
import { undoing, useToasts } from './toasts.ts';
import { useWindowState } from './window-state.ts';
import { t } from '../words/words.ts';

type Place = Pick<Snapshot, 'id' | 'machine' | 'name'>;

export function useSnapshotOperations() {
  const snapshots = useSnapshots();
  const machines = useMachines();
  const toasts = useToasts();
  const state = useWindowState();
  const { attempt } = useMachineOperations();

  /** Puts a machine's timeline in front, with one of its places selected. */
  function showTimeline(machine: MachineId, place?: Snapshot['id'] | 'now') {
    state.selected.value = machine;
    state.tabs.set(machine, 'timeline');
    if (place !== undefined) state.places.set(machine, place);
  }
  /** Takes a snapshot. What is selected stays selected; the message leads to the new one. */
  async function take({ id }: MachineStatus, request: { readonly name?: string } = {}): Promise<Snapshot | undefined> {
    if (state.taking.has(id)) return undefined;
    state.taking.add(id);
    const made = await attempt(() => snapshots.create(id, request));
    state.taking.delete(id);
    if (!made) return undefined;
    const { snapshot } = made;
    const run = () => showTimeline(id, snapshot.id);
    toasts.show({ tone: 'info', text: t('snapshots.taken', { name: snapshot.name }), action: { label: t('everyday.show'), run } });
    return snapshot;
  }
  /** Goes to a snapshot, after saying what of the hardware changes with it. */
  async function restore(snapshot: Place): Promise<void> {
    const hardware = await attempt(() => snapshots.hardwareChanges(snapshot.id));
    if (!hardware) return;
    if (hardware.length === 0) return void (await goBack(snapshot));
    state.question.value = {
      title: t('snapshots.restoreTitle', { name: snapshot.name }),
      text: t('snapshots.restoreHardware'),
      list: hardware.map(hardwareWords),
      verb: t('snapshots.restore'),
      goOn: () => void goBack(snapshot),
    };
  }
  /** The message offers the way back to what was kept. */
  async function goBack(snapshot: Place): Promise<boolean> {
    const { machine, id, name } = snapshot;
    if (state.restoring.has(machine)) return false;
    state.restoring.set(machine, id);
    const done = await attempt(() => snapshots.restore(id));
    state.restoring.delete(machine);
    if (!done) return false;
    state.places.set(machine, 'now');
    if (done.kept === null) {
      toasts.show({ tone: 'info', text: t('snapshots.restoredUnchanged', { name }) });
      return true;
    }
    if (!snapshots.find(machine, done.kept)) await attempt(() => snapshots.load(machine));
    const kept = snapshots.find(machine, done.kept) ?? { id: done.kept, machine, name: t('snapshots.stateBefore') };
    toasts.show({
      tone: 'info',
      text: t('snapshots.restored', { name, kept: kept.name }),
      action: { label: t('snapshots.goBack'), run: () => void goBack(kept) },
    });
    return true;
  }
  const change = (id: Snapshot['id'], patch: Parameters<typeof snapshots.patch>[1]) => attempt(() => snapshots.patch(id, patch));

  /** @returns whether it has the name now, or keeps its own because none was given */
  async function rename(snapshot: Snapshot, name: string) {
    const trimmed = name.trim();
    return trimmed === '' || trimmed === snapshot.name || (await change(snapshot.id, { name: trimmed })) !== undefined;
  }
  /** Deletes those that are not protected; says which are, and offers Undo. */
  async function remove(machine: MachineId, chosen: readonly Snapshot[]) {
    const free = chosen.filter((snapshot) => !snapshot.protected);
    const held = chosen.length - free.length;
    if (held > 0)
      toasts.show({
        tone: 'warning',
        text:
          held === 1 && chosen.length === 1
            ? t('snapshots.isProtected', { name: chosen[0]?.name ?? '' })
            : t('snapshots.areProtected', { count: held }),
      });
    if (free.length === 0) return false;
    const ids = free.map(({ id }) => id);
    const done = await attempt(async () => {
      await snapshots.remove(machine, ids);
      return true;
    });
    if (!done) return false;
    toasts.show({
      tone: 'info',
      text: t('snapshots.deleted', { count: free.length, name: free[0]?.name ?? '' }),
      action: undoing(() => void attempt(() => snapshots.undelete(machine, ids))),
    });
    return true;
  }
  /** A new machine that goes on from a snapshot; shown when it exists. */
  async function branch(snapshot: Snapshot, request: { readonly name?: string; readonly start: boolean }): Promise<boolean> {
    const made = await attempt(() => snapshots.branch(snapshot.id, request));
    if (!made) return false;
    if (!machines.get(made.id)) await attempt(machines.load);
    state.selected.value = made.id;
    state.tabs.set(made.id, 'console');
    state.consoleFocus.value = request.start;
    return true;
  }
  /** A second machine that runs beside this one, from a snapshot or from now; it comes to the front, and the first one goes on. */
  async function fork({ id, definition: { name } }: MachineStatus, snapshot?: Snapshot): Promise<void> {
    if (state.taking.has(id)) return;
    state.taking.add(id);
    const made = await attempt(() => snapshots.fork(id, snapshot?.id ?? null));
    state.taking.delete(id);
    if (!made) return;
    if (!machines.get(made.id)) await attempt(machines.load);
    state.selected.value = made.id;
    state.tabs.set(made.id, 'console');
    state.consoleFocus.value = true;
    const run = () => void (state.selected.value = id);
    toasts.show({
      tone: 'info',
      text: t('snapshots.forked', { name, fork: made.definition.name }),
      action: { label: t('snapshots.showFirst', { name }), run },
    });
  }
  return { attempt, fork, showTimeline, take, restore, change, rename, remove, branch };
}
