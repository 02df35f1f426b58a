/** Halves of the vectors of an instruction with VEX, as the places that the meanings of SSE's rows take. */
import type { Value } from '../value.ts';
import type { Cpu } from './cpu.ts';
import type { VectorPlace, WidePlace } from './place.ts';

/** What is read is one value, what is written goes elsewhere; parts that are not written are of what is read. */
export class HalfPlace implements VectorPlace {
  readonly size = 128;
  readonly inMemory = false;
  readonly #cpu: Cpu;
  readonly #read: () => Value;
  readonly #write: ((value: Value) => void) | undefined;
  readonly #lane: (() => Value) | undefined;
  /** @param lane reads the low 64 bits, where that is cheaper */
  constructor(cpu: Cpu, read: () => Value, { write, lane }: { write?: (value: Value) => void; lane?: () => Value } = {}) {
    this.#cpu = cpu;
    this.#read = read;
    this.#write = write;
    this.#lane = lane;
  }
  get(): Value {
    return this.#read();
  }
  set(value: Value): void {
    this.#write?.(value);
  }
  lane(index: 0 | 1): Value {
    return index === 0 && this.#lane ? this.#lane() : this.#cpu.lane(this.#read(), index);
  }
  setLane(index: 0 | 1, value: Value): void {
    this.set(this.#cpu.withLane(this.#read(), index, value));
  }
  low32(): Value {
    return this.#cpu.zero32(this.lane(0));
  }
  setLow32(value: Value): void {
    this.set(this.#cpu.withLow32(this.#read(), value));
  }
  getUnaligned(): Value {
    return this.get();
  }
  setUnaligned(value: Value): void {
    this.set(value);
  }
}

export const zeros = (cpu: Cpu): Value => cpu.vector(cpu.i64(0), cpu.i64(0));
/** A value for the upper half where the instruction is long, 0 elsewhere. Found now. */
export function upper(cpu: Cpu, make: () => Value): Value {
  const found = cpu.variable(zeros(cpu));
  cpu.when(cpu.instance.long, () => found.set(make()));
  return found.get();
}

/** Both halves of a vector, read now. */
export interface Pair {
  readonly low: Value;
  readonly high: Value;
}
export function pairOf(cpu: Cpu, place: WidePlace): Pair {
  const low = cpu.let(place.low());
  return { low, high: upper(cpu, () => place.high()) };
}
/** One half at a time, by the same means. @param check is done when both are known and neither is written */
export function setHalves(cpu: Cpu, to: WidePlace, make: (half: 'low' | 'high') => Value, check?: () => void): void {
  const low = cpu.let(make('low'));
  const high = upper(cpu, () => make('high'));
  check?.();
  to.set(low, high);
}

/**
 * What a meaning of SSE writes to its first operand, given what that was. Exceptions are left to the caller, unless it rounds in
 * stages: those each raise their own (of both halves together only the processor knows the order).
 */
export function resultOf(cpu: Cpu, before: Value, mean: (to: HalfPlace) => void, staged = false): Value {
  const result = cpu.variable(before);
  const done = () => mean(new HalfPlace(cpu, () => before, { write: (value) => result.set(value) }));
  if (staged) done();
  else cpu.unchecked(done);
  return result.get();
}
