/** What the timeline does at the place that is selected: with keys, buttons and commands alike. */
import { ref, type Ref } from 'vue';
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import type { Snapshot, SnapshotId, Timeline } from '../../../preload/contract/snapshots.ts';
import { useSnapshotOperations } from '../../composables/snapshot-operations.ts';
import { useToasts } from '../../composables/toasts.ts';
import { useWindowState } from '../../composables/window-state.ts';
import { t } from '../../words/words.ts';
import { NOW, type PlaceId } from './branches.ts';
import type { TimelineAct } from './timeline-acts.ts';

export interface TimelinePlaces {
  machine(): MachineStatus;
  timeline(): Timeline | undefined;
  readonly selected: Ref<PlaceId>;
  /** Puts the focus on the drawing. */
  focus(): void;
}

export function useTimelineDoing({ machine, timeline, selected, focus }: TimelinePlaces) {
  const state = useWindowState();
  const operations = useSnapshotOperations();
  const toasts = useToasts();
  const renaming = ref(false);
  /** Whether the next place that is selected is the second one to compare. */
  const picking = ref(false);
  const secondId = ref<SnapshotId>();
  const dialog = ref<{ readonly kind: 'branch' | 'commands'; readonly snapshot: Snapshot }>();
  const find = (id: PlaceId | null | undefined) => timeline()?.snapshots.find((snapshot) => snapshot.id === id);

  /** The older one first, because a change has a direction. */
  function compare(one: Snapshot, other: Snapshot | null) {
    const turned = other !== null && other.sequence < one.sequence;
    const [from, to] = turned ? [other, one] : [one, other];
    state.compared.set(machine().id, { from: from.id, to: to?.id ?? NOW, part: 'files' });
  }
  const browse = (moment: PlaceId) => void state.browsed.set(machine().id, { moment, slot: 0, path: '' });

  function select(place: PlaceId) {
    if (picking.value) return mark(place);
    selected.value = place;
  }
  /** The second of two to compare; Now is a second one as well. */
  function mark(place: PlaceId) {
    picking.value = false;
    if (place === selected.value) return;
    if (place !== NOW) secondId.value = place;
    const other = find(place) ?? null;
    const snapshot = find(selected.value);
    if (snapshot) compare(snapshot, other);
    else if (other) compare(other, null);
  }
  /** @returns whether there was a pair to forget */
  function unmark(): boolean {
    const was = picking.value || secondId.value !== undefined;
    picking.value = false;
    secondId.value = undefined;
    return was;
  }
  async function remove(chosen: readonly Snapshot[]) {
    const after = chosen[0]?.parent ?? NOW;
    const gone = chosen.some(({ id }) => id === selected.value);
    if ((await operations.remove(machine().id, chosen)) && gone) selected.value = after;
  }
  const anywhere: Partial<Record<TimelineAct, () => void>> = {
    take: () => void operations.take(machine()),
    export: () => (state.dialog.value = 'export'),
    'pick-second': () => {
      picking.value = true;
      toasts.show({ tone: 'info', text: t('timeline.selectSecond') });
      focus();
    },
  };
  /** At Now, which has no snapshot. */
  const atNow: Partial<Record<TimelineAct, () => void>> = {
    files: () => browse(NOW),
    fork: () => void operations.fork(machine()),
    'compare-now': () => {
      const parent = find(timeline()?.present.parent);
      if (parent) compare(parent, null);
    },
  };
  const onSnapshot: Partial<Record<TimelineAct, (snapshot: Snapshot) => void>> = {
    restore: (one) => one.state !== 'damaged' && void operations.restore(one),
    branch: (one) => one.state !== 'damaged' && (dialog.value = { kind: 'branch', snapshot: one }),
    fork: (one) => one.state !== 'damaged' && void operations.fork(machine(), one),
    files: (one) => browse(one.id),
    'compare-now': (one) => compare(one, find(secondId.value) ?? null),
    'compare-parent': (one) => {
      const parent = find(one.parent);
      if (parent) compare(parent, one);
    },
    'compare-second': (one) => {
      const second = find(secondId.value);
      if (second) compare(one, second);
    },
    rename: () => (renaming.value = true),
    pin: (one) => void operations.change(one.id, { pinned: !one.pinned }),
    protect: (one) => void operations.change(one.id, { protected: !one.protected }),
    delete: (one) => void remove([one]),
    commands: (one) => (dialog.value = { kind: 'commands', snapshot: one }),
  };
  function act(name: TimelineAct) {
    const snapshot = find(selected.value);
    if (anywhere[name]) anywhere[name]();
    else if (snapshot) onSnapshot[name]?.(snapshot);
    else atNow[name]?.();
  }
  return { renaming, picking, secondId, dialog, select, mark, unmark, remove, act };
}
