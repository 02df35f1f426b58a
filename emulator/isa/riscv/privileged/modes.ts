/** Modes: a bank, and how floating point stands in it. */
import { FLOAT_STATES, type FloatMode, type Modes } from '../../architecture.ts';

/** Banks of the lookaside buffer: each way in which the same address can mean something else. */
export const BANK = { user: 0, supervisor: 1, supervisorSum: 2, machine: 3, machineMprv: 4 } as const;
/** fflags.NX, without which the fast mode of floating point is not possible. */
export const INEXACT = 1;

export const modes: Modes = {
  count: Object.keys(BANK).length * FLOAT_STATES,
  banks: Object.keys(BANK).length,
  decodings: 1,
  facets: (mode) => ({ bank: Math.floor(mode / FLOAT_STATES), float: (mode % FLOAT_STATES) as FloatMode, decoding: 0 }),
};
