/** Registers of the CLINT: SiFive FU540 manual, table 34. The 64-bit ones are declared as their halves. */
import type { StateOf } from '../../snapshot/schema.ts';
import { RegisterBank } from '../kit/registers.ts';
import type { clintState } from './state.ts';

/** What the registers ask of the CLINT. */
export interface ClintFront {
  readonly state: StateOf<ReturnType<typeof clintState>>;
  time(): bigint;
  setSoftwareInterrupt(hart: number, value: number): void;
  setTimeCompare(hart: number, value: bigint): void;
}

const LOW = 0xffff_ffffn;
const low = (value: bigint) => Number(value & LOW);
const high = (value: bigint) => Number(value >> 32n);

/** The registers of a CLINT for `harts` harts. */
export function clintRegisters(harts: number): RegisterBank<ClintFront> {
  const compare = (clint: ClintFront, hart: number) => clint.state.timeCompare[hart] as bigint;
  // prettier-ignore
  return new RegisterBank<ClintFront>({
    msip:         { at: 0x0, count: harts, doc: 'bit 0 is the hart\'s machine software interrupt',
                    read: (clint, hart) => clint.state.softwareInterrupt[hart] as number,
                    write: (clint, value, hart) => clint.setSoftwareInterrupt(hart, value) },
    mtimecmp:     { at: 0x4000, count: harts, stride: 8, doc: 'low half of the time at which the timer interrupt is raised',
                    read: (clint, hart) => low(compare(clint, hart)),
                    write: (clint, value, hart) => clint.setTimeCompare(hart, (compare(clint, hart) & ~LOW) | BigInt(value)) },
    mtimecmpHigh: { at: 0x4004, count: harts, stride: 8, doc: 'high half of mtimecmp',
                    read: (clint, hart) => high(compare(clint, hart)),
                    write: (clint, value, hart) => clint.setTimeCompare(hart, (compare(clint, hart) & LOW) | (BigInt(value) << 32n)) },
    mtime:        { at: 0xbff8, doc: 'low half of the time, in ticks of 100 ns; not writable here', read: (clint) => low(clint.time()) },
    mtimeHigh:    { at: 0xbffc, doc: 'high half of mtime', read: (clint) => high(clint.time()) },
  });
}
