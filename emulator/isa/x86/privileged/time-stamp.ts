/** The time-stamp counter: the machine's time in nanoseconds, so that it runs at the 1 GHz that CPUID tells. */
import { CR4 } from '../state.ts';
import type { Context } from './context.ts';
import { Fault, VECTOR } from './fault.ts';

export const timeStamp = ({ state, engine }: Context): bigint => BigInt.asUintN(64, engine.nanoseconds() + state.tscOffset);

/** RDTSC. @throws Fault where CR4.TSD keeps it from programs */
export function readTimeStamp(core: Context): bigint {
  if (core.state.cr4 & CR4.TSD && core.state.cpl !== 0) throw new Fault(VECTOR.GP);
  return timeStamp(core);
}
