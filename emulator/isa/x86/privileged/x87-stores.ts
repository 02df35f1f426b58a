/** Stores of the x87 unit: numbers and integers of all formats. */
import type { Context } from './context.ts';
import { FSW } from './x87-control.ts';
import { toDecimal } from './x87-decimal.ts';
import { type Narrow, toInteger, toNarrow } from './x87-memory.ts';
import type { Extended, Rounding } from './x87-number.ts';
import { pop, read, unlessFaulting } from './x87-stack.ts';

/** Gets the address of memory, or the number of a register. */
export type Meaning = (core: Context, operand: bigint) => void;

const EXCEPTIONS = FSW.IE | FSW.DE | FSW.ZE | FSW.OE | FSW.UE | FSW.PE;

/** `put` says whether the number was stored, which exceptions that are not masked may prevent. */
export const store =
  (put: (core: Context, address: bigint, value: Extended) => boolean | void, pops: boolean): Meaning =>
  (core, address) => {
    const { state } = core;
    unlessFaulting(
      state,
      () => read(state, 0),
      (value) => {
        if (put(core, address, value) !== false && pops) pop(state);
      },
    );
  };
/** Stores what `convert` makes of a number, unless that raises what is not masked. */
function putUnless(core: Context, convert: () => bigint, write: (bits: bigint) => void): boolean {
  const { state } = core;
  const before = state.fpuStatus & EXCEPTIONS;
  state.fpuStatus &= ~EXCEPTIONS;
  const bits = convert();
  const refused = (state.fpuStatus & ~state.fpuControl & (EXCEPTIONS & ~FSW.PE)) !== 0;
  if (refused) state.fpuStatus &= ~(FSW.PE | FSW.C1);
  state.fpuStatus |= before;
  if (!refused) write(bits);
  return !refused;
}
export const putNarrow =
  (format: Narrow) =>
  (core: Context, address: bigint, value: Extended): boolean =>
    putUnless(
      core,
      () => toNarrow(core.state, value, format),
      (bits) => core.memory.write(address, format === 'single' ? 4 : 8, bits),
    );
export const putInteger =
  (bytes: 2 | 4 | 8, rounding?: Rounding) =>
  (core: Context, address: bigint, value: Extended): boolean =>
    putUnless(
      core,
      () => BigInt.asUintN(8 * bytes, toInteger(core.state, value, 8 * bytes, rounding)),
      (bits) => core.memory.write(address, bytes, bits),
    );
export const putDecimal = (core: Context, address: bigint, value: Extended): boolean =>
  putUnless(
    core,
    () => toDecimal(core.state, value),
    (bits) => {
      core.memory.write(address + 8n, 2, bits >> 64n);
      core.memory.write(address, 8, bits & 0xffff_ffff_ffff_ffffn);
    },
  );
export const TRUNCATE = 3;
export const putWhole = ({ memory }: Context, address: bigint, { exponent, significand }: Extended) => {
  memory.write(address + 8n, 2, BigInt(exponent));
  memory.write(address, 8, significand);
};
