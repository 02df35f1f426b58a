/** Memory at linear addresses, as the core itself uses it: descriptor tables, task states, stacks of handlers. */
import type { EngineCore } from '../../architecture.ts';
import type { Width } from '../../cpu.ts';
import { Again, errorCodeOf, Fault, vectorOf } from './fault.ts';

export class LinearMemory {
  readonly #engine: EngineCore;
  constructor(engine: EngineCore) {
    this.#engine = engine;
  }
  /** @throws Fault, or Again */
  read(address: bigint, width: Width): bigint {
    const value = this.#engine.load(BigInt.asUintN(64, address), width);
    if (value === undefined) throw this.#refusal();
    return value;
  }
  read16(address: bigint): number {
    return Number(this.read(address, 2));
  }
  read32(address: bigint): number {
    return Number(this.read(address, 4));
  }
  /** @throws Fault, or Again */
  write(address: bigint, width: Width, value: bigint): void {
    if (!this.#engine.store(BigInt.asUintN(64, address), width, value)) throw this.#refusal();
  }
  #refusal(): Fault | Again {
    const { refusal } = this.#engine;
    return refusal ? new Fault(vectorOf(refusal.cause), errorCodeOf(refusal.cause), refusal.value) : new Again();
  }
}
