/**
 * The guest's registers in a region: locals, and what is known of their values while its blocks are written. A side exit hands
 * them to a function that stores them, by tail call, so that it costs the hot path one untaken branch.
 */
import type { Architecture } from '../../isa/architecture.ts';
import type { Register } from '../../isa/cpu.ts';
import type { ValueType } from '../../isa/value.ts';
import type { Fields } from '../../snapshot/schema.ts';
import type { CoreLayout, runState } from '../layout.ts';
import { type Expression, load } from '../wasm/expression.ts';
import type { WasmFields } from '../wasm/fields.ts';
import { type Callable, type Label, type Local, Routine, type Signature } from '../wasm/routine.ts';
import type { NormalAs, Reading } from '../wasm/tree.ts';
import { LateRegisters } from './late-registers.ts';

/** A register operand with its number. */
export interface NumberedRegister extends Register {
  readonly number: number;
}

/** What the region is compiled for. */
export interface RegionContext {
  readonly architecture: Architecture;
  readonly layout: CoreLayout;
  readonly state: WasmFields<Fields>;
  readonly run: WasmFields<(typeof runState)['fields']>;
  /** Address of the mode's bank of the lookaside buffer. */
  readonly bank: number;
  /** The region rests on inexact being raised and rounding to nearest. */
  readonly fastFloat: boolean;
  /** Registers the region uses. */
  readonly used: readonly NumberedRegister[];
  /** What it writes, in order: all but late registers, which have their values in memory. */
  readonly parts: readonly RegisterPart[];
  /** Where late registers are. */
  readonly places: ReadonlyMap<string, number>;
  /** Stores such parts, its arguments behind budget and place, and continues there in the interpreter. */
  readonly exitSlow: (changed: Changed) => Callable;
  /** Continues at an address, with all registers stored. */
  readonly exitJump: Callable;
}

/** Some of `RegionContext.parts`, a bit each. */
export type Changed = bigint;

/** A local that a register, or half of one of 256 bits, is kept in, and where it lies in memory 0. */
export interface RegisterPart {
  readonly name: string;
  /** Of the whole register. */
  readonly register: string;
  readonly type: ValueType;
  readonly address: number;
}
const TYPES = { integer: 'i64', double: 'f64', vector: 'v128' } as const;
export function partsOf({ files }: Architecture, state: WasmFields<Fields>, register: NumberedRegister): readonly RegisterPart[] {
  const { file, number } = register;
  const { kind, width } = files[file] ?? { kind: 'integer', width: 64 };
  const type = TYPES[kind];
  const address = state.address(file) + (number * width) / 8;
  const part = { register: registerKey(register), type, address };
  return width === 256
    ? [
        { ...part, name: key(register) },
        { ...part, name: key(register, 1), address: address + 16 },
      ]
    : [{ ...part, name: key(register) }];
}

/** What is known of registers: those that hold a constant (what kind of result the flags describe, mostly), and those whose number is normal. */
export interface Knowledge {
  readonly constants: ReadonlyMap<string, bigint>;
  readonly normal: ReadonlyMap<string, NormalAs>;
  /** Late values hold there as well. */
  readonly late: boolean;
}

/** No registers. */
export const NONE: ReadonlySet<string> = new Set();
/** A register's name. */
export const registerKey = ({ file, number }: { readonly file: string; readonly number: number }): string => `${file}${number}`;
/** Whether values of a register's file are worked out only where somebody looks. */
export const isLate = ({ files }: Architecture, { file }: Register): boolean => files[file]?.late === true;
const key = (r: Register, part = 0) => `${r.file}${(r as NumberedRegister).number}:${part}`;

export class RegionRegisters extends Routine {
  readonly context: RegionContext;
  readonly #locals = new Map<string, Local>();
  /** Where we are: distance of the instruction from the entry, its length, and instructions of the block behind it. */
  at = 0;
  length = 0;
  /** Instructions of the block that have been counted and not yet executed, this one included. */
  uncounted = 0;
  /** Registers whose value, as this instruction sets it, nobody reads. */
  unread: ReadonlySet<string> = NONE;
  /** What is known of registers here, and how many conditions of this instruction we are within. */
  #known = new Map<string, bigint>();
  #normal = new Map<string, NormalAs>();
  readonly #readings = new Map<string, Reading>();
  readonly #late = new LateRegisters();
  /** Registers that this instruction sets by nature. */
  sets: ReadonlySet<string> = NONE;
  /** Those that may have been changed here since the region was entered. */
  changed: Changed = 0n;
  #conditions = 0;
  readonly #left: Local;
  /** Address of the region's entry. */
  readonly #entry: Local;

  constructor(signature: Signature, context: RegionContext) {
    super(signature);
    this.context = context;
    this.#left = this.parameter(0);
    this.#entry = this.parameter(1);
    for (const register of context.used) {
      if (isLate(context.architecture, register)) continue;
      partsOf(context.architecture, context.state, register).forEach(({ type, address }, part) => {
        const local = this.local(type);
        this.#locals.set(key(register, part), local);
        local.set(load(type, type === 'v128' ? 16 : 8, false, this.i32(0), address));
      });
    }
  }

  get left(): Local {
    return this.#left;
  }
  /** The registers that may have changed. */
  #changed(): readonly { readonly part: RegisterPart; readonly local: Local }[] {
    const { parts } = this.context;
    return parts.flatMap((part, index) =>
      (this.changed >> BigInt(index)) & 1n ? [{ part, local: this.#locals.get(part.name) as Local }] : [],
    );
  }
  /** Leaves so that the interpreter goes on with this instruction. */
  leave(): void {
    this.settle();
    const left = this.add(this.#left.get(), this.i32(this.uncounted));
    const values = this.#changed().map(({ local }) => local.get());
    this.returnCall(this.context.exitSlow(this.changed), left, this.pc(), ...values);
  }
  /** The same, when the condition is not zero. */
  leaveWhen(condition: Expression): void {
    if (condition.constant === 0) return;
    // What leaves sets nothing, so late values stay late.
    this.fork(condition, () => this.leave(), true);
  }
  /** Leaves for an address. */
  leaveFor(address: Expression): void {
    this.settle();
    for (const { part, local } of this.#changed()) this.store(part.type === 'v128' ? 16 : 8, this.i32(0), local.get(), part.address);
    this.returnCall(this.context.exitJump, this.#left.get(), address);
  }

  protected override ended(locals: readonly Local[]): readonly Local[] {
    return this.#late.ended(locals);
  }
  /** Stores a late value where it is looked for. */
  #keep(register: string, value: Expression): void {
    this.store(8, this.i32(0), value, this.context.places.get(register) as number);
  }
  #settle(register: string): void {
    const value = this.#late.get(register);
    if (!value) return;
    this.#keep(register, value);
    this.#late.drop(register);
  }
  /** Before a place that others reach too, or the region's end: stores all late values, on this way only. @param but those that nobody looks for */
  settle(but: ReadonlySet<string> = NONE): void {
    for (const [register, value] of this.#late.values) if (!but.has(register)) this.#keep(register, value);
  }

  #local(r: Register, part = 0): Local {
    const local = this.#locals.get(key(r, part));
    if (!local) throw new Error(`register ${key(r, part)} was not announced`);
    return local;
  }
  register(file: string, number: number): Register {
    const fixed: NumberedRegister = { file, number };
    return fixed;
  }
  #isZero(r: Register): boolean {
    const zero = this.context.architecture.files[r.file]?.zero;
    return zero !== undefined && zero.reads === (r as NumberedRegister).number;
  }
  isZero(r: Register): Expression {
    return this.i32(this.#isZero(r) ? 1 : 0);
  }
  get known(): Knowledge {
    return { constants: new Map(this.#known), normal: new Map(this.#normal), late: true };
  }
  /** Writes a block that is reached knowing this; what is known around it is as before afterwards. */
  knowing({ constants, normal, late }: Knowledge, write: () => void): void {
    const before = { known: this.#known, normal: this.#normal, conditions: this.#conditions };
    this.#known = new Map(constants);
    this.#normal = new Map(normal);
    this.#conditions = 0;
    this.#late.within(late, write);
    this.#known = before.known;
    this.#normal = before.normal;
    this.#conditions = before.conditions;
  }
  override when(condition: Expression, then: () => void, otherwise?: () => void): void {
    if (condition.constant !== undefined) return super.when(condition, then, otherwise);
    // What only one way sets is not late.
    for (const register of this.sets) this.#settle(register);
    this.#conditions++;
    super.when(condition, then, otherwise);
    this.#conditions--;
  }
  /** Goes one way or another when all of an instruction but its jump is done. */
  fork(condition: Expression, then: () => void, seldom = false): void {
    this.#conditions++;
    super.when(condition, then, undefined, seldom);
    this.#conditions--;
  }
  override loop(body: (label: Label) => void): void {
    for (const [register] of this.#late.values) this.#settle(register);
    // What its body sets is not known where it begins again.
    this.#known = new Map();
    this.#normal = new Map();
    this.#conditions++;
    super.loop(body);
    this.#conditions--;
  }
  #note(r: Register, value: Expression): void {
    const { constant, type } = value;
    // What is set only if a condition holds is not known after it.
    if (this.#conditions === 0 && type === 'i64' && constant !== undefined) this.#known.set(key(r), BigInt(constant));
    else this.#known.delete(key(r));
  }
  get(r: Register): Expression {
    if (this.#isZero(r)) return this.i64(0);
    const known = this.#known.get(key(r));
    if (known !== undefined) return this.i64(known);
    const register = registerKey(r as NumberedRegister);
    if (!isLate(this.context.architecture, r)) {
      const value = this.reinterpret('i64', this.#local(r).get());
      value.near = { base: register, displacement: 0 };
      return value;
    }
    return this.#late.get(register) ?? load('i64', 8, false, this.i32(0), this.context.places.get(register) as number);
  }
  set(r: Register, value: Expression): void {
    if (this.#isZero(r)) {
      if (value.constant === undefined) this.drop(value);
      return;
    }
    this.#note(r, value);
    if (isLate(this.context.architecture, r)) return this.#setLate(registerKey(r as NumberedRegister), value);
    const local = this.#local(r);
    local.set(this.reinterpret(local.type, value));
  }
  #setLate(register: string, value: Expression): void {
    if (this.unread.has(register)) return this.#late.drop(register);
    if (this.#conditions > 0) return this.#keep(register, value);
    if (!this.#late.put(register, value)) this.#late.put(register, this.let(value));
  }
  getDouble(r: Register): Expression {
    return this.reinterpret('f64', this.#isZero(r) ? this.i64(0) : this.#local(r).get());
  }
  setDouble(r: Register, value: Expression): void {
    this.set(r, value);
  }
  getVector(r: Register, part: 0 | 1 = 0): Expression {
    const vector = this.#local(r, part).get();
    const register = key(r, part);
    vector.normal = this.#normal.get(register);
    vector.reading = this.#readings.get(register) ?? { register };
    this.#readings.set(register, vector.reading);
    return vector;
  }
  setVector(r: Register, value: Expression, part: 0 | 1 = 0): void {
    const register = key(r, part);
    this.#local(r, part).set(value);
    this.#readings.delete(register);
    if (value.normal && this.#conditions === 0) this.#normal.set(register, value.normal);
    else this.#normal.delete(register);
  }
  /** Where a number comes from a register, that has it still: it has been found not to be subnormal, or that does not matter any more. */
  noteNormal({ reading, type }: Expression): void {
    if (!reading || this.#readings.get(reading.register) !== reading || this.#conditions > 0) return;
    if (type === 'f32' || type === 'f64') this.#normal.set(reading.register, type);
  }

  clearFile(file: string): void {
    const { architecture, state } = this.context;
    const { count = 0, width = 64 } = architecture.files[file] ?? {};
    // What the region writes elsewhere too is stored when it is left; the others are as they will be then.
    this.fill(this.i32(state.address(file)), this.i32(0), this.i32((count * width) / 8));
    const zero = this.vector(this.i64(0), this.i64(0));
    for (const register of this.context.used.filter((each) => each.file === file)) this.setVector(register, zero);
  }

  /** A place of the region's code: nothing in it depends on where the code is mapped. */
  addressAt(distance: number): Expression {
    const entry = this.#entry.get();
    return distance === 0 ? entry : this.add(entry, this.i64(BigInt(distance)));
  }
  pc(): Expression {
    return this.addressAt(this.at);
  }
  nextPc(): Expression {
    return this.addressAt(this.at + this.length);
  }
}
