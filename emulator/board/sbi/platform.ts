/** What the built-in SBI needs of a machine, and the numbers of the specification (RISC-V SBI 2.0). */

/** The hart that called: its registers. */
export interface SbiHart {
  readonly id: number;
  /** Register x`index`, unsigned. */
  x(index: number): bigint;
  setX(index: number, value: bigint): void;
}

/** States of a hart (section 9.1). */
export type HartState = 'started' | 'stopped' | 'startPending' | 'stopPending' | 'suspended' | 'suspendPending' | 'resumePending';
export type FenceKind = 'instruction' | 'address' | 'addressSpace';
export type ResetKind = 'shutdown' | 'coldReboot' | 'warmReboot';

/** The machine under the built-in SBI. */
export interface SbiPlatform {
  readonly hartCount: number;
  /** Raises the supervisor timer interrupt at `deadline` (ticks); clears a pending one. All ones: never. */
  setTimer(hart: number, deadline: bigint): void;
  /** Sets SSIP of another hart. */
  sendIpi(hart: number): void;
  /** FENCE.I or SFENCE.VMA on those harts, done when it returns. `size` all ones or 0: everything. */
  remoteFence(harts: readonly number[], kind: FenceKind, start: bigint, size: bigint, asid: bigint): void;
  /** Starts a stopped hart in S mode at `pc`, with a0 its number and a1 `opaque`. */
  startHart(hart: number, pc: bigint, opaque: bigint): 'started' | 'already' | 'invalidAddress';
  /** Stops the calling hart; it runs no instruction after the call. */
  stopHart(hart: number): void;
  hartState(hart: number): HartState;
  /** Lets the calling hart sleep until an interrupt; with `resume` (non-retentive) it then starts over there. */
  suspendHart(hart: number, resume?: { readonly pc: bigint; readonly opaque: bigint }): void;
  /** Bytes of RAM at a physical address, or undefined. */
  readMemory(address: number, length: number): Uint8Array | undefined;
  /** Puts bytes into RAM. @returns false where they do not fit */
  writeMemory(address: number, bytes: Uint8Array): boolean;
  /** @returns bytes printed; fewer when the console is full and the machine wants its core back */
  consoleWrite(bytes: Uint8Array): number;
  /** A byte typed, or -1. */
  consoleRead(): number;
  /** Ends the machine's run. @param failed the guest said that something went wrong */
  reset(kind: ResetKind, failed: boolean): void;
}

/** Error codes (section 3, table 1). */
export const SUCCESS = 0;
export const FAILED = -1;
export const NOT_SUPPORTED = -2;
export const INVALID_PARAMETER = -3;
export const DENIED = -4;
export const INVALID_ADDRESS = -5;
export const ALREADY_AVAILABLE = -6;
export const ALREADY_STARTED = -7;
export const ALREADY_STOPPED = -8;

/** What a call returns in a0 and a1; `none`: the hart has been stopped or redirected and its registers are not touched. */
export type SbiResult = { readonly error: number; readonly value: bigint } | 'none';
export const success = (value: number | bigint = 0): SbiResult => ({ error: SUCCESS, value: BigInt(value) });
export const failure = (error: number): SbiResult => ({ error, value: 0n });

/** One call: who, which function, and the arguments a0 to a5. */
export interface SbiCall {
  readonly hart: SbiHart;
  readonly platform: SbiPlatform;
  readonly functionId: number;
  arg(index: number): bigint;
}
/** One extension of the SBI: answers its functions. */
export type SbiExtension = (call: SbiCall) => SbiResult;

const ALL = 0xffff_ffff_ffff_ffffn;

/**
 * The harts that `mask` names from hart `base` on; all ones for the base means all harts (section 3).
 * @returns undefined where the mask names a hart that does not exist
 */
export function maskedHarts({ platform }: SbiCall, mask: bigint, base: bigint): readonly number[] | undefined {
  const all = Array.from({ length: platform.hartCount }, (_, hart) => hart);
  if (base === ALL) return all;
  if (base >= BigInt(platform.hartCount)) return mask === 0n ? [] : undefined;
  const shifted = mask << base;
  if (shifted >> BigInt(platform.hartCount) !== 0n) return undefined;
  return all.filter((hart) => ((shifted >> BigInt(hart)) & 1n) !== 0n);
}
