/** Which machines of the list are chosen: the one in front, and others beside it that were added with Ctrl or Shift. */
import { computed, type ComputedRef } from 'vue';
import type { MachineId, MachineStatus } from '../../../preload/contract/machines.ts';
import type { WindowState } from '../../composables/window-state.ts';

export interface ListChoice {
  /** In the list's order; at least the one in front, where it is shown. */
  readonly machines: ComputedRef<readonly MachineStatus[]>;
  has(id: MachineId): boolean;
  /** Puts one in front and lets go of the others. */
  only(id: MachineId): void;
  /** Adds one, or takes it away again. */
  toggle(id: MachineId): void;
  /** All from the one in front to this one; it stays in front. */
  upTo(id: MachineId): void;
  all(): void;
  /** Lets go of all but the one in front. */
  single(): void;
}

/** @param shown the machines that the list shows, in its order */
export function useListChoice(state: WindowState, shown: ComputedRef<readonly MachineStatus[]>): ListChoice {
  const { also, selected } = state;
  const has = (id: MachineId) => id === selected.value || also.has(id);
  const put = (ids: Iterable<MachineId>) => {
    also.clear();
    for (const id of ids) if (id !== selected.value) also.add(id);
  };
  return {
    machines: computed(() => shown.value.filter(({ id }) => has(id))),
    has,
    only(id) {
      also.clear();
      state.creating.value = false;
      selected.value = id;
    },
    toggle(id) {
      if (id !== selected.value) return void (also.delete(id) || also.add(id));
      // The one in front goes back among the others; the next of them comes to the front.
      const [next] = also;
      if (next === undefined) return;
      also.delete(next);
      selected.value = next;
    },
    upTo(id) {
      const ids = shown.value.map((machine) => machine.id);
      const [from, to] = [ids.indexOf(selected.value ?? id), ids.indexOf(id)].sort((one, other) => one - other) as [number, number];
      put(ids.slice(Math.max(0, from), to + 1));
    },
    all: () => put(shown.value.map(({ id }) => id)),
    single: () => also.clear(),
  };
}
