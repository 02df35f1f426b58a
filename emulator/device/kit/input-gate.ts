/**
 * The one place where anything from outside enters a machine: console bytes, disk completions, entropy, time. Whoever
 * holds the gate sees every input before it takes effect and decides when it does, so a run can be recorded and
 * replayed exactly (design §2, Time).
 */
import type { Unfinished } from './network.ts';

/** An input as it would be recorded. */
export type InputEvent =
  | { readonly kind: 'console'; readonly console: number; readonly bytes: Uint8Array }
  | { readonly kind: 'resize'; readonly console: number; readonly columns: number; readonly rows: number }
  /** The disk's `request`-th request (counted from the machine's start) ended; reads carry what was read. */
  | { readonly kind: 'disk'; readonly disk: number; readonly request: number; readonly ok: boolean; readonly bytes?: Uint8Array }
  | { readonly kind: 'entropy'; readonly bytes: Uint8Array }
  /** A new generation ID: the machine begins, or goes on from a saved state. */
  | { readonly kind: 'generation'; readonly id: Uint8Array }
  /** A frame for a network card, as its link gave it. */
  | { readonly kind: 'frame'; readonly card: number; readonly bytes: Uint8Array; readonly unfinished?: Unfinished }
  /** The answer to the `request`-th message (counted from the machine's start) to a shared folder. */
  | { readonly kind: 'share'; readonly share: number; readonly request: number; readonly bytes: Uint8Array }
  /** The wall clock, in nanoseconds since the Unix epoch. */
  | { readonly kind: 'time'; readonly nanoseconds: bigint };

export interface InputGate {
  /** Lets an input in by calling `apply`, now or later, once or (a replay that ignores the world) never. */
  admit(event: InputEvent, apply: () => void): void;
}

/** The gate of an ordinary run: everything enters at once. */
export const openGate: InputGate = { admit: (_event, apply) => apply() };
