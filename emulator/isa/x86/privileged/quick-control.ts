/** What is read of the system as generated code: CR2, at every page fault; the time, at every system call of Linux. */
import type { CoreParts } from '../../../engine/core/parts.ts';
import type { Expression } from '../../../engine/wasm/expression.ts';
import type { Routine } from '../../../engine/wasm/routine.ts';
import { CR4 } from '../state.ts';
import { giveUp } from './quick-state.ts';

/** See Architecture.quickAnswers: as time-stamp.ts tells it. */
export function writeQuickTime(r: Routine, { state, run, host }: CoreParts): void {
  const isKept = r.ne(r.and(state.get('cr4'), r.i32(CR4.TSD)), r.i32(0));
  giveUp(r, r.and(isKept, r.ne(state.get('cpl'), r.i32(0))));
  run.set(r, 'operand', r.add(r.convert('i64_trunc_sat_f64_u', r.call(host.nanoseconds)), state.get('tscOffset')));
  r.return(r.i32(1));
}

/** See Architecture.quickAnswers; the parameter is the register's number. CR8 and what does not exist are left to TypeScript. */
export function writeQuickControl(r: Routine, { state, run }: CoreParts): void {
  const number = r.parameter(0);
  giveUp(r, state.get('cpl'));
  const registers: readonly (readonly [number, Expression])[] = [
    [2, state.get('cr2')],
    [3, state.get('cr3')],
    [0, r.extendU(state.get('cr0'))],
    [4, r.extendU(state.get('cr4'))],
  ];
  for (const [which, value] of registers)
    r.when(r.eq(number.get(), r.i32(which)), () => {
      run.set(r, 'operand', value);
      r.return(r.i32(1));
    });
  r.return(r.i32(0));
}
