/** What the x87 instructions of data do, by their names. */
import { FLAG } from '../state.ts';
import { type Context, type CoreState, rflagsOf, setRflags } from './context.ts';
import { add, compare, divide, multiply, squareRoot, subtract } from './x87-arithmetic.ts';
import { FSW } from './x87-control.ts';
import { fromDecimal } from './x87-decimal.ts';
import { extract, remainder, scale } from './x87-exponents.ts';
import {
  type Angle,
  angleOf,
  cosineOf,
  logarithmOfOneMore,
  logarithmTimes,
  ONE,
  powerLessOne,
  sineOf,
  tangentOf,
} from './x87-transcendental.ts';
import { fromInteger, fromNarrow, type Narrow, roundToInteger } from './x87-memory.ts';
import {
  absolute,
  type Extended,
  INDEFINITE,
  isDenormal,
  isInfinite,
  isNaN,
  isNegative,
  isUnsupported,
  isZero,
  negated,
  zero,
} from './x87-number.ts';
import { type Meaning, putDecimal, putInteger, putNarrow, putWhole, store, TRUNCATE } from './x87-stores.ts';
import { free, isEmpty, peek, pop, push, read, unlessFaulting, write } from './x87-stack.ts';

type Binary = (state: CoreState, a: Extended, b: Extended) => Extended;
const reversed =
  (operation: Binary): Binary =>
  (state, a, b) =>
    operation(state, b, a);

/** Where an operand comes from, beside ST(0). */
type Source = (core: Context, operand: bigint) => Extended;
const narrow =
  (format: Narrow): Source =>
  ({ state, memory }, address) =>
    fromNarrow(state, memory.read(address, format === 'single' ? 4 : 8), format);
const integer =
  (bytes: 2 | 4 | 8): Source =>
  ({ memory }, address) =>
    fromInteger(BigInt.asIntN(8 * bytes, memory.read(address, bytes)));
const register: Source = ({ state }, number) => read(state, Number(number));

const CONDITIONS = FSW.C0 | FSW.C1 | FSW.C2 | FSW.C3;
const ORDER = { '-1': FSW.C0, '0': FSW.C3, '1': 0 } as const;
const setOrder = (state: CoreState, order: -1 | 0 | 1 | undefined) => {
  const bits = order === undefined ? FSW.C0 | FSW.C2 | FSW.C3 : ORDER[order];
  state.fpuStatus = (state.fpuStatus & ~CONDITIONS) | bits;
};
/** @param pops how many registers leave the stack */
const comparison =
  (source: Source, pops: 0 | 1 | 2, isQuiet = false): Meaning =>
  (core, operand) => {
    const { state } = core;
    const b = source(core, operand);
    setOrder(state, compare(state, read(state, 0), b, isQuiet));
    for (let count = 0; count < pops; count++) pop(state);
  };
const compareIntoFlags =
  (isQuiet: boolean, pops: 0 | 1): Meaning =>
  (core, operand) => {
    const { state } = core;
    const b = register(core, operand);
    const order = compare(state, read(state, 0), b, isQuiet);
    const bits = order === undefined ? FLAG.ZF | FLAG.PF | FLAG.CF : order < 0 ? FLAG.CF : order === 0 ? FLAG.ZF : 0;
    setRflags(state, (rflagsOf(state) & ~(FLAG.ZF | FLAG.PF | FLAG.CF | FLAG.OF | FLAG.SF | FLAG.AF)) | bits);
    state.fpuStatus &= ~FSW.C1;
    if (pops) pop(state);
  };

const arithmetic =
  (operation: Binary, source: Source): Meaning =>
  (core, operand) => {
    const { state } = core;
    unlessFaulting(
      state,
      () => operation(state, read(state, 0), source(core, operand)),
      (result) => write(state, 0, result),
    );
  };
/** ST(i) is the destination. */
const arithmeticInto =
  (operation: Binary, pops: boolean): Meaning =>
  ({ state }, number) => {
    const index = Number(number);
    unlessFaulting(
      state,
      () => operation(state, read(state, index), read(state, 0)),
      (result) => {
        write(state, index, result);
        if (pops) pop(state);
      },
    );
  };
const SIX: readonly (Binary | undefined)[] = [add, multiply, undefined, undefined, subtract, reversed(subtract), divide, reversed(divide)];
/** The eight of an opcode with one kind of source. */
const eight = (opcode: string, source: Source): Record<string, Meaning> =>
  Object.fromEntries(
    SIX.map((operation, reg) => [`${opcode}${reg}`, operation ? arithmetic(operation, source) : comparison(source, reg === 3 ? 1 : 0)]),
  );

const load =
  (source: Source): Meaning =>
  (core, operand) =>
    unlessFaulting(
      core.state,
      () => source(core, operand),
      (value) => push(core.state, value),
    );
const getWhole: Source = ({ memory }, address) => ({
  significand: memory.read(address, 8),
  exponent: Number(memory.read(address + 8n, 2)),
});

const unary =
  (operation: (state: CoreState, value: Extended) => Extended): Meaning =>
  ({ state }) =>
    unlessFaulting(
      state,
      () => operation(state, read(state, 0)),
      (result) => write(state, 0, result),
    );
/** ST(0) and ST(1) make one number, in the place of both or of ST(0). */
const binary =
  (operation: Binary, pops: boolean): Meaning =>
  ({ state }) =>
    unlessFaulting(
      state,
      () => operation(state, read(state, 0), read(state, 1)),
      (result) => {
        write(state, pops ? 1 : 0, result);
        if (pops) pop(state);
      },
    );
/** Instructions that make two numbers of ST(0): the first stays in its place, the second is pushed. */
const pair =
  (operation: (state: CoreState, value: Extended) => readonly [Extended, Extended] | undefined): Meaning =>
  ({ state }) => {
    if (!isEmpty(state, 7)) {
      if (state.fpuControl & FSW.IE) write(state, 0, INDEFINITE);
      return push(state, INDEFINITE);
    }
    let second: Extended | undefined;
    unlessFaulting(
      state,
      () => {
        const value = read(state, 0);
        const both = operation(state, value);
        second = both?.[1];
        return both?.[0] ?? value;
      },
      (first) => {
        if (!second) return;
        write(state, 0, first);
        push(state, second);
      },
    );
  };
const angle = (operation: Angle): Meaning => unary((state, value) => operation(state, value) ?? value);
/** Both of an angle: the exceptions of either are raised, and C1 is the second's. */
const sineAndCosine = pair((state, value) => {
  const [first, second] = [sineOf(state, value), cosineOf(state, value)];
  return first && second && [first, second];
});
const tangent = pair((state, value) => {
  const result = tangentOf(state, value);
  return result && [result, isNaN(result) ? result : ONE];
});
const exponentAndSignificand = pair((state, value) => {
  const { exponent, significand } = extract(state, value);
  return [exponent, significand];
});
const loadDecimal: Meaning = (core, address) => push(core.state, fromDecimal(core, address));
/** Those of the sign alone look at nothing else. */
const ofSign = (operation: (value: Extended) => Extended): Meaning =>
  unary((state, value) => ((state.fpuStatus &= ~FSW.C1), operation(value)));

/** Constants, rounded to nearest; whether that made them larger. */
const constant =
  (exponent: number, significand: bigint, isUp?: boolean): Meaning =>
  ({ state }) => {
    const rounding = (state.fpuControl >> 10) & 3;
    const other = isUp === undefined ? 0n : isUp ? (rounding === 1 || rounding === 3 ? -1n : 0n) : rounding === 2 ? 1n : 0n;
    push(state, { exponent, significand: significand + other });
  };

const examine: Meaning = ({ state }) => {
  const value = peek(state, 0);
  const kind = isEmpty(state, 0)
    ? FSW.C3 | FSW.C0
    : isUnsupported(value)
      ? 0
      : isNaN(value)
        ? FSW.C0
        : isInfinite(value)
          ? FSW.C2 | FSW.C0
          : isZero(value)
            ? FSW.C3
            : isDenormal(value)
              ? FSW.C3 | FSW.C2
              : FSW.C2;
  state.fpuStatus = (state.fpuStatus & ~CONDITIONS) | kind | (isNegative(value) ? FSW.C1 : 0);
};
const exchange: Meaning = ({ state }, number) => {
  const [a, b] = [read(state, 0), read(state, Number(number))];
  write(state, 0, b);
  write(state, Number(number), a);
  state.fpuStatus &= ~FSW.C1;
};
const copy =
  (pops: boolean): Meaning =>
  ({ state }, number) => {
    write(state, Number(number), read(state, 0));
    if (pops) pop(state);
  };
const moveIf =
  (flags: number, wanted: boolean): Meaning =>
  ({ state }, number) => {
    const value = read(state, Number(number));
    if (((rflagsOf(state) & flags) !== 0) === wanted) write(state, 0, value);
  };
const test = comparison(() => zero(false), 0);

export const MEANINGS: Readonly<Record<string, Meaning>> = {
  ...eight('0m', narrow('single')),
  ...eight('4m', narrow('double')),
  ...eight('2m', integer(4)),
  ...eight('6m', integer(2)),
  ...eight('0r', register),
  '1m0': load(narrow('single')),
  '1m2': store(putNarrow('single'), false),
  '1m3': store(putNarrow('single'), true),
  '3m0': load(integer(4)),
  '3m1': store(putInteger(4, TRUNCATE), true),
  '3m2': store(putInteger(4), false),
  '3m3': store(putInteger(4), true),
  '3m5': (core, address) => push(core.state, getWhole(core, address)),
  '3m7': store(putWhole, true),
  '5m0': load(narrow('double')),
  '5m1': store(putInteger(8, TRUNCATE), true),
  '5m2': store(putNarrow('double'), false),
  '5m3': store(putNarrow('double'), true),
  '7m0': load(integer(2)),
  '7m1': store(putInteger(2, TRUNCATE), true),
  '7m2': store(putInteger(2), false),
  '7m3': store(putInteger(2), true),
  '7m4': loadDecimal,
  '7m5': load(integer(8)),
  '7m6': store(putDecimal, true),
  '7m7': store(putInteger(8), true),

  '1r0': ({ state }, number) => push(state, read(state, Number(number))),
  '1r1': exchange,
  '1r4.0': ofSign(negated),
  '1r4.1': ofSign(absolute),
  '1r4.4': test,
  '1r4.5': examine,
  '1r5.0': constant(0x3fff, 1n << 63n),
  '1r5.1': constant(0x4000, 0xd49a_784b_cd1b_8afen, false),
  '1r5.2': constant(0x3fff, 0xb8aa_3b29_5c17_f0bcn, true),
  '1r5.3': constant(0x4000, 0xc90f_daa2_2168_c235n, true),
  '1r5.4': constant(0x3ffd, 0x9a20_9a84_fbcf_f799n, true),
  '1r5.5': constant(0x3ffe, 0xb172_17f7_d1cf_79acn, true),
  '1r5.6': constant(0, 0n),
  '1r6.0': unary(powerLessOne),
  '1r6.1': binary(logarithmTimes, true),
  '1r6.2': tangent,
  '1r6.3': binary(angleOf, true),
  '1r6.4': exponentAndSignificand,
  '1r6.5': binary(remainder(true), false),
  '1r7.0': binary(remainder(false), false),
  '1r7.1': binary(logarithmOfOneMore, true),
  '1r7.3': sineAndCosine,
  '1r7.5': binary(scale, false),
  '1r7.6': angle(sineOf),
  '1r7.7': angle(cosineOf),
  '1r7.2': unary(squareRoot),
  '1r7.4': unary(roundToInteger),

  '2r0': moveIf(FLAG.CF, true),
  '2r1': moveIf(FLAG.ZF, true),
  '2r2': moveIf(FLAG.CF | FLAG.ZF, true),
  '2r3': moveIf(FLAG.PF, true),
  '3r0': moveIf(FLAG.CF, false),
  '3r1': moveIf(FLAG.ZF, false),
  '3r2': moveIf(FLAG.CF | FLAG.ZF, false),
  '3r3': moveIf(FLAG.PF, false),
  '2r5.1': comparison(({ state }) => read(state, 1), 2, true),
  '3r5': compareIntoFlags(true, 0),
  '3r6': compareIntoFlags(false, 0),
  '4r0': arithmeticInto(add, false),
  '4r1': arithmeticInto(multiply, false),
  '4r4': arithmeticInto(reversed(subtract), false),
  '4r5': arithmeticInto(subtract, false),
  '4r6': arithmeticInto(reversed(divide), false),
  '4r7': arithmeticInto(divide, false),
  '5r0': ({ state }, number) => free(state, Number(number)),
  '5r2': copy(false),
  '5r3': copy(true),
  '5r4': comparison(register, 0, true),
  '5r5': comparison(register, 1, true),
  '6r0': arithmeticInto(add, true),
  '6r1': arithmeticInto(multiply, true),
  '6r4': arithmeticInto(reversed(subtract), true),
  '6r5': arithmeticInto(subtract, true),
  '6r6': arithmeticInto(reversed(divide), true),
  '6r7': arithmeticInto(divide, true),
  '6r3.1': comparison(({ state }) => read(state, 1), 2),
  '7r5': compareIntoFlags(true, 1),
  '7r6': compareIntoFlags(false, 1),
};
