/** Loading segment registers (SDM, volume 3A, sections 3.4 and 5.4 to 5.6). */
import { ATTRIBUTE, SEGMENT } from '../state.ts';
import { at, atPrivilege, type Context, type CoreState, is64, isLong, isProtected, isVirtual8086, wide } from './context.ts';
import {
  type Descriptor,
  isCode,
  isConforming,
  isReadable,
  isWritableData,
  parseDescriptor,
  present,
  privilegeOf,
  SYSTEM_TYPE,
  systemType,
} from './descriptor.ts';
import { Fault, selectorError, VECTOR } from './fault.ts';

export const isNull = (selector: number): boolean => (selector & 0xfffc) === 0;
const rplOf = (selector: number): number => selector & 3;

/** Linear address of a selector's descriptor. @throws Fault where it is outside its table */
function descriptorAddress({ state }: Context, selector: number, vector: number, bytes: number, external = 0): bigint {
  const local = (selector & 4) !== 0;
  const index = selector & 0xfff8;
  const usable = !local || (at(state.segmentAttributes, SEGMENT.LDTR) & (ATTRIBUTE.unusable | ATTRIBUTE.P)) === ATTRIBUTE.P;
  const limit = local ? Number(wide(state.segmentLimit, SEGMENT.LDTR)) : state.gdtLimit;
  if (!usable || index + bytes - 1 > limit) throw new Fault(vector, selectorError(selector) | external);
  return (local ? wide(state.segmentBase, SEGMENT.LDTR) : state.gdtBase) + BigInt(index);
}

/**
 * A selector's descriptor. @param vector of the fault where it lies outside its table
 * @param system it is a system segment's, of 16 bytes in IA-32e mode
 */
export function readDescriptor(
  core: Context,
  selector: number,
  vector: number = VECTOR.GP,
  { system = false, external = 0 } = {},
): Descriptor {
  const long = system && isLong(core.state);
  const address = descriptorAddress(core, selector, vector, long ? 16 : 8, external);
  return atPrivilege(core, 0, () =>
    parseDescriptor(core.memory.read(address, 8), long ? core.memory.read(address + 8n, 8) & 0xffff_ffffn : 0n),
  );
}
/** Writes a descriptor's type back, with other low bits (accessed, busy). */
export function markDescriptor(core: Context, selector: number, descriptor: Descriptor, attributes: number): void {
  if (descriptor.attributes === attributes) return;
  const address = descriptorAddress(core, selector, VECTOR.GP, 8);
  atPrivilege(core, 0, () => core.memory.write(address + 5n, 1, BigInt(attributes & 0xff)));
}
const markAccessed = (core: Context, selector: number, descriptor: Descriptor) =>
  markDescriptor(core, selector, descriptor, descriptor.attributes | ATTRIBUTE.accessed);

/** Puts a segment register's hidden part. */
export function setSegment(
  state: CoreState,
  segment: number,
  selector: number,
  { base, limit, attributes }: Omit<Descriptor, 'raw'>,
): void {
  state.segmentSelector[segment] = BigInt(selector);
  state.segmentBase[segment] = base;
  state.segmentLimit[segment] = BigInt(limit);
  state.segmentAttributes[segment] = attributes;
}
export function clearSegment(state: CoreState, segment: number, selector: number): void {
  setSegment(state, segment, selector, { base: 0n, limit: 0, attributes: ATTRIBUTE.unusable });
}

/** Real mode: the base follows from the selector, the limit stays. */
export function loadReal(state: CoreState, segment: number, selector: number): void {
  state.segmentSelector[segment] = BigInt(selector);
  state.segmentBase[segment] = BigInt(selector << 4);
}
/** What every segment register holds in virtual-8086 mode. */
export function loadVirtual8086(state: CoreState, segment: number, selector: number): void {
  const attributes = ATTRIBUTE.P | ATTRIBUTE.DPL | ATTRIBUTE.S | ATTRIBUTE.writable | ATTRIBUTE.accessed;
  setSegment(state, segment, selector, { base: BigInt(selector << 4), limit: 0xffff, attributes });
}

/** Checks a selector for SS at a privilege level. @param vector of a refusal: #GP, or #TS where it comes from a task state */
export function stackDescriptor(core: Context, selector: number, level: number, vector: number = VECTOR.GP): Descriptor {
  const error = selectorError(selector);
  const descriptor = readDescriptor(core, selector, vector);
  if (rplOf(selector) !== level || privilegeOf(descriptor) !== level || !isWritableData(descriptor)) throw new Fault(vector, error);
  if (!present(descriptor)) throw new Fault(VECTOR.SS, error);
  return descriptor;
}

/** MOV, POP and the like into ES, SS, DS, FS or GS. @throws Fault with nothing changed */
export function loadDataSegment(core: Context, segment: number, selector: number): void {
  const { state } = core;
  if (isVirtual8086(state)) return loadVirtual8086(state, segment, selector);
  if (!isProtected(state)) return loadReal(state, segment, selector);
  const error = selectorError(selector);
  if (segment === SEGMENT.SS) {
    if (isNull(selector)) {
      if (!is64(state) || state.cpl === 3 || rplOf(selector) !== state.cpl) throw new Fault(VECTOR.GP);
      return clearSegment(state, segment, selector);
    }
    const descriptor = stackDescriptor(core, selector, state.cpl);
    markAccessed(core, selector, descriptor);
    return setSegment(state, segment, selector, descriptor);
  }
  if (isNull(selector)) return clearSegment(state, segment, selector);
  const descriptor = readDescriptor(core, selector);
  if (!isReadable(descriptor)) throw new Fault(VECTOR.GP, error);
  if (!isConforming(descriptor) && Math.max(rplOf(selector), state.cpl) > privilegeOf(descriptor)) throw new Fault(VECTOR.GP, error);
  if (!present(descriptor)) throw new Fault(VECTOR.NP, error);
  markAccessed(core, selector, descriptor);
  setSegment(state, segment, selector, descriptor);
}

/** Whether code of this descriptor may be reached by a jump or call without a gate. @throws Fault */
export function checkDirectCode({ state }: Context, selector: number, descriptor: Descriptor): void {
  const error = selectorError(selector);
  const privilege = privilegeOf(descriptor);
  if (!isCode(descriptor)) throw new Fault(VECTOR.GP, error);
  const allowed = isConforming(descriptor) ? privilege <= state.cpl : rplOf(selector) <= state.cpl && privilege === state.cpl;
  if (!allowed) throw new Fault(VECTOR.GP, error);
  checkCodeSize(state, descriptor, error);
  if (!present(descriptor)) throw new Fault(VECTOR.NP, error);
}
/** L and D exclude each other in IA-32e mode. */
export function checkCodeSize(state: CoreState, { attributes }: Descriptor, error: number): void {
  const both = ATTRIBUTE.L | ATTRIBUTE.DB;
  if (isLong(state) && (attributes & both) === both) throw new Fault(VECTOR.GP, error);
}

/** Loads CS at a privilege level, which becomes the current one. Only memory can refuse it, before anything changes. */
export function setCode(core: Context, selector: number, descriptor: Descriptor, level: number): void {
  markAccessed(core, selector, descriptor);
  setSegment(core.state, SEGMENT.CS, (selector & ~3) | level, descriptor);
  core.state.cpl = level;
}
/** Loads SS after `stackDescriptor` has allowed it. */
export function setStackSegment(core: Context, selector: number, descriptor: Descriptor): void {
  markAccessed(core, selector, descriptor);
  setSegment(core.state, SEGMENT.SS, selector, descriptor);
}

/** After a return to an outer level, data segments that it may not use are emptied. */
export function dropInnerSegments(state: CoreState): void {
  for (const segment of [SEGMENT.ES, SEGMENT.DS, SEGMENT.FS, SEGMENT.GS]) {
    const attributes = at(state.segmentAttributes, segment);
    const descriptor = { attributes, base: 0n, limit: 0, raw: 0n };
    if (attributes & ATTRIBUTE.unusable || isConforming(descriptor)) continue;
    if (privilegeOf(descriptor) < state.cpl) clearSegment(state, segment, 0);
  }
}

/** LLDT. */
export function loadLocalTable(core: Context, selector: number): void {
  const { state } = core;
  if (isNull(selector)) return clearSegment(state, SEGMENT.LDTR, selector);
  const error = selectorError(selector);
  if (selector & 4) throw new Fault(VECTOR.GP, error);
  const descriptor = readDescriptor(core, selector, VECTOR.GP, { system: true });
  if (descriptor.attributes & ATTRIBUTE.S || systemType(descriptor) !== SYSTEM_TYPE.ldt) throw new Fault(VECTOR.GP, error);
  if (!present(descriptor)) throw new Fault(VECTOR.NP, error);
  setSegment(state, SEGMENT.LDTR, selector, descriptor);
}
/** LTR. */
export function loadTaskRegister(core: Context, selector: number): void {
  const { state } = core;
  const error = selectorError(selector);
  if (isNull(selector) || selector & 4) throw new Fault(VECTOR.GP, error);
  const descriptor = readDescriptor(core, selector, VECTOR.GP, { system: true });
  const type = systemType(descriptor);
  const available = type === SYSTEM_TYPE.tss32 || (type === SYSTEM_TYPE.tss16 && !isLong(state));
  if (descriptor.attributes & ATTRIBUTE.S || !available) throw new Fault(VECTOR.GP, error);
  if (!present(descriptor)) throw new Fault(VECTOR.NP, error);
  const busy = descriptor.attributes | 2;
  markDescriptor(core, selector, descriptor, busy);
  setSegment(state, SEGMENT.TR, selector, { ...descriptor, attributes: busy });
}
