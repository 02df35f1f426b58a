/** What the consoles of the cards in sight show: asked for together, and again while their machines run. */
import { onScopeDispose, shallowReactive } from 'vue';
import type { MachineId } from '../../../preload/contract/machines.ts';
import { isLive } from '../../composables/machine-actions.ts';
import { useWhileShown } from '../../composables/while-shown.ts';
import { useMachines } from '../../stores/machines.ts';

/** As often as a person looks from card to card. */
const LOOK_MS = 1000;
/** Guests that only wait are looked at less often: every so many times. */
const IDLE_TURNS = 4;

export interface CardScreens {
  /** By machine; absent until it was read. */
  readonly text: ReadonlyMap<MachineId, string>;
  /** Follows whether the card, an element with `data-machine`, is in sight. */
  watch(card: Element): void;
  unwatch(card: Element): void;
}

export function useCardScreens(): CardScreens {
  const machines = useMachines();
  const text = shallowReactive(new Map<MachineId, string>());
  const inSight = new Set<MachineId>();
  const idOf = (card: Element) => (card as HTMLElement).dataset['machine'] as MachineId;

  let turn = 0;
  async function look() {
    turn++;
    const wanted = [...inSight].filter((id) => {
      const machine = machines.get(id);
      if (machine === undefined) return false;
      return !text.has(id) || (isLive(machine.state) && (machines.curve(id) !== undefined || turn % IDLE_TURNS === 0));
    });
    if (wanted.length === 0) return;
    for (const { id, text: now } of await machines.screens(wanted)) if (text.get(id) !== now) text.set(id, now);
  }
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) inSight.add(idOf(target));
      else inSight.delete(idOf(target));
    }
    void look().catch(() => undefined);
  });
  onScopeDispose(() => observer.disconnect());
  useWhileShown(look, LOOK_MS);
  return {
    text,
    watch: (card) => observer.observe(card),
    unwatch(card) {
      observer.unobserve(card);
      inSight.delete(idOf(card));
    },
  };
}
