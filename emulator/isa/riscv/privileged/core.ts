/** What the privileged parts of a core work with: its state, and what they ask of the engine that runs it. */
import type { StateOf } from '../../../snapshot/schema.ts';
import type { Flush } from '../../architecture.ts';
import type { coreState } from '../state.ts';

export type CoreState = StateOf<typeof coreState>;

/** The engine and the board, as seen by the privileged architecture. */
export interface CoreEnvironment {
  readonly state: CoreState;
  readonly hartId: number;
  /** Time in ticks of the board's timebase. */
  time(): bigint;
  /** Instructions retired so far, this one not yet. */
  retired(): bigint;
  /** The hardware-driven bits of mip. */
  lines(): number;
  /** Privilege, mstatus, fcsr or the FP unit's state changed: what generated code assumes must be worked out anew. */
  modeChanged(): void;
  flush(what: Flush): void;
  /** PMP registers changed. */
  protectionChanged(): void;
  /** An interrupt may have become deliverable. */
  interruptsChanged(): void;
  /** The supervisor timer's deadline moved. */
  timerChanged(): void;
}
