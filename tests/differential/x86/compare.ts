/** What two outcomes of a case differ in, in words. */
import type { Outcome } from './native.ts';

const BREAKPOINT = 3;
const ARITHMETIC = 0;
/** Arithmetic flags and DF. */
const FLAGS = 0xcd5n;
const hex = (value: bigint) => value.toString(16);

export function differences(expected: Outcome, found: Outcome): string[] {
  const places: string[] = [];
  const differ = (place: string, a: string, b: string) => places.push(`${place}: host ${a}, we ${b}`);
  if (expected.vector !== found.vector || expected.rip !== found.rip)
    differ('end', `${expected.vector} at ${hex(expected.rip)}`, `${found.vector} at ${hex(found.rip)}`);
  if (expected.vector !== BREAKPOINT && expected.vector !== ARITHMETIC) return places;
  const words = (name: string, from: readonly bigint[], ours: readonly bigint[]) =>
    from.forEach((value, index) => {
      if (value !== ours[index]) differ(`${name}${index}`, hex(value), hex(ours[index] ?? 0n));
    });
  words('register ', expected.gpr, found.gpr);
  words('half of vector ', expected.xmm, found.xmm);
  words('upper half of vector ', expected.upper, found.upper);
  // What a faulting instruction leaves of the flags is the processor's affair.
  if (expected.vector === BREAKPOINT && (expected.rflags ^ found.rflags) & FLAGS)
    differ('flags', hex(expected.rflags & FLAGS), hex(found.rflags & FLAGS));
  if (expected.exceptions !== found.exceptions) differ('MXCSR', expected.exceptions.toString(16), found.exceptions.toString(16));
  const at = expected.data.findIndex((byte, index) => byte !== found.data[index]);
  if (at >= 0) differ(`data at ${at}`, String(expected.data[at]), String(found.data[at]));
  return places;
}
