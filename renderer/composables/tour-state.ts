/** What is known of the tour while somebody takes it. */
import { ref, type Ref } from 'vue';
import type { MachineId } from '../../preload/contract/machines.ts';

/** Kept in the window's state, so that the tour goes on behind whatever is in front. */
export interface TourState {
  /** The machine that the tour is about, when there is one. */
  readonly machine: Ref<MachineId | undefined>;
  /** Whether a line was typed at its console. */
  readonly typed: Ref<boolean>;
}
export const createTourState = (): TourState => ({ machine: ref(), typed: ref(false) });
