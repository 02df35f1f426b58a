/**
 * What a machine's network is doing, while somebody looks: cables and forwards, and of what runs the activity of its cards, twice a
 * second. Nothing is asked while the window is hidden.
 */
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import type { CardActivity } from '../../../preload/contract/card-activity.ts';
import type { ForwardStatus } from '../../../preload/contract/forwards.ts';
import type { LinkStatus } from '../../../preload/contract/links.ts';
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import { messageOf } from '../../composables/sentence.ts';
import { useMachines } from '../../stores/machines.ts';
import { FlowRates } from './flow-rates.ts';

const LOOK_MS = 500;
/** Forwards and cables change less often: at every so many looks. */
const SLOWLY = 4;

export function useCards(machine: () => MachineStatus) {
  const store = useMachines();
  const activity = shallowRef<readonly CardActivity[]>([]);
  const links = shallowRef<readonly LinkStatus[]>([]);
  const forwards = shallowRef<readonly ForwardStatus[]>([]);
  const rates = shallowRef<ReadonlyMap<string, number>>(new Map());
  const problem = ref<string>();
  const live = computed(() => machine().state === 'running' || machine().state === 'paused');
  const meter = new FlowRates();
  let isLooking = false;
  let looks = 0;

  async function lookAtRest() {
    const { id } = machine();
    [links.value, forwards.value] = await Promise.all([store.links(id), store.forwards(id)]);
  }
  async function lookAtActivity() {
    const all = await store.cardActivity(machine().id);
    activity.value = all;
    links.value = all.map(({ link }) => link);
    rates.value = meter.look(
      all.flatMap(({ nat }) => nat?.flows ?? []),
      performance.now(),
    );
    if (looks++ % SLOWLY === 0) forwards.value = await store.forwards(machine().id);
  }
  async function look() {
    if (isLooking) return;
    isLooking = true;
    try {
      if (live.value) await lookAtActivity();
      else await lookAtRest();
      problem.value = undefined;
    } catch (error) {
      // One that ends meanwhile is looked at again as soon as that is known.
      problem.value = live.value ? messageOf(error) : undefined;
    } finally {
      isLooking = false;
    }
  }
  /** At once, after a change that was asked for here. */
  async function lookAgain() {
    looks = 0;
    await look();
  }

  watch(
    [() => machine().id, () => machine().state, () => machine().definition],
    () => {
      if (!live.value) activity.value = [];
      void lookAgain();
    },
    { immediate: true },
  );
  const timer = setInterval(() => live.value && document.visibilityState === 'visible' && void look(), LOOK_MS);
  onScopeDispose(() => clearInterval(timer));
  return { live, activity, links, forwards, rates, problem, lookAgain };
}
