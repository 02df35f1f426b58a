/** The places that rows' operands are, over the engine's words. */
import type { EngineCpu, Register } from '../cpu.ts';
import type { Value } from '../value.ts';
import { type AddressOperands, effectiveAddress, type SegmentUse } from './address.ts';
import type { Place, Size, VectorPlace } from './place.ts';

const MASK = { 8: 0xff, 16: 0xffff, 32: 0xffff_ffff, 64: -1 } as const;

function zeroExtended(cpu: EngineCpu, size: Size, value: Value): Value {
  if (size === 64) return value;
  return size === 32 ? cpu.zero32(value) : cpu.and(value, cpu.i64(MASK[size]));
}
/** The low bits of a value, sign-extended to 64. */
export function signExtended(cpu: EngineCpu, size: Size, value: Value): Value {
  if (size === 64) return value;
  if (value.constant !== undefined) return cpu.i64(BigInt.asIntN(size, BigInt(value.constant)));
  return size === 32 ? cpu.extend32S(value) : size === 16 ? cpu.extend16S(value) : cpu.extend8S(value);
}

abstract class IntegerPlace implements Place {
  protected readonly cpu: EngineCpu;
  readonly size: Size;
  abstract readonly inMemory: boolean;
  constructor(cpu: EngineCpu, size: Size) {
    this.cpu = cpu;
    this.size = size;
  }
  abstract raw(): Value;
  abstract set(value: Value): void;
  get(): Value {
    return zeroExtended(this.cpu, this.size, this.raw());
  }
  signed(): Value {
    return signExtended(this.cpu, this.size, this.raw());
  }
  modify(combine: (old: Value) => Value): { old: Value; result: Value } {
    const old = this.cpu.let(this.raw());
    const made = combine(old);
    const result = this.cpu.let(this.size === 32 ? this.cpu.zero32(made) : made);
    this.set(result);
    return { old, result };
  }
  address(_use?: SegmentUse): Value {
    throw new Error('a register has no address');
  }
  beyond(_bytes: Value): Place {
    throw new Error('a register has no address');
  }
}

/** A general register, or its low part. */
export class RegisterPlace extends IntegerPlace {
  readonly inMemory = false;
  readonly #register: Register;
  constructor(cpu: EngineCpu, size: Size, register: Register) {
    super(cpu, size);
    this.#register = register;
  }
  raw(): Value {
    return this.cpu.get(this.#register);
  }
  set(value: Value): void {
    const { cpu, size } = this;
    const bits = zeroExtended(cpu, size, value);
    if (size >= 32) return cpu.set(this.#register, bits);
    cpu.set(this.#register, cpu.or(cpu.and(cpu.get(this.#register), cpu.i64(~BigInt(MASK[size]))), bits));
  }
}

/** AH, CH, DH or BH. */
export class HighBytePlace extends IntegerPlace {
  readonly inMemory = false;
  readonly #register: Register;
  constructor(cpu: EngineCpu, register: Register) {
    super(cpu, 8);
    this.#register = register;
  }
  raw(): Value {
    return this.cpu.shrU(this.cpu.get(this.#register), this.cpu.i64(8));
  }
  set(value: Value): void {
    const { cpu } = this;
    const bits = cpu.shl(cpu.and(value, cpu.i64(0xff)), cpu.i64(8));
    cpu.set(this.#register, cpu.or(cpu.and(cpu.get(this.#register), cpu.i64(~0xff00n)), bits));
  }
}

/** What a place in memory is for. */
export interface MemoryUse {
  readonly locked?: boolean;
  /** Whether it is written; absent: the row itself does neither. */
  readonly writes?: boolean;
  /** Bytes further on than the operand says. */
  readonly beyond?: Value;
}

/** Memory at the address that a ModRM byte describes. */
export class MemoryPlace extends IntegerPlace {
  readonly inMemory = true;
  readonly #operands: AddressOperands;
  readonly #locked: boolean;
  readonly #beyond: Value | undefined;
  /** Whether it is written; undefined: neither read nor written by the row itself. */
  readonly #writes: boolean | undefined;
  #address: Value | undefined;
  constructor(cpu: EngineCpu, size: Size, operands: AddressOperands, { locked = false, writes, beyond }: MemoryUse) {
    super(cpu, size);
    this.#operands = operands;
    this.#locked = locked;
    this.#writes = writes;
    this.#beyond = beyond;
  }
  override address(use?: SegmentUse): Value {
    const own = this.#writes === undefined ? undefined : { bytes: this.size / 8, writes: this.#writes };
    return (this.#address ??= effectiveAddress(this.cpu, this.#operands, this.#beyond, use ?? own));
  }
  override beyond(bytes: Value): Place {
    const writes = this.#writes;
    return new MemoryPlace(this.cpu, this.size, this.#operands, { locked: this.#locked, beyond: bytes, ...(writes === undefined ? {} : { writes }) });
  }
  /** Read now: other accesses may follow. */
  raw(): Value {
    return this.cpu.let(this.get());
  }
  override get(): Value {
    return this.cpu.read(this.address(), (this.size / 8) as 1 | 2 | 4 | 8, false);
  }
  override signed(): Value {
    return this.cpu.read(this.address(), (this.size / 8) as 1 | 2 | 4 | 8, true);
  }
  set(value: Value): void {
    this.cpu.write(this.address(), (this.size / 8) as 1 | 2 | 4 | 8, value);
  }
  override modify(combine: (old: Value) => Value): { old: Value; result: Value } {
    const { cpu } = this;
    const width = (this.size / 8) as 1 | 2 | 4 | 8;
    const old = cpu.let(this.#locked ? cpu.amo(this.address(), width, combine) : cpu.update(this.address(), width, combine));
    return { old, result: cpu.let(combine(old)) };
  }
}

/** A register of the vector file. */
export class VectorRegisterPlace implements VectorPlace {
  readonly size = 128;
  readonly inMemory = false;
  readonly #cpu: EngineCpu;
  readonly #register: Register;
  constructor(cpu: EngineCpu, register: Register) {
    this.#cpu = cpu;
    this.#register = register;
  }
  get(): Value {
    return this.#cpu.getVector(this.#register);
  }
  set(value: Value): void {
    this.#cpu.setVector(this.#register, value);
  }
  lane(index: 0 | 1): Value {
    return this.#cpu.lane(this.get(), index);
  }
  setLane(index: 0 | 1, value: Value): void {
    this.set(this.#cpu.withLane(this.get(), index, value));
  }
  low32(): Value {
    return this.#cpu.zero32(this.lane(0));
  }
  setLow32(value: Value): void {
    this.set(this.#cpu.withLow32(this.get(), value));
  }
  getUnaligned(): Value {
    return this.get();
  }
  setUnaligned(value: Value): void {
    this.set(value);
  }
}

/** Memory of 2, 4, 8 or 16 bytes; the last must be aligned unless it is asked for otherwise. */
export class VectorMemoryPlace implements VectorPlace {
  readonly size: 16 | 32 | 64 | 128;
  readonly inMemory = true;
  readonly #cpu: EngineCpu;
  readonly #operands: AddressOperands;
  readonly #misaligned: (condition: Value) => void;
  readonly #writes: boolean | undefined;
  #address: Value | undefined;
  constructor(
    cpu: EngineCpu,
    size: 16 | 32 | 64 | 128,
    operands: AddressOperands,
    misaligned: (condition: Value) => void,
    writes?: boolean,
  ) {
    this.#cpu = cpu;
    this.size = size;
    this.#operands = operands;
    this.#misaligned = misaligned;
    this.#writes = writes;
  }
  #place(): Value {
    const use = this.#writes === undefined ? undefined : { bytes: this.size / 8, writes: this.#writes };
    return (this.#address ??= effectiveAddress(this.#cpu, this.#operands, undefined, use));
  }
  #aligned(): void {
    const cpu = this.#cpu;
    if (this.size === 128) this.#misaligned(cpu.and(cpu.wrap(this.#place()), cpu.i32(15)));
  }
  get(): Value {
    this.#aligned();
    return this.getUnaligned();
  }
  set(value: Value): void {
    this.#aligned();
    this.setUnaligned(value);
  }
  getUnaligned(): Value {
    const cpu = this.#cpu;
    if (this.size === 128) return cpu.let(cpu.loadVector(this.#place()));
    return cpu.let(cpu.vector(cpu.read(this.#place(), (this.size / 8) as 2 | 4 | 8, false), cpu.i64(0)));
  }
  setUnaligned(value: Value): void {
    const cpu = this.#cpu;
    if (this.size === 128) cpu.storeVector(this.#place(), value);
    else cpu.write(this.#place(), (this.size / 8) as 2 | 4 | 8, cpu.lane(value, 0));
  }
  lane(index: 0 | 1): Value {
    const cpu = this.#cpu;
    if (this.size === 128) return cpu.lane(this.get(), index);
    // Numbers, mostly: loaded as such.
    if (this.size === 64) return cpu.reinterpret('i64', cpu.let(cpu.loadF64(this.#place())));
    if (this.size === 32) return cpu.extendU(cpu.reinterpret('i32', cpu.let(cpu.loadF32(this.#place()))));
    return cpu.let(cpu.read(this.#place(), 2, false));
  }
  setLane(index: 0 | 1, value: Value): void {
    if (index !== 0 || this.size === 128) throw new Error('only the low half of memory can be set apart');
    this.#cpu.write(this.#place(), 8, value);
  }
  low32(): Value {
    return this.#cpu.zero32(this.lane(0));
  }
  setLow32(value: Value): void {
    this.#cpu.write(this.#place(), 4, value);
  }
}
