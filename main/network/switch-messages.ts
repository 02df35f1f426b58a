/** What a network's thread and the cards on it say to each other, and the program to the thread. */
import type { MessagePort } from 'node:worker_threads';
import type { Frame } from '../../emulator/index.ts';
import type { Guarded } from '../../emulator/network/switch/guard.ts';

/** Names of the machines on a network, with their addresses. */
export type MachineNames = readonly (readonly [name: string, address: string])[];

export type ToSwitch =
  | { readonly frames: readonly Frame[] }
  /** So many frames, of so many bytes, have reached the guest or are lost. */
  | { readonly taken: number; readonly bytes: number };
export type FromSwitch =
  | { readonly frames: readonly Frame[] }
  | { readonly names: MachineNames }
  /** Another card on the network has the same address: a machine's, by name. */
  | { readonly refused: string };

/** Plugs a card into a network, which begins with its first. */
export interface PlugIn {
  readonly network: string;
  /** The card's address, as text. */
  readonly card: string;
  readonly machine: string;
  /** Where the network gives addresses. */
  readonly name?: readonly [name: string, address: string];
  /** Absent: the network gives no addresses. */
  readonly guarded?: Guarded;
  readonly port: MessagePort;
}
/** Told to the program: a card was not plugged in. */
export interface Refused {
  readonly network: string;
  readonly machine: string;
  readonly other: string;
  readonly card: string;
}
