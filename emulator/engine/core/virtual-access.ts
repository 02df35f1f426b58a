/** Memory at virtual addresses for the architecture's privileged half: the slow paths of generated code, from TypeScript. */
import { ACCESS } from '../../isa/architecture.ts';
import type { Width } from '../../isa/cpu.ts';
import { ramOffset } from '../../memory/ram-ranges.ts';
import { EVENT, PAGE, type RamLayout } from '../layout.ts';

/** What the core module exports for it. */
export interface AccessExports {
  load(address: bigint, width: number): bigint;
  store(address: bigint, value: bigint, width: number): void;
  translate(address: bigint, access: number): bigint;
}
export interface VirtualAccessParts {
  readonly working: { event: number; cause: number; trapValue: bigint; watch: number };
  readonly exports: AccessExports;
  readonly buffer: SharedArrayBuffer;
  readonly ram: RamLayout;
}

/** See `EngineCore` for what each does. */
export class VirtualAccess {
  /** Why the last access could not be done. */
  refusal: { readonly cause: number; readonly value: bigint } | undefined;
  readonly #parts: VirtualAccessParts;
  readonly #flags: Uint8Array;
  constructor(parts: VirtualAccessParts) {
    this.#parts = parts;
    const { buffer, ram } = parts;
    this.#flags = new Uint8Array(buffer, ram.pageFlags, ram.size / 4096);
  }

  load(address: bigint, width: Width): bigint | undefined {
    const value = this.#attempt(() => this.#parts.exports.load(BigInt.asIntN(64, address), width));
    return value === undefined ? undefined : BigInt.asUintN(64, value);
  }
  store(address: bigint, width: Width, value: bigint): boolean {
    return this.#attempt(() => (this.#parts.exports.store(BigInt.asIntN(64, address), BigInt.asIntN(64, value), width), true)) ?? false;
  }
  view(address: bigint, bytes: number, access: 'load' | 'store'): DataView | undefined {
    const { working, exports, buffer, ram } = this.#parts;
    if (Number(address & 0xfffn) + bytes > 4096 || working.watch !== 0) return undefined;
    // Whatever there is to notice, an ordinary access to the page does.
    const first = this.load(address, 1);
    if (first === undefined || (access === 'store' && !this.store(address, 1, first))) return undefined;
    const at = ramOffset(ram.ranges, Number(exports.translate(BigInt.asIntN(64, address), ACCESS[access])), bytes);
    if (at < 0) return undefined;
    const flags = this.#flags[Math.floor(at / 4096)] as number;
    return flags & (access === 'store' ? 0xff : PAGE.absent | PAGE.device) ? undefined : new DataView(buffer, ram.host + at, bytes);
  }
  /** Does something of which the outcome is told by an event, and leaves the event that there was. */
  #attempt<T>(access: () => T): T | undefined {
    const { working } = this.#parts;
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
