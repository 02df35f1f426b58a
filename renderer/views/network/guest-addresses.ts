/** The addresses of a running machine's guest, looked at now and then: for its header. Nothing is asked while the window is hidden. */
import { onScopeDispose, shallowRef, watch } from 'vue';
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import { isLive } from '../../composables/machine-actions.ts';
import { useMachines } from '../../stores/machines.ts';

/** A guest that boots gets its address within seconds; then it seldom changes. */
const SOON_MS = 2000;
const SELDOM_MS = 30_000;

export function useGuestAddresses(machine: () => MachineStatus) {
  const store = useMachines();
  const addresses = shallowRef<readonly string[]>([]);

  async function look() {
    const { id, state, definition, runsAs } = machine();
    const hasCards = ((runsAs ?? definition).networks ?? []).length > 0;
    if (!isLive(state) || state === 'starting' || !hasCards) return void (addresses.value = []);
    try {
      const cards = await store.cardActivity(id);
      if (machine().id === id) addresses.value = cards.flatMap(({ nat }) => nat?.addresses ?? []);
    } catch {
      // It has ended meanwhile, which its state says.
      addresses.value = [];
    }
  }
  watch([() => machine().id, () => machine().state], () => void look(), { immediate: true });
  let timer: ReturnType<typeof setTimeout>;
  const again = () => {
    timer = setTimeout(
      () => {
        if (document.visibilityState === 'visible') void look();
        again();
      },
      addresses.value.length > 0 ? SELDOM_MS : SOON_MS,
    );
  };
  again();
  onScopeDispose(() => clearTimeout(timer));
  return addresses;
}
