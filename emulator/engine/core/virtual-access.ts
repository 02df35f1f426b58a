/** Memory at virtual addresses for the architecture's privileged half: the slow paths of generated code, from TypeScript. */
import type { Width } from '../../isa/cpu.ts';
import { EVENT } from '../layout.ts';

/** What the core module exports for it. */
export interface AccessExports {
  load(address: bigint, width: number): bigint;
  store(address: bigint, value: bigint, width: number): void;
}

/** See `EngineCore` for what each does. */
export class VirtualAccess {
  /** Why the last access could not be done. */
  refusal: { readonly cause: number; readonly value: bigint } | undefined;
  readonly #working: { event: number; cause: number; trapValue: bigint };
  readonly #exports: AccessExports;
  constructor(working: { event: number; cause: number; trapValue: bigint }, exports: AccessExports) {
    this.#working = working;
    this.#exports = exports;
  }

  load(address: bigint, width: Width): bigint | undefined {
    const value = this.#attempt(() => this.#exports.load(BigInt.asIntN(64, address), width));
    return value === undefined ? undefined : BigInt.asUintN(64, value);
  }
  store(address: bigint, width: Width, value: bigint): boolean {
    return this.#attempt(() => (this.#exports.store(BigInt.asIntN(64, address), BigInt.asIntN(64, value), width), true)) ?? false;
  }
  /** Does something of which the outcome is told by an event, and leaves the event that there was. */
  #attempt<T>(access: () => T): T | undefined {
    const working = this.#working;
    const before = working.event;
    working.event = EVENT.none;
    const result = access();
    const outcome = working.event;
    working.event = before;
    if (outcome === EVENT.none) return result;
    this.refusal = outcome === EVENT.trap ? { cause: working.cause, value: BigInt.asUintN(64, working.trapValue) } : undefined;
    return undefined;
  }
}
