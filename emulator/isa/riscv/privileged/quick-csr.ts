/** CSR accesses without consequences, as generated code for the interpreter: what a kernel does at every interrupt and lock. */
import type { CoreParts } from '../../../engine/core/parts.ts';
import type { Expression } from '../../../engine/wasm/expression.ts';
import type { Routine } from '../../../engine/wasm/routine.ts';
import { CSR_ASKED } from '../cpu.ts';
import { PRIVILEGE, STATUS } from '../state.ts';
import { held, letsInterruptIn, PLAIN, showSstatus, SSTATUS, SSTATUS_WRITABLE } from './compiled-csr.ts';
import { changeMode } from './quick-traps.ts';

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
  for (const [csr, { name, bits }] of Object.entries(PLAIN)) {
    r.when(r.eq(number, r.i32(Number(csr))), () => {
      const old = r.let(state.get(name));
      r.when(writes, () => state.set(r, name, held(r, bits, changed(old))));
      run.set(r, 'operand', old);
      r.return(r.i32(1));
    });
  }
  r.when(r.eq(number, r.i32(SSTATUS)), () => {
    const old = r.let(state.get('mstatus'));
    r.when(writes, () => writeStatus(r, parts, old, changed(old)));
    run.set(r, 'operand', showSstatus(r, old));
    r.return(r.i32(1));
  });
  r.return(r.i32(0));
}

/** Writes sstatus, and what follows from that. Returns 0 from the function where translations go by it (MXR). */
function writeStatus(r: Routine, parts: CoreParts, old: Expression, value: Expression): void {
  const { state, run, events } = parts;
  const next = r.let(r.or(r.and(old, r.i64(~SSTATUS_WRITABLE)), r.and(value, r.i64(SSTATUS_WRITABLE))));
  const differs = r.let(r.xor(old, next));
  const has = (bits: bigint) => r.ne(r.and(differs, r.i64(bits)), r.i64(0));
  r.when(has(STATUS.MXR), () => r.return(r.i32(0)));
  state.set(r, 'mstatus', next);
  r.when(has(~STATUS.SIE), () => {
    const before = r.let(run.get('mode'));
    changeMode(r, parts);
    // What the interpreter holds is of the former.
    r.when(r.ne(before, run.get('mode')), () => run.set(r, 'event', r.i32(events.refetch)));
  });
  r.when(letsInterruptIn(r, parts, r.and(next, r.i64(STATUS.SIE))), () => run.set(r, 'event', r.i32(events.leave)));
}
