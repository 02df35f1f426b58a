/** MOV from control registers as generated code: kernels read CR2 at every page fault. */
import type { CoreParts } from '../../../engine/core/parts.ts';
import type { Expression } from '../../../engine/wasm/expression.ts';
import type { Routine } from '../../../engine/wasm/routine.ts';
import { giveUp } from './quick-state.ts';

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
