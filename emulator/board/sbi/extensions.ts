/** The extensions of the built-in SBI, in the specification's order (RISC-V SBI 2.0, chapters 4 to 12). */
import {
  ALREADY_AVAILABLE,
  DENIED,
  failure,
  INVALID_ADDRESS,
  INVALID_PARAMETER,
  maskedHarts,
  NOT_SUPPORTED,
  type HartState,
  type SbiCall,
  type SbiExtension,
  success,
} from './platform.ts';

/** Version 2.0, in the base extension's form. */
const SPECIFICATION_VERSION = 0x0200_0000;
/** Not a registered implementation. */
const IMPLEMENTATION_ID = 0x5649_5641;
const IMPLEMENTATION_VERSION = 1;
/** At most so much is printed in one call; the specification lets the guest call again for the rest. */
const PRINT_MAX = 4096;
const ALL = 0xffff_ffff_ffff_ffffn;
const low32 = (value: bigint) => Number(value & 0xffff_ffffn);

/** Chapter 4. @param probe whether an extension exists */
export const base =
  (probe: (extension: number) => boolean): SbiExtension =>
  ({ functionId, arg }) => {
    switch (functionId) {
      case 0:
        return success(SPECIFICATION_VERSION);
      case 1:
        return success(IMPLEMENTATION_ID);
      case 2:
        return success(IMPLEMENTATION_VERSION);
      case 3:
        return success(arg(0) <= 0xffff_ffffn && probe(Number(arg(0))) ? 1 : 0);
      case 4:
      case 5:
      case 6:
        // mvendorid, marchid, mimpid: 0 is a legal answer of an unregistered design.
        return success(0);
      default:
        return failure(NOT_SUPPORTED);
    }
  };

/** Chapter 6. */
export const timer: SbiExtension = ({ functionId, platform, hart, arg }) => {
  if (functionId !== 0) return failure(NOT_SUPPORTED);
  platform.setTimer(hart.id, arg(0));
  return success();
};

/** Chapter 7. */
export const ipi: SbiExtension = (call) => {
  if (call.functionId !== 0) return failure(NOT_SUPPORTED);
  const harts = maskedHarts(call, call.arg(0), call.arg(1));
  if (!harts) return failure(INVALID_PARAMETER);
  for (const hart of harts) call.platform.sendIpi(hart);
  return success();
};

/** Chapter 8. The hypervisor's fences are not supported, as the cores have no H extension. */
export const rfence: SbiExtension = (call) => {
  const { functionId, platform, arg } = call;
  if (functionId > 2) return failure(NOT_SUPPORTED);
  const harts = maskedHarts(call, arg(0), arg(1));
  if (!harts) return failure(INVALID_PARAMETER);
  if (functionId === 0) platform.remoteFence(harts, 'instruction', 0n, ALL, 0n);
  else if (functionId === 1) platform.remoteFence(harts, 'address', arg(2), arg(3), 0n);
  else platform.remoteFence(harts, 'addressSpace', arg(2), arg(3), arg(4));
  return success();
};

/** States by number (section 9.1). */
const HART_STATES: readonly HartState[] = [
  'started',
  'stopped',
  'startPending',
  'stopPending',
  'suspended',
  'suspendPending',
  'resumePending',
];
const SUSPEND_RETENTIVE = 0;
const SUSPEND_NON_RETENTIVE = 0x8000_0000;

/** Chapter 9: hart state management. */
export const hsm: SbiExtension = (call) => {
  const { functionId, platform, hart, arg } = call;
  const known = () => arg(0) < BigInt(platform.hartCount);
  switch (functionId) {
    case 0: {
      if (!known()) return failure(INVALID_PARAMETER);
      const outcome = platform.startHart(Number(arg(0)), arg(1), arg(2));
      if (outcome === 'started') return success();
      return failure(outcome === 'already' ? ALREADY_AVAILABLE : INVALID_ADDRESS);
    }
    case 1:
      platform.stopHart(hart.id);
      return 'none';
    case 2:
      return known() ? success(HART_STATES.indexOf(platform.hartState(Number(arg(0))))) : failure(INVALID_PARAMETER);
    case 3:
      return suspend(call);
    default:
      return failure(NOT_SUPPORTED);
  }
};

function suspend({ platform, hart, arg }: SbiCall) {
  const type = low32(arg(0));
  if (type === SUSPEND_RETENTIVE) {
    platform.suspendHart(hart.id);
    return success();
  }
  if (type !== SUSPEND_NON_RETENTIVE) return failure(INVALID_PARAMETER);
  platform.suspendHart(hart.id, { pc: arg(1), opaque: arg(2) });
  return 'none';
}

/** Chapter 10: system reset. */
export const srst: SbiExtension = ({ functionId, platform, arg }) => {
  if (functionId !== 0) return failure(NOT_SUPPORTED);
  const type = low32(arg(0));
  const reason = low32(arg(1));
  if (type > 2 || reason > 1) return failure(INVALID_PARAMETER);
  platform.reset((['shutdown', 'coldReboot', 'warmReboot'] as const)[type] ?? 'shutdown', reason === 1);
  return 'none';
};

/** Chapter 12: debug console. */
export const dbcn: SbiExtension = ({ functionId, platform, arg }) => {
  const length = Math.min(Number(arg(0)), PRINT_MAX);
  const address = Number(arg(1));
  switch (functionId) {
    case 0: {
      if (arg(2) !== 0n) return failure(INVALID_PARAMETER);
      const bytes = platform.readMemory(address, length);
      return bytes ? success(platform.consoleWrite(bytes)) : failure(INVALID_PARAMETER);
    }
    case 1: {
      if (arg(2) !== 0n || !platform.readMemory(address, length)) return failure(INVALID_PARAMETER);
      const typed: number[] = [];
      for (let byte = 0; typed.length < length && byte >= 0;) {
        byte = platform.consoleRead();
        if (byte >= 0) typed.push(byte);
      }
      platform.writeMemory(address, Uint8Array.from(typed));
      return success(typed.length);
    }
    case 2:
      return platform.consoleWrite(Uint8Array.of(Number(arg(0) & 0xffn))) === 1 ? success() : failure(DENIED);
    default:
      return failure(NOT_SUPPORTED);
  }
};
