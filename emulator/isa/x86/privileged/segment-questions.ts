/** LAR, LSL, VERR and VERW (SDM, volume 2A and 2B): questions about selectors, which never fault for what they find. */
import { FLAG } from '../state.ts';
import { type Context, isLong, isProtected, isVirtual8086, rflagsOf, setRflags } from './context.ts';
import { type Descriptor, isCode, isConforming, isReadable, isSystem, isWritableData, privilegeOf, systemType } from './descriptor.ts';
import { Fault, VECTOR } from './fault.ts';
import { isNull, readDescriptor } from './segments.ts';

/** Types of system descriptors that LAR and LSL know, outside and inside IA-32e mode. */
const WITH_RIGHTS = { short: [1, 2, 3, 4, 5, 9, 11, 12], long: [2, 9, 11, 12] } as const;
const WITH_LIMIT = { short: [1, 2, 3, 9, 11], long: [2, 9, 11] } as const;

function setZero({ state }: Context, zero: boolean): void {
  setRflags(state, (rflagsOf(state) & ~FLAG.ZF) | (zero ? FLAG.ZF : 0));
}

/** The descriptor, where the selector names one that this privilege may see. */
function visible(core: Context, selector: number, known: (descriptor: Descriptor) => boolean): Descriptor | undefined {
  const { state } = core;
  if (!isProtected(state) || isVirtual8086(state)) throw new Fault(VECTOR.UD);
  if (isNull(selector)) return undefined;
  let descriptor: Descriptor;
  try {
    descriptor = readDescriptor(core, selector);
  } catch (error) {
    // Outside its table; a page fault on the table is one all the same.
    if (error instanceof Fault && error.vector === VECTOR.GP) return undefined;
    throw error;
  }
  if (!known(descriptor)) return undefined;
  const free = isCode(descriptor) && isConforming(descriptor);
  return free || Math.max(state.cpl, selector & 3) <= privilegeOf(descriptor) ? descriptor : undefined;
}
const knownTo =
  (core: Context, types: { readonly short: readonly number[]; readonly long: readonly number[] }) => (descriptor: Descriptor) =>
    !isSystem(descriptor) || types[isLong(core.state) ? 'long' : 'short'].includes(systemType(descriptor));

/** LAR: access rights as they stand in the descriptor's upper half; undefined: ZF is clear, the register stays. */
export function accessRights(core: Context, selector: number): bigint | undefined {
  const descriptor = visible(core, selector, knownTo(core, WITH_RIGHTS));
  setZero(core, descriptor !== undefined);
  return descriptor && (descriptor.raw >> 32n) & 0xf0_ff00n;
}
/** LSL: the limit in bytes. */
export function limitOf(core: Context, selector: number): bigint | undefined {
  const descriptor = visible(core, selector, knownTo(core, WITH_LIMIT));
  setZero(core, descriptor !== undefined);
  return descriptor && BigInt(descriptor.limit);
}
export const verifyRead = (core: Context, selector: number): void => setZero(core, visible(core, selector, isReadable) !== undefined);
export const verifyWrite = (core: Context, selector: number): void => setZero(core, visible(core, selector, isWritableData) !== undefined);
