/**
 * The legacy extensions (RISC-V SBI 2.0, chapter 5) that old kernels and small programs still use: one function each,
 * the result in a0 alone.
 */
import { type SbiCall, NOT_SUPPORTED } from './platform.ts';

export const LEGACY_SET_TIMER = 0;
export const LEGACY_PUT = 1;
export const LEGACY_GET = 2;
export const LEGACY_FENCE_I = 5;
export const LEGACY_FENCE_VMA = 6;
export const LEGACY_SHUTDOWN = 8;

const ALL = 0xffff_ffff_ffff_ffffn;

/** Which legacy extensions are there. The others need a hart mask behind a virtual address. */
export const isLegacy = (extension: number): boolean =>
  [LEGACY_SET_TIMER, LEGACY_PUT, LEGACY_GET, LEGACY_FENCE_I, LEGACY_FENCE_VMA, LEGACY_SHUTDOWN].includes(extension);

/** Answers a legacy call. @returns a0, or 'none' where the machine has ended */
export function legacy(extension: number, { platform, hart, arg }: SbiCall): number | 'none' {
  const all = Array.from({ length: platform.hartCount }, (_, index) => index);
  switch (extension) {
    case LEGACY_SET_TIMER:
      platform.setTimer(hart.id, arg(0));
      return 0;
    case LEGACY_PUT:
      platform.consoleWrite(Uint8Array.of(Number(arg(0) & 0xffn)));
      return 0;
    case LEGACY_GET:
      return platform.consoleRead();
    case LEGACY_FENCE_I:
      // Fencing more harts than the mask names is always right.
      platform.remoteFence(all, 'instruction', 0n, ALL, 0n);
      return 0;
    case LEGACY_FENCE_VMA:
      platform.remoteFence(all, 'address', arg(1), arg(2), 0n);
      return 0;
    case LEGACY_SHUTDOWN:
      platform.reset('shutdown', false);
      return 'none';
    default:
      return NOT_SUPPORTED;
  }
}
