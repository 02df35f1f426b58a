/**
 * The built-in supervisor binary interface (RISC-V SBI 2.0), for guests that boot without firmware: an ECALL from S
 * mode comes here instead of trapping to M mode. It runs on the calling core's thread.
 */
import { base, dbcn, hsm, ipi, rfence, srst, timer } from './extensions.ts';
import { isLegacy, legacy } from './legacy.ts';
import { failure, NOT_SUPPORTED, type SbiCall, type SbiExtension, type SbiHart, type SbiPlatform } from './platform.ts';

export type { FenceKind, HartState, ResetKind, SbiHart, SbiPlatform } from './platform.ts';

/** Extension numbers: four letters, or the base extension's 0x10. */
export const BASE = 0x10;
export const TIME = 0x5449_4d45;
export const IPI = 0x0073_5049;
export const RFENCE = 0x5246_4e43;
export const HSM = 0x0048_534d;
export const SRST = 0x5352_5354;
export const DBCN = 0x4442_434e;

const A0 = 10;
const A1 = 11;
const A6 = 16;
const A7 = 17;
const unsigned = (value: number) => BigInt.asUintN(64, BigInt(value));

export interface Sbi {
  /**
   * Answers the call in the hart's registers: a7 the extension, a6 the function, a0 to a5 the arguments. The caller
   * advances the pc past the ECALL before the call, so that a hart that is started elsewhere keeps its new pc.
   */
  call(hart: SbiHart): void;
}

/** The SBI of a machine. */
export function createSbi(platform: SbiPlatform): Sbi {
  const extensions: ReadonlyMap<number, SbiExtension> = new Map<number, SbiExtension>([
    [BASE, base((extension): boolean => extensions.has(extension) || isLegacy(extension))],
    [TIME, timer],
    [IPI, ipi],
    [RFENCE, rfence],
    [HSM, hsm],
    [SRST, srst],
    [DBCN, dbcn],
  ]);
  return {
    call(hart) {
      const number = Number(BigInt.asUintN(32, hart.x(A7)));
      const call: SbiCall = {
        hart,
        platform,
        functionId: Number(BigInt.asUintN(32, hart.x(A6))),
        arg: (index) => hart.x(A0 + index),
      };
      if (isLegacy(number)) {
        const value = legacy(number, call);
        if (value !== 'none') hart.setX(A0, unsigned(value));
        return;
      }
      const result = extensions.get(number)?.(call) ?? failure(NOT_SUPPORTED);
      if (result === 'none') return;
      hart.setX(A0, unsigned(result.error));
      hart.setX(A1, result.value);
    },
  };
}
