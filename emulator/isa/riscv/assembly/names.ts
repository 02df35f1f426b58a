/** Names in assembly text: registers by their ABI names (RISC-V ABIs specification, "Register Convention"), rounding modes, fence sets. */

export const X_NAMES: readonly string[] =
  'zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6'.split(' ');
export const F_NAMES: readonly string[] =
  'ft0 ft1 ft2 ft3 ft4 ft5 ft6 ft7 fs0 fs1 fa0 fa1 fa2 fa3 fa4 fa5 fa6 fa7 fs2 fs3 fs4 fs5 fs6 fs7 fs8 fs9 fs10 fs11 ft8 ft9 ft10 ft11'.split(' ');

const numbered = (names: readonly string[], letter: string): Map<string, number> =>
  new Map(names.flatMap((name, number) => [[name, number] as const, [`${letter}${number}`, number] as const]));
const numbers = { x: numbered(X_NAMES, 'x').set('fp', 8), f: numbered(F_NAMES, 'f') };

export const registerName = (file: 'x' | 'f', number: number): string => (file === 'x' ? X_NAMES : F_NAMES)[number] ?? `${file}${number}`;
export const registerNumber = (file: 'x' | 'f', name: string): number | undefined => numbers[file].get(name);

/** `rm` values; 5 and 6 are reserved. */
export const ROUNDING: readonly (string | undefined)[] = ['rne', 'rtz', 'rdn', 'rup', 'rmm', undefined, undefined, 'dyn'];

const FENCE_LETTERS = 'iorw';
/** The four bits of a fence's predecessor or successor set, as letters; `0` for none. */
export function fenceName(bits: number): string {
  const letters = [...FENCE_LETTERS].filter((_, index) => (bits >> (3 - index)) & 1).join('');
  return letters || '0';
}
export function fenceBits(name: string): number | undefined {
  if (name === '0') return 0;
  if (!/^i?o?r?w?$/.test(name) || name === '') return undefined;
  return [...name].reduce((bits, letter) => bits | (8 >> FENCE_LETTERS.indexOf(letter)), 0);
}
