/** What networks said of their cards when those were plugged in, where it has changed since: it holds from the next start on. */
import type { NetworkSettings } from '../../preload/contract/networks.ts';

/** What a card says itself, whatever its network does. */
type OwnSettings = NetworkSettings;

const said = ({ reach, mtu }: NetworkSettings, own: OwnSettings): string =>
  JSON.stringify([own.reach === undefined ? (reach ?? null) : 0, own.mtu === undefined ? (mtu ?? null) : 0]);

/** A card of a machine that runs; `run` is the same object from a start to the end, reboots of the guest included. */
export interface StartedCard {
  readonly run: object;
  readonly card: number;
}

export class StartedSettings {
  readonly #at = new WeakMap<object, Map<number, NetworkSettings>>();

  /** The settings of the network that these cards are on are about to be others. */
  changes(cards: readonly StartedCard[], before: NetworkSettings): void {
    for (const { run, card } of cards) {
      const known = this.#at.get(run) ?? new Map<number, NetworkSettings>();
      this.#at.set(run, known);
      if (!known.has(card)) known.set(card, before);
    }
  }
  /** Whether the card has something else than it would have from a start now. */
  isOld({ run, card }: StartedCard, now: NetworkSettings, own: OwnSettings): boolean {
    const began = this.#at.get(run)?.get(card);
    return began !== undefined && said(began, own) !== said(now, own);
  }
}
