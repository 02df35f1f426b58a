/** Vector operands of instructions with VEX as places. One piece of code serves 128 and 256 bits, registers and memory. */
import type { Register } from '../cpu.ts';
import type { Value } from '../value.ts';
import { type AddressOperands, effectiveAddress } from './address.ts';
import { type Cpu, VECTOR } from './cpu.ts';
import type { WidePlace } from './place.ts';
import type { WideSize } from './vex-notation.ts';

export interface Halves {
  readonly low: Register;
  readonly high: Register;
}
const zero = (cpu: Cpu): Value => cpu.vector(cpu.i64(0), cpu.i64(0));

export class WideRegisterPlace implements WidePlace {
  protected readonly cpu: Cpu;
  protected readonly halves: Halves;
  readonly inMemory: Value;
  constructor(cpu: Cpu, halves: Halves, inMemory: Value = cpu.i32(0)) {
    this.cpu = cpu;
    this.halves = halves;
    this.inMemory = inMemory;
  }
  low(): Value {
    return this.cpu.getVector(this.halves.low);
  }
  high(): Value {
    return this.cpu.getVector(this.halves.high);
  }
  lane(): Value {
    return this.cpu.lane(this.low(), 0);
  }
  address(): Value {
    throw new Error('a register has no address');
  }
  set(low: Value, high: Value = zero(this.cpu)): void {
    this.cpu.setVector(this.halves.low, low);
    this.cpu.setVector(this.halves.high, high);
  }
}

/** Bytes of memory: with VEX.L clear, and set. */
function bytesOf({ memory }: WideSize): readonly [short: number, long: number] {
  if ('bits' in memory) return [memory.bits / 8, memory.bits / 8];
  return [16 / memory.part, 32 / memory.part];
}
type Narrow = 1 | 2 | 4 | 8;

/** The operand behind ModRM: a register or memory. */
export class WideOperandPlace extends WideRegisterPlace {
  readonly #operands: AddressOperands;
  readonly #bytes: readonly [short: number, long: number];
  #address: Value | undefined;
  constructor(cpu: Cpu, halves: Halves, operands: AddressOperands, { inMemory, wide }: { inMemory: Value; wide: WideSize }) {
    super(cpu, halves, cpu.let(inMemory));
    this.#operands = operands;
    this.#bytes = bytesOf(wide);
  }
  override address(): Value {
    if (this.#address) return this.#address;
    const { cpu } = this;
    const address = (this.#address = effectiveAddress(cpu, this.#operands));
    const { long, aligned } = cpu.instance;
    if (aligned) {
      const mask = cpu.select(long, cpu.i32(31), cpu.i32(15));
      cpu.raiseWhen(cpu.and(cpu.wrap(address), mask), VECTOR.generalProtection);
    }
    return address;
  }
  /** One of two values by where the operand is. */
  #either(type: 'v128' | 'i64', memory: () => Value, register: () => Value): Value {
    const { cpu } = this;
    const found = cpu.variable(type === 'v128' ? zero(cpu) : cpu.i64(0));
    cpu.when(
      this.inMemory,
      () => found.set(memory()),
      () => found.set(register()),
    );
    return found.get();
  }
  #load(bytes: number): Value {
    const { cpu } = this;
    if (bytes >= 16) return cpu.loadVector(this.address());
    return cpu.vector(cpu.read(this.address(), bytes as Narrow, false), cpu.i64(0));
  }
  override low(): Value {
    const { cpu } = this;
    const [short, long] = this.#bytes;
    const memory = () => {
      if (Math.min(short, 16) === Math.min(long, 16)) return this.#load(short);
      const found = cpu.variable(zero(cpu));
      this.address();
      cpu.when(
        cpu.instance.long,
        () => found.set(this.#load(long)),
        () => found.set(this.#load(short)),
      );
      return found.get();
    };
    return this.#either('v128', memory, () => super.low());
  }
  override high(): Value {
    const { cpu } = this;
    return this.#either(
      'v128',
      () => cpu.loadVector(cpu.add(this.address(), cpu.i64(16))),
      () => super.high(),
    );
  }
  override lane(): Value {
    const { cpu } = this;
    const bytes = Math.min(8, this.#bytes[0]) as Narrow;
    return this.#either(
      'i64',
      () => cpu.read(this.address(), bytes, false),
      () => super.lane(),
    );
  }
  override set(low: Value, high: Value = zero(this.cpu)): void {
    const { cpu } = this;
    const pinned = cpu.let(low);
    cpu.when(
      this.inMemory,
      () => this.#store(pinned, high),
      () => super.set(pinned, high),
    );
  }
  #store(low: Value, high: Value): void {
    const { cpu } = this;
    const address = this.address();
    const [short, long] = this.#bytes;
    const store = (bytes: number) => {
      if (bytes === 32) {
        // Nothing is written where the second half cannot be.
        cpu.probe(address, 32, 'store');
        cpu.storeVector(address, low);
        cpu.storeVector(cpu.add(address, cpu.i64(16)), high);
      } else if (bytes === 16) cpu.storeVector(address, low);
      else cpu.write(address, bytes as Narrow, cpu.lane(low, 0));
    };
    if (short === long) return store(short);
    cpu.when(
      cpu.instance.long,
      () => store(long),
      () => store(short),
    );
  }
}

/** A VSIB operand: the vector of indices, and what they are indices into. */
export class VectorAddresses extends WideRegisterPlace {
  readonly #operands: AddressOperands;
  constructor(cpu: Cpu, halves: Halves, operands: AddressOperands) {
    super(cpu, halves, cpu.i32(1));
    this.#operands = operands;
  }
  /** The address of the element of an index, i64. */
  at(index: Value): Value {
    const { cpu } = this;
    const { base, ea, disp } = this.#operands;
    if (!base) throw new Error('a VSIB operand has a base');
    const scaled = cpu.shl(index, cpu.extendU(cpu.and(ea, cpu.i32(3))));
    return cpu.linear(ea, cpu.add(cpu.add(cpu.get(base), scaled), disp));
  }
}
