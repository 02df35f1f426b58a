/** What networks said of their cards' MTU when those were plugged in, where it has changed since: it holds from the next start on. */
import type { NetworkSettings } from '../../preload/contract/networks.ts';

/** Of a network, and of a card itself, whatever its network says. */
type Settings = Pick<NetworkSettings, 'mtu'>;

/** A card of a machine that runs; `run` is the same object from a start to the end, reboots of the guest included. */
export interface StartedCard {
  readonly run: object;
  readonly card: number;
}

export class StartedSettings {
  readonly #at = new WeakMap<object, Map<number, Settings>>();

  /** The settings of the network that these cards are on are about to be others. */
  changes(cards: readonly StartedCard[], before: Settings): void {
    for (const { run, card } of cards) {
      const known = this.#at.get(run) ?? new Map<number, Settings>();
      this.#at.set(run, known);
      if (!known.has(card)) known.set(card, before);
    }
  }
  /** Whether the card has something else than it would have from a start now. */
  isOld({ run, card }: StartedCard, now: Settings, own: Settings): boolean {
    const began = this.#at.get(run)?.get(card);
    return began !== undefined && own.mtu === undefined && began.mtu !== now.mtu;
  }
}
