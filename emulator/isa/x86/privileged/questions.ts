/** What rows ask the privileged half for (`EngineCpu.ask`). */
import { readControl, readDebug } from './control-registers.ts';
import { atPort } from './breakpoints.ts';
import { ioPrivilege, isProtected, isVirtual8086 } from './context.ts';
import { Fault, VECTOR } from './fault.ts';
import { readTimeStamp } from './time-stamp.ts';
import { portAllowed } from './task-state.ts';
import { storedMxcsr } from './float-save.ts';
import type { Context } from './context.ts';

/** Each gets the row's number and operand, and throws the Fault for which the row is not done. */
const questions = {
  /** A control register, by number. */
  readControl: (core: Context, number: number) => readControl(core, number),
  readDebug: (core: Context, number: number) => readDebug(core, number),
  timeStamp: (core: Context) => readTimeStamp(core),
  mxcsr: (core: Context) => storedMxcsr(core),
  /** Checks that so many ports may be used from the operand on; answers with it. */
  port: (core: Context, width: number, port: bigint) => {
    const { state } = core;
    const free = isProtected(state) && !isVirtual8086(state) ? state.cpl <= ioPrivilege(state) : !isVirtual8086(state);
    if (!free && !portAllowed(core, Number(port & 0xffffn), width)) throw new Fault(VECTOR.GP);
    state.debugPending |= atPort(state, Number(port & 0xffffn), width);
    return port;
  },
} as const;
export type Question = keyof typeof questions;
export const QUESTIONS = Object.keys(questions) as Question[];

/** @throws Fault, or Again */
export const ask = (core: Context, name: string, number: number, operand: bigint): bigint =>
  questions[name as Question](core, number, operand);
