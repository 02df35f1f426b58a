/** The eight registers as a stack (SDM, volume 1, section 8.1.2). */
import { at, type CoreState, wide } from './context.ts';
import { FSW, setTop, signal, summarise, topOf } from './x87-control.ts';
import { type Extended, INDEFINITE } from './x87-number.ts';

const physical = (state: CoreState, index: number) => (topOf(state) + index) & 7;
export const isEmpty = (state: CoreState, index: number): boolean => !((state.fpuTags >> physical(state, index)) & 1);
const INVALID = FSW.IE | FSW.SF;

/** ST(index) as it stands. */
export function peek(state: CoreState, index: number): Extended {
  const number = physical(state, index);
  return { exponent: at(state.x87Exponent, number) & 0xffff, significand: wide(state.x87, number) };
}
/** ST(index), or the indefinite number with an exception where it is empty. */
export function read(state: CoreState, index: number): Extended {
  if (!isEmpty(state, index)) return peek(state, index);
  state.fpuStatus &= ~FSW.C1;
  signal(state, INVALID);
  return INDEFINITE;
}
export function write(state: CoreState, index: number, { exponent, significand }: Extended): void {
  const number = physical(state, index);
  state.x87[number] = significand;
  state.x87Exponent[number] = exponent;
  state.fpuTags |= 1 << number;
}
export function free(state: CoreState, index: number): void {
  state.fpuTags &= ~(1 << physical(state, index));
}
export function pop(state: CoreState): void {
  free(state, 0);
  setTop(state, topOf(state) + 1);
}
export function push(state: CoreState, value: Extended): void {
  if (!isEmpty(state, 7)) {
    state.fpuStatus |= FSW.C1;
    signal(state, INVALID);
    if (!(state.fpuControl & FSW.IE)) return;
    setTop(state, topOf(state) - 1);
    return write(state, 0, INDEFINITE);
  }
  setTop(state, topOf(state) - 1);
  write(state, 0, value);
}

/** Exceptions that keep an instruction from giving its result where they are not masked. */
const BEFORE = FSW.IE | FSW.DE | FSW.ZE;
const AFTER = FSW.OE | FSW.UE | FSW.PE;
/** Whether `body` found one of them. @param body gets the instruction's result */
export function unlessFaulting(state: CoreState, body: () => Extended, then: (result: Extended) => void): void {
  const before = state.fpuStatus;
  state.fpuStatus &= ~BEFORE;
  const result = body();
  const refused = (state.fpuStatus & ~state.fpuControl & BEFORE) !== 0;
  // What a result would have raised is not.
  if (refused) state.fpuStatus = (state.fpuStatus & ~(AFTER | FSW.C1)) | (before & AFTER);
  state.fpuStatus |= before & BEFORE;
  summarise(state);
  if (!refused) then(result);
}
