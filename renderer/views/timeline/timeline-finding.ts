/** The field that finds in a machine's timeline: when it is open, what it holds, and where its hits lead. */
import { computed, nextTick, watch } from 'vue';
import type { FoundLine } from '../../../preload/contract/consoles.ts';
import type { MachineId } from '../../../preload/contract/machines.ts';
import type { SnapshotId, Timeline } from '../../../preload/contract/snapshots.ts';
import { useWindowState } from '../../composables/window-state.ts';
import { useTimelineSearch } from './timeline-search.ts';

export interface FindingPlace {
  machine(): MachineId;
  timeline(): Timeline | undefined;
  /** The field, while it is open. */
  field(): { focus(): void } | null;
  /** Puts the focus on the drawing. */
  focus(): void;
}

export function useTimelineFinding({ machine, timeline, field, focus }: FindingPlace) {
  const state = useWindowState();
  /** Absent while the field is closed. */
  const sought = computed(() => state.soughtInTimeline.get(machine()));
  const order = computed(() => timeline()?.snapshots.map(({ id }) => id) ?? []);
  const search = useTimelineSearch(
    machine,
    () => timeline()?.snapshots ?? [],
    () => sought.value ?? '',
  );
  const found = computed<ReadonlySet<SnapshotId>>(() => new Set(search.places.value));

  function openFind() {
    if (sought.value === undefined) state.soughtInTimeline.set(machine(), '');
    void nextTick(() => field()?.focus());
  }
  watch(state.timelineFind, openFind);
  function closeFind() {
    state.soughtInTimeline.delete(machine());
    void nextTick(focus);
  }
  /** A line that was found, where the console printed it. */
  function showLine({ console, position }: FoundLine) {
    state.consoles.set(machine(), console);
    state.past.set(machine(), { console, position, text: sought.value?.trim() ?? '', marked: true });
    state.tabs.set(machine(), 'console');
  }
  return { sought, order, search, found, openFind, closeFind, showLine };
}
