/** The cables of a machine's network cards, and streams of bytes that lead to a machine beside its consoles and commands. */
import * as v from 'valibot';
import { DELAY_MAX, lossShape, RATE_MAX } from './definition/cable-fields.ts';
import { cardAddress, newNetworkName } from './definition/network-fields.ts';
import { flag, name, optional, partial, record, whole } from './schema/shapes.ts';

/** A cable as it is now. */
export interface LinkStatus {
  /** It is in: the guest sees a carrier. */
  readonly isUp: boolean;
  /** Bits a second, each way; absent: as many as it can. */
  readonly rate?: number;
  /** Milliseconds on the way, each way. */
  readonly delay: number;
  /** Of a hundred frames, so many are lost. */
  readonly loss: number;
  /** What is lost depends on it alone. */
  readonly seed: number;
  /** Frames lost since the machine started. */
  readonly lost: number;
}

/** What is to be another; what is absent stays. */
export interface CableChange {
  readonly isUp?: boolean | undefined;
  /** Bits a second; 0: as many as it can. */
  readonly rate?: number | undefined;
  readonly delay?: number | undefined;
  readonly loss?: number | undefined;
  readonly seed?: number | undefined;
}

const CARDS_MAX = 64;
export const cardIndex = whole(0, CARDS_MAX - 1);
export const cableChange = partial({
  isUp: flag,
  rate: whole(0, RATE_MAX),
  delay: whole(0, DELAY_MAX),
  loss: lossShape,
  seed: whole(1, 0xffff_ffff),
});

/** Most seconds that a connection waits for somebody to listen. */
export const CONNECT_WAIT_MAX = 3600;
/**
 * A TCP connection to a port of the guest's, where nobody may listen yet for `wait` seconds; or all frames of a card (from 0) as a
 * pcapng file.
 */
export type StreamRequest = { readonly connect: number; readonly wait?: number | undefined } | { readonly capture: number };
export const streamRequest = v.union(
  [record({ connect: whole(1, 65_535), wait: optional(whole(0, CONNECT_WAIT_MAX)) }), record({ capture: cardIndex })],
  'must be a connection or a capture',
);

/** A card of a machine that is nobody's but its command's, which wants a cable to a network that machines share. */
export interface CableRequest {
  readonly network: string;
  /** The card, from 0, and its address. */
  readonly card: number;
  readonly mac: string;
  /** The machine's name; the network may have to give it another. */
  readonly machine: string;
}
export const cableRequest = record({ network: newNetworkName, card: cardIndex, mac: cardAddress, machine: name });
