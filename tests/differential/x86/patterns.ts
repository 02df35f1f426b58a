/** Short sequences for what a single random instruction cannot be: strings, branches, calls, frames. */
import type { Random } from '../random.ts';

/** An instruction's bytes with what it needs around it. */
export interface Pattern {
  readonly name: string;
  readonly bytes: readonly number[];
}
const word = (value: number) => [0, 8, 16, 24].map((at) => (value >> at) & 0xff);

const STRINGS = { movs: 0xa4, cmps: 0xa6, stos: 0xaa, lods: 0xac, scas: 0xae } as const;
const MAX_STEPS = 100;

/** RSI and RDI into the data, a count, perhaps DF, the instruction, CLD. */
function string(random: Random): Pattern {
  const name = random.pick(['movs', 'cmps', 'stos', 'lods', 'scas'] as const);
  const prefix = random.pick(name === 'cmps' || name === 'scas' ? [[], [0xf2], [0xf3]] : [[], [0xf3]]);
  const size = random.pick([[], [0x66], [0x48]]);
  const wide = random.below(2);
  const from = random.between(-600, 600);
  // Often overlapping.
  const to = random.chance(0.5) ? from + random.between(-20, 20) : random.between(-600, 600);
  const pointers = [0x48, 0x8d, 0xb3, ...word(from), 0x48, 0x8d, 0xbb, ...word(to), 0xb9, ...word(random.below(MAX_STEPS))];
  // Compared data are mostly equal: both from one place.
  const equal = name === 'cmps' && random.chance(0.5) ? [0x48, 0x89, 0xf7] : [];
  const down = random.chance(0.3);
  const address = random.chance(0.1) ? [0x67] : [];
  const opcode = [...(size.length && !wide ? [] : size), STRINGS[name] | wide];
  const prefixes = size[0] === 0x48 ? [...address, ...prefix] : [...address, ...prefix];
  return {
    name: `${prefix.length ? 'rep ' : ''}${name}`,
    bytes: [...pointers, ...equal, down ? 0xfd : 0xfc, ...prefixes, ...opcode, 0xfc],
  };
}
/** A conditional jump over an instruction. */
function conditional(random: Random): Pattern {
  const condition = random.below(16);
  const over = [0x49, 0xff, 0xc0 | random.below(8)].map((byte, index) => (index === 2 ? 0xc0 | (byte & 3) : byte));
  return random.chance(0.5)
    ? { name: 'jcc', bytes: [0x70 | condition, over.length, ...over] }
    : { name: 'jcc near', bytes: [0x0f, 0x80 | condition, ...word(over.length), ...over] };
}
/** Adds up in R8 while RCX counts down. */
function loop(random: Random): Pattern {
  const count = random.between(1, 30);
  const opcode = random.pick([0xe0, 0xe1, 0xe2]);
  return { name: 'loop', bytes: [0xb9, ...word(count), 0x49, 0x01, 0xc8, opcode, 0xfb] };
}
const backwards = (random: Random): Pattern => ({
  // MOV ECX; L: LEA R8, [R8 + RCX * 2 + 1]; DEC ECX; Jcc L
  name: 'loop of jcc',
  bytes: [0xb9, ...word(random.between(1, 60)), 0x4d, 0x8d, 0x44, 0x48, 0x01, 0xff, 0xc9, 0x75, 0xf7],
});
const skip = (random: Random): Pattern => ({ name: 'jrcxz', bytes: [...(random.chance(0.3) ? [0x67] : []), 0xe3, 3, 0x49, 0xff, 0xc1] });
/** A call over data to a function that returns, which counts in R9. */
const call = (): Pattern => ({ name: 'call', bytes: [0xe8, 2, 0, 0, 0, 0xeb, 4, 0x49, 0xff, 0xc1, 0xc3] });
const callRegister = (): Pattern => ({
  name: 'call register',
  bytes: [0x48, 0x8d, 0x05, 4, 0, 0, 0, 0xff, 0xd0, 0xeb, 4, 0x49, 0xff, 0xc1, 0xc3],
});
const jumpRegister = (): Pattern => ({ name: 'jmp register', bytes: [0x48, 0x8d, 0x05, 3, 0, 0, 0, 0xff, 0xe0, 0xcc, 0x90] });
const frame = (random: Random): Pattern => ({ name: 'enter', bytes: [0xc8, random.below(64), 0, 0, 0xc9] });
const pushed = (random: Random): Pattern => ({
  name: 'ret n',
  bytes: [0x6a, 0x11, 0x48, 0x8d, 0x05, 4, 0, 0, 0, 0x50, 0xc2, 8, 0, random.below(1) + 0x90],
});
const table = (random: Random): Pattern => ({ name: 'xlat', bytes: [0xd7, 0x90].slice(0, 1 + random.below(2)) });

const PATTERNS = [
  string,
  string,
  string,
  conditional,
  conditional,
  loop,
  backwards,
  skip,
  call,
  callRegister,
  jumpRegister,
  frame,
  pushed,
  table,
];
export const makePattern = (random: Random): Pattern => random.pick(PATTERNS)(random);
