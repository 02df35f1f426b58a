/** CSR accesses without consequences, as generated code for the interpreter: what a kernel does at every interrupt and lock. */
import type { CoreParts } from '../../../engine/core/parts.ts';
import type { Expression } from '../../../engine/wasm/expression.ts';
import type { Routine } from '../../../engine/wasm/routine.ts';
import { CSR_ASKED } from '../cpu.ts';
import { PRIVILEGE, STATUS } from '../state.ts';
import { letsInterruptIn, PLAIN, showSstatus, SSTATUS } from './compiled-csr.ts';

/** See Architecture.quickAnswers; the parameter is what CSR_ASKED says. */
export function writeQuickCsr(r: Routine, parts: CoreParts): void {
  const { state, run } = parts;
  const asked = r.parameter(0).get();
  const number = r.let(r.and(asked, r.i32(CSR_ASKED.number)));
  const kind = r.let(r.and(r.shrU(asked, r.i32(CSR_ASKED.kind)), r.i32(3)));
  const writes = r.let(r.shrU(asked, r.i32(CSR_ASKED.writes)));
  r.when(r.ne(state.get('privilege'), r.i32(PRIVILEGE.S)), () => r.return(r.i32(0)));
  const operand = r.let(run.get('operand'));
  const changed = (old: Expression) => r.select(r.eqz(kind), operand, r.select(r.eq(kind, r.i32(1)), r.or(old, operand), r.and(old, r.not(operand))));
  for (const [csr, name] of Object.entries(PLAIN)) {
    r.when(r.eq(number, r.i32(Number(csr))), () => {
      const old = r.let(state.get(name));
      r.when(writes, () => state.set(r, name, changed(old)));
      run.set(r, 'operand', old);
      r.return(r.i32(1));
    });
  }
  const onlyInterrupts = r.and(r.ne(kind, r.i32(0)), r.eqz(r.and(operand, r.i64(~STATUS.SIE))));
  r.when(r.and(r.eq(number, r.i32(SSTATUS)), r.or(r.eqz(writes), onlyInterrupts)), () => {
    const old = r.let(state.get('mstatus'));
    r.when(writes, () => {
      state.set(r, 'mstatus', changed(old));
      r.when(r.and(r.eq(kind, r.i32(1)), letsInterruptIn(r, parts, operand)), () => run.set(r, 'event', r.i32(parts.events.leave)));
    });
    run.set(r, 'operand', showSstatus(r, old));
    r.return(r.i32(1));
  });
  r.return(r.i32(0));
}
