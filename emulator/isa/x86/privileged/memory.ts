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
  /** Writes to an area of so many bytes, at distances from its beginning. @throws (what it gives) Fault, or Again */
  writer(address: bigint, bytes: number): (offset: number, width: 1 | 2 | 4 | 8, value: bigint | number) => void {
    const view = this.#engine.view(BigInt.asUintN(64, address), bytes, 'store');
    if (!view) return (offset, width, value) => this.write(address + BigInt(offset), width, BigInt(value));
    return (offset, width, value) => {
      if (width === 8) view.setBigUint64(offset, BigInt(value), true);
      else if (width === 4) view.setUint32(offset, Number(value), true);
      else if (width === 2) view.setUint16(offset, Number(value), true);
      else view.setUint8(offset, Number(value));
    };
  }
  /** Reads eight bytes each of such an area. @throws (what it gives) Fault, or Again */
  reader(address: bigint, bytes: number): (offset: number) => bigint {
    const view = this.#engine.view(BigInt.asUintN(64, address), bytes, 'load');
    return view ? (offset) => view.getBigUint64(offset, true) : (offset) => this.read(address + BigInt(offset), 8);
  }
  #refusal(): Fault | Again {
    const { refusal } = this.#engine;
    return refusal ? new Fault(vectorOf(refusal.cause), errorCodeOf(refusal.cause), refusal.value) : new Again();
  }
}
