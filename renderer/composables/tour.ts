/** The tour: three steps from nothing to a Linux with a snapshot. What was done counts, however it was done. */
import { computed, type ComputedRef } from 'vue';
import type { TemplateStatus } from '../../preload/contract/images.ts';
import type { MachineId, MachineStatus } from '../../preload/contract/machines.ts';
import { useConsoleSessions } from '../console/console-sessions.ts';
import { useImages } from '../stores/images.ts';
import { useMachines } from '../stores/machines.ts';
import { useSnapshots } from '../stores/snapshots.ts';
import { FIRST_TEMPLATE, OFFLINE_TEMPLATE } from './quick-boot.ts';
import type { TourState } from './tour-state.ts';
import { useWindowState } from './window-state.ts';

/** 1 boot, 2 type, 3 snapshot, 4: all is done. */
export type TourStep = 1 | 2 | 3 | 4;

/** What a Linux is started from: a template whose parts are here, Debian's before others; else the one to download; else ours. */
export function tourTemplate(templates: readonly TemplateStatus[]): TemplateStatus | undefined {
  const named = (name: string) => templates.find((template) => template.name === name);
  const ready = templates.filter(({ parts, source }) => parts === 'ready' && source !== 'program' && source !== 'machine');
  const first = named(FIRST_TEMPLATE);
  if (first?.parts === 'ready' || (first?.parts === 'fetchable' && ready.length === 0)) return first;
  return ready.find(({ diskBytes }) => diskBytes === undefined) ?? ready[0] ?? named(OFFLINE_TEMPLATE);
}

/** Which step is next. */
export function stepOf(machine: Pick<MachineStatus, 'state'> | undefined, typed: boolean, snapshots: number): TourStep {
  if (snapshots > 0) return 4;
  if (machine === undefined || (machine.state !== 'running' && machine.state !== 'paused')) return 1;
  return typed ? 3 : 2;
}

export interface Tour {
  readonly template: ComputedRef<TemplateStatus | undefined>;
  readonly machine: ComputedRef<MachineStatus | undefined>;
  readonly step: ComputedRef<TourStep>;
}

/** The tour as it stands; for the view of it. @returns with a way to end what it listens to */
export function useTour(tour: TourState): Tour & { own(machine: MachineId): void; end(): void } {
  const images = useImages();
  const machines = useMachines();
  const snapshots = useSnapshots();
  const state = useWindowState();
  // Whatever runs in front when it begins is as good as a new one.
  tour.machine.value ??= machines.list.find(({ id, state: is }) => is === 'running' && id === state.selected.value)?.id;
  const end = useConsoleSessions().onLine((machine) => {
    if (machine === tour.machine.value) tour.typed.value = true;
  });
  const machine = computed(() => machines.get(tour.machine.value));
  const taken = computed(
    () => snapshots.get(machine.value?.id as MachineId)?.snapshots.filter(({ kind }) => kind === 'manual').length ?? 0,
  );
  return {
    template: computed(() => tourTemplate(images.templates)),
    machine,
    step: computed(() => stepOf(machine.value, tour.typed.value, taken.value)),
    /** The machine that was made for it. */
    own: (id) => (tour.machine.value = id),
    end,
  };
}
