/** CSR instructions inside compiled regions: those whose access changes nothing that the region rests on. */
import type { Value } from '../../value.ts';
import type { CsrKind, Register } from '../cpu.ts';
import type { RegionRoutine } from '../../../engine/compiler/region-routine.ts';
import type { CoreParts } from '../../../engine/core/parts.ts';
import type { Expression } from '../../../engine/wasm/expression.ts';
import type { WasmFields } from '../../../engine/wasm/fields.ts';
import type { Routine } from '../../../engine/wasm/routine.ts';
import type { Fields } from '../../../snapshot/schema.ts';
import { PRIVILEGE, STATUS } from '../state.ts';

const FFLAGS = 1;
const FRM = 2;
const FCSR = 3;
export const SSTATUS = 0x100;
/** CSRs that only hold a value, and which of its bits. */
export const PLAIN: Readonly<Record<number, { readonly name: string; readonly bits: bigint }>> = {
  0x140: { name: 'sscratch', bits: -1n },
  0x141: { name: 'sepc', bits: ~1n },
  0x142: { name: 'scause', bits: -1n },
  0x143: { name: 'stval', bits: -1n },
};
/** What a PLAIN CSR holds once a value is written. */
export const held = (r: Routine, bits: bigint, value: Expression): Expression => (bits === -1n ? value : r.and(value, r.i64(bits)));
/** A core's fields and where its words are, as both engines have them. */
type CoreFields = Pick<CoreParts, 'run' | 'layout'> & { readonly state: WasmFields<Fields> };
export const SSTATUS_WRITABLE = STATUS.SIE | STATUS.SPIE | STATUS.SPP | STATUS.FS | STATUS.SUM | STATUS.MXR;
const SSTATUS_SHOWN = SSTATUS_WRITABLE | STATUS.UXL;

const writes = (r: RegionRoutine, kind: CsrKind, source: Register | Expression) =>
  kind === 'write' || ('file' in source ? r.isZero(source).constant === 0 : source.constant !== 0n);
const changed = (r: RegionRoutine, kind: CsrKind, old: Expression, operand: Expression) =>
  kind === 'write' ? operand : kind === 'set' ? r.or(old, operand) : r.and(old, r.not(operand));

/** Whether an access may stand within a region. @param float whether the region rests on a unit that is on */
export function mayCompileCsr(name: string, csr: number, isWritten: boolean, { privilege, float }: { readonly privilege: number; readonly float: boolean }): boolean {
  if (csr === FFLAGS) return float;
  if (csr === FRM || csr === FCSR) return float && !isWritten;
  if (privilege !== PRIVILEGE.S) return false;
  // Writing sstatus whole may change anything.
  return PLAIN[csr] !== undefined || (csr === SSTATUS && !name.startsWith('csrrw'));
}

/** Writes an access that `mayCompileCsr` allows. */
export function compileCsr(r: RegionRoutine, kind: CsrKind, number: Value, rd: Register, given: Register | Value): void {
  const csr = Number(number.constant);
  const source = given as Register | Expression;
  if (csr <= FCSR) return writeFloat(r, kind, csr, rd, source);
  const { state } = r.context;
  const operand = r.let('file' in source ? r.get(source) : source);
  const plain = PLAIN[csr];
  if (plain) {
    const { name, bits } = plain;
    const old = r.let(state.get(name));
    if (writes(r, kind, source)) state.set(r, name, held(r, bits, changed(r, kind, old, operand)));
    return r.set(rd, old);
  }
  // sstatus: reads, and changes of SIE alone, which no translation depends on.
  if (writes(r, kind, source)) r.leaveWhen(r.ne(r.and(operand, r.i64(~STATUS.SIE)), r.i64(0)));
  if (kind === 'set' && writes(r, kind, source)) r.leaveWhen(letsInterruptIn(r, r.context, operand));
  const old = r.let(state.get('mstatus'));
  if (writes(r, kind, source)) {
    state.set(r, 'mstatus', changed(r, kind, old, operand));
  }
  r.set(rd, showSstatus(r, old));
}

/** fflags, frm and fcsr; only fflags may be written here. */
function writeFloat(r: RegionRoutine, kind: CsrKind, csr: number, rd: Register, source: Register | Expression): void {
  const { state, fastFloat } = r.context;
  const flags = r.let(state.get('fflags'));
  const old = csr === FFLAGS ? flags : csr === FRM ? state.get('frm') : r.or(flags, r.shl(state.get('frm'), r.i32(5)));
  if (writes(r, kind, source)) {
    const operand = r.wrap('file' in source ? r.get(source) : source);
    const next = r.let(r.and(changed(r, kind, flags, operand), r.i32(31)));
    // The fast mode rests on NX being raised.
    if (fastFloat) r.leaveWhen(r.eqz(r.and(next, r.i32(1))));
    state.set(r, 'fflags', next);
  }
  r.set(rd, r.extendU(old));
}

/** mstatus (pinned) as sstatus shows it. */
export function showSstatus(r: Routine, status: Expression): Expression {
  const dirty = r.eq(r.and(status, r.i64(STATUS.FS)), r.i64(STATUS.FS));
  return r.or(r.and(status, r.i64(SSTATUS_SHOWN)), r.shl(r.extendU(dirty), r.i64(63)));
}

/** Whether setting the bits of `enabled` in sstatus lets an interrupt in that waits: it is to be taken at once then. */
export function letsInterruptIn(r: Routine, core: CoreFields, enabled: Expression): Expression {
  return r.and(interruptsWait(r, core), r.wrap(r.shrU(enabled, r.i64(1))));
}
/** Whether an interrupt is pending that mie enables, 1 or 0: the run loop knows whether it may be taken. */
export function interruptsWait(r: Routine, { state, run, layout }: CoreFields): Expression {
  const lines = r.load('i32', 4, r.i32(0), layout.attention + 4);
  const pending = r.or(r.and(r.or(lines, r.wrap(state.get('mip'))), r.wrap(state.get('mie'))), run.get('interruptWaiting'));
  return r.ne(pending, r.i32(0));
}
