/** A core as it is after power-on and after INIT (SDM, volume 3A, table 9-1). */
import { ATTRIBUTE, coreState, FLAG, SEGMENT } from '../state.ts';
import type { CoreState } from './context.ts';
import { setSegment } from './segments.ts';

const RESET_VECTOR = 0xffff_fff0n;
const LIMIT = 0xffff;
/** What EDX holds: the processor's signature. */
const SIGNATURE = 0x0003_066an;
const CR0_CACHE = 0x6000_0000;

/** Puts what INIT and power-on have in common. */
export function resetRegisters(state: CoreState): void {
  state.gpr.fill(0n);
  state.gpr[2] = SIGNATURE;
  state.flags.fill(0n);
  state.rflags = FLAG.fixed;
  const data = { base: 0n, limit: LIMIT, attributes: ATTRIBUTE.P | ATTRIBUTE.S | ATTRIBUTE.writable | ATTRIBUTE.accessed };
  for (const segment of [SEGMENT.ES, SEGMENT.SS, SEGMENT.DS, SEGMENT.FS, SEGMENT.GS]) setSegment(state, segment, 0, data);
  setSegment(state, SEGMENT.CS, 0xf000, { ...data, base: 0xffff_0000n, attributes: data.attributes | ATTRIBUTE.code });
  setSegment(state, SEGMENT.LDTR, 0, { base: 0n, limit: LIMIT, attributes: ATTRIBUTE.P | 2 });
  setSegment(state, SEGMENT.TR, 0, { base: 0n, limit: LIMIT, attributes: ATTRIBUTE.P | 11 });
  Object.assign(state, { gdtBase: 0n, gdtLimit: LIMIT, idtBase: 0n, idtLimit: LIMIT, cpl: 0, pc: RESET_VECTOR });
  Object.assign(state, { cr0: (state.cr0 & CR0_CACHE) | 0x10, cr2: 0n, cr3: 0n, cr4: 0, efer: 0 });
  state.dr.fill(0n);
  Object.assign(state, { dr6: 0xffff_0ff0, dr7: 0x400, activity: 0, shadow: 0, nmiBlocked: 0 });
}

/** Puts the local APIC to where INIT leaves it. */
export function resetApic(state: CoreState): void {
  Object.assign(state, { apicTpr: 0, apicLdr: 0, apicDfr: 0xffff_ffff, apicSpurious: 0xff, apicError: 0, apicErrorPending: 0 });
  Object.assign(state, { apicIcrLow: 0, apicIcrHigh: 0, apicInitialCount: 0, apicDivide: 0, tscDeadline: 0n });
  for (const words of [state.apicIsr, state.apicTmr, state.apicIrr]) words.fill(0);
  state.apicLvt.fill(0x1_0000);
}

/** Power-on. @param core its number, which is its APIC's name too; core 0 boots and the others wait for it */
export function powerOn(state: CoreState, core: number): void {
  const { fields } = coreState;
  for (const [name, field] of Object.entries(fields))
    if (field.count === 1 && name !== 'retired') (state as unknown as Record<string, number | bigint>)[name] = field.reset;
  for (const words of [state.xmm, state.ymmHigh, state.pdpte, state.mtrrFixed, state.mtrrVariable, state.x87]) words.fill(0n);
  state.x87Exponent.fill(0);
  state.events.fill(0);
  resetRegisters(state);
  resetApic(state);
  state.apicId = core;
  if (core === 0) return;
  state.apicBase = 0xfee0_0800n;
  state.activity = 3;
}
