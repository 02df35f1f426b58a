/**
 * Rows read with constant operands: the guest's registers are locals, memory goes through an inline check of the
 * lookaside buffer, and everything that is not the common case leaves the region ("side exit") for the interpreter to
 * redo the instruction. A side exit hands the registers to a function that stores them, by tail call, so that it
 * costs the hot path one untaken branch.
 */
import type { AccessRules, Architecture } from '../../isa/architecture.ts';
import type { AtomicPlace, EngineCpu, FloatOperations, Register, Width } from '../../isa/cpu.ts';
import type { ValueType } from '../../isa/value.ts';
import type { Fields } from '../../snapshot/schema.ts';
import { atomicPlaceAt, atomicUpdate } from '../core/atomics.ts';
import { type BulkPlace, fillElements, moveElements } from '../core/bulk.ts';
import { tagFor } from '../core/tags.ts';
import { type CoreLayout, type runState, TLB_ENTRIES, TLB_ENTRY } from '../layout.ts';
import { type Expression, load } from '../wasm/expression.ts';
import type { WasmFields } from '../wasm/fields.ts';
import { type Callable, type Label, type Local, Routine, type Signature } from '../wasm/routine.ts';

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
  /** Registers the region uses, and those it writes, in order. */
  readonly used: readonly NumberedRegister[];
  readonly written: readonly NumberedRegister[];
  /** Stores the registers and continues at an address, in the interpreter. */
  readonly exitSlow: Callable;
}

/** A local that a register, or half of one of 256 bits, is kept in, and where it lies in memory 0. */
export interface RegisterPart {
  readonly type: ValueType;
  readonly address: number;
}
const TYPES = { integer: 'i64', double: 'f64', vector: 'v128' } as const;
export function partsOf({ files }: Architecture, state: WasmFields<Fields>, { file, number }: NumberedRegister): readonly RegisterPart[] {
  const { kind, width } = files[file] ?? { kind: 'integer', width: 64 };
  const type = TYPES[kind];
  const address = state.address(file) + (number * width) / 8;
  return width === 256
    ? [
        { type, address },
        { type, address: address + 16 },
      ]
    : [{ type, address }];
}

/** Vectors, and what is only probed, need not be aligned: what crosses into another page is the interpreter's. */
const WITHIN_A_PAGE: Pick<AccessRules, 'misaligned'> = { misaligned: 'fast' };

/** No registers. */
export const NONE: ReadonlySet<string> = new Set();
/** A register's name. */
export const registerKey = ({ file, number }: { readonly file: string; readonly number: number }): string => `${file}${number}`;
const key = (r: Register, part = 0) => `${r.file}${(r as NumberedRegister).number}:${part}`;

export class RegionRoutine extends Routine implements EngineCpu {
  float!: FloatOperations;
  readonly context: RegionContext;
  readonly #locals = new Map<string, Local>();
  /** Where we are: distance of the instruction from the entry, its length, and instructions of the block behind it. */
  at = 0;
  length = 0;
  /** Instructions of the block that have been counted and not yet executed, this one included. */
  uncounted = 0;
  /** Registers whose value, as this instruction sets it, nobody reads. */
  unread: ReadonlySet<string> = NONE;
  /** Registers that hold a constant here, and how many conditions of this instruction we are within. */
  #known = new Map<string, bigint>();
  #conditions = 0;
  readonly #left: Local;
  /** Address of the region's entry. */
  readonly #entry: Local;
  readonly #written: readonly Local[];

  constructor(signature: Signature, context: RegionContext) {
    super(signature);
    this.context = context;
    this.#left = this.parameter(0);
    this.#entry = this.parameter(1);
    for (const register of context.used)
      partsOf(context.architecture, context.state, register).forEach(({ type, address }, part) => {
        const local = this.local(type);
        this.#locals.set(key(register, part), local);
        local.set(load(type, type === 'v128' ? 16 : 8, false, this.i32(0), address));
      });
    this.#written = context.written.flatMap((register) =>
      partsOf(context.architecture, context.state, register).map((_, part) => this.#local(register, part)),
    );
  }

  get left(): Local {
    return this.#left;
  }
  /** The arguments of both exit functions after `left` and the place: the registers that may have changed. */
  registers(): Expression[] {
    return this.#written.map((local) => local.get());
  }
  /** Leaves so that the interpreter goes on with this instruction. */
  leave(): void {
    const left = this.add(this.#left.get(), this.i32(this.uncounted));
    this.returnCall(this.context.exitSlow, left, this.pc(), ...this.registers());
  }
  /** The same, when the condition is not zero. */
  leaveWhen(condition: Expression): void {
    this.when(condition, () => this.leave());
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
  /** Registers that hold a constant here: what kind of result the flags describe, mostly. */
  get known(): ReadonlyMap<string, bigint> {
    return new Map(this.#known);
  }
  /** Writes a block that is reached knowing this; what is known around it is as before afterwards. */
  knowing(known: ReadonlyMap<string, bigint>, write: () => void): void {
    const before = { known: this.#known, conditions: this.#conditions };
    this.#known = new Map(known);
    this.#conditions = 0;
    write();
    this.#known = before.known;
    this.#conditions = before.conditions;
  }
  override when(condition: Expression, then: () => void, otherwise?: () => void): void {
    this.#conditions++;
    super.when(condition, then, otherwise);
    this.#conditions--;
  }
  override loop(body: (label: Label) => void): void {
    // What its body sets is not known where it begins again.
    this.#known = new Map();
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
    return known === undefined ? this.reinterpret('i64', this.#local(r).get()) : this.i64(known);
  }
  set(r: Register, value: Expression): void {
    if (this.#isZero(r)) {
      if (value.constant === undefined) this.drop(value);
      return;
    }
    this.#note(r, value);
    if (this.unread.size > 0 && this.unread.has(registerKey(r as NumberedRegister))) return;
    const local = this.#local(r);
    local.set(this.reinterpret(local.type, value));
  }
  getDouble(r: Register): Expression {
    return this.reinterpret('f64', this.#isZero(r) ? this.i64(0) : this.#local(r).get());
  }
  setDouble(r: Register, value: Expression): void {
    this.set(r, value);
  }
  getVector(r: Register, part: 0 | 1 = 0): Expression {
    return this.#local(r, part).get();
  }
  setVector(r: Register, value: Expression, part: 0 | 1 = 0): void {
    this.#local(r, part).set(value);
  }

  clearFile(file: string): void {
    const { architecture, state } = this.context;
    const { count = 0, width = 64 } = architecture.files[file] ?? {};
    // What the region writes elsewhere too is stored when it is left; the others are as they will be then.
    this.fill(this.i32(state.address(file)), this.i32(0), this.i32((count * width) / 8));
    const zero = this.vector(this.i64(0), this.i64(0));
    for (const register of this.context.used.filter((each) => each.file === file)) this.#local(register).set(zero);
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
  /** Set by whoever writes the blocks: how the block's last instruction goes on. */
  onBranch!: (condition: Expression) => void;
  onJump!: () => void;
  onJumpTo!: (address: Expression) => void;
  branch(condition: Expression): void {
    this.onBranch(condition);
  }
  jumpBy(): void {
    this.onJump();
  }
  jumpTo(address: Expression): void {
    this.onJumpTo(this.let(address));
  }

  /** Checks the lookaside buffer, leaving on a miss; gives the place in memory 0. */
  #host(
    address: Expression,
    width: number,
    which: number,
    rule: Pick<AccessRules, 'misaligned'> | 'aligned' = this.context.architecture.accesses,
  ): Expression {
    const { bank } = this.context;
    const index = this.let(this.and(this.wrap(this.shrU(address, this.i64(7))), this.i32((TLB_ENTRIES - 1) * TLB_ENTRY.size)));
    const tag = load('i64', 8, false, index, bank + which);
    this.leaveWhen(
      this.ne(tag, rule === 'aligned' ? this.and(address, this.i64(-4096 | (width - 1))) : tagFor(this, address, width, rule)),
    );
    return this.add(this.wrap(address), load('i32', 4, false, index, bank + TLB_ENTRY.addend));
  }
  read(at: Expression, width: Width, signed: boolean): Expression {
    const address = this.let(at);
    return load('i64', width, signed, this.#host(address, width, TLB_ENTRY.read));
  }
  write(at: Expression, width: Width, value: Expression): void {
    const address = this.let(at);
    this.store(width, this.#host(address, width, TLB_ENTRY.write), value);
  }
  loadF64(at: Expression): Expression {
    const address = this.let(at);
    return load('f64', 8, false, this.#host(address, 8, TLB_ENTRY.read));
  }
  loadF32(at: Expression): Expression {
    const address = this.let(at);
    return load('f32', 4, false, this.#host(address, 4, TLB_ENTRY.read));
  }
  update(at: Expression, width: Width, change: (old: Expression) => Expression): Expression {
    const host = this.let(this.#host(this.let(at), width, TLB_ENTRY.write));
    const old = this.let(load('i64', width, false, host));
    this.store(width, host, change(old));
    return old;
  }
  probe(at: Expression, bytes: number, access: 'load' | 'store'): void {
    this.drop(this.#host(this.let(at), bytes, access === 'load' ? TLB_ENTRY.read : TLB_ENTRY.write, WITHIN_A_PAGE));
  }
  #bulkPlace(at: Expression, which: number): BulkPlace {
    const { bank } = this.context;
    const address = this.let(at);
    const index = this.let(this.and(this.wrap(this.shrU(address, this.i64(7))), this.i32((TLB_ENTRIES - 1) * TLB_ENTRY.size)));
    const hit = this.let(this.eq(load('i64', 8, false, index, bank + which), this.and(address, this.i64(-4096))));
    return { address, hit, host: () => this.add(this.wrap(address), load('i32', 4, false, index, bank + TLB_ENTRY.addend)) };
  }
  moveElements(to: Expression, from: Expression, width: Width, most: Expression): Expression {
    const target = this.#bulkPlace(to, TLB_ENTRY.write);
    return moveElements(this, target, this.#bulkPlace(from, TLB_ENTRY.read), width, this.let(most)).get();
  }
  fillElements(to: Expression, byte: Expression, width: Width, most: Expression): Expression {
    return fillElements(this, this.#bulkPlace(to, TLB_ENTRY.write), byte, width, this.let(most)).get();
  }
  allowance(): Expression {
    return this.extendS(this.add(this.#left.get(), this.i32(this.uncounted - 1)));
  }
  countMore(instructions: Expression): void {
    this.#left.set(this.sub(this.#left.get(), this.wrap(instructions)));
  }
  amo(at: Expression, width: Width, combine: (old: Expression) => Expression): Expression {
    const host = this.let(this.#host(this.let(at), width, TLB_ENTRY.write, 'aligned'));
    return atomicUpdate(this, host, width, combine);
  }
  /** The interpreter does it. */
  exchangePair(): { equal: Expression; old: readonly [Expression, Expression] } {
    this.leave();
    return { equal: this.i32(0), old: [this.i64(0), this.i64(0)] };
  }
  /** Ports are the interpreter's. */
  readPort(): Expression {
    this.leave();
    return this.i64(0);
  }
  writePort(): void {
    this.leave();
  }
  loadVector(at: Expression): Expression {
    const address = this.let(at);
    return load('v128', 16, false, this.#host(address, 16, TLB_ENTRY.read, WITHIN_A_PAGE));
  }
  storeVector(at: Expression, value: Expression): void {
    const address = this.let(at);
    this.store(16, this.#host(address, 16, TLB_ENTRY.write, WITHIN_A_PAGE), value);
  }
  atomicPlace(at: Expression, width: Width, access: 'load' | 'store'): AtomicPlace {
    const host = this.let(this.#host(this.let(at), width, access === 'load' ? TLB_ENTRY.read : TLB_ENTRY.write, 'aligned'));
    return atomicPlaceAt(this, host, width);
  }
  /** On hosts that keep stores in order only a store before a load needs more than the compiler's own order; the others get the host's fence. */
  orderMemory(storeLoad: boolean): void {
    if (storeLoad) this.fence();
  }
  field(name: string): Expression {
    return this.context.state.get(name);
  }
  setField(name: string, value: Expression, index = 0): void {
    this.context.state.set(this, name, value, index);
  }
  element(name: string, index: Expression): Expression {
    const bytes = this.context.architecture.state.fields[name]?.kind === 'u32' ? 4 : 8;
    return load('i64', bytes, false, this.mul(index, this.i32(bytes)), this.context.state.address(name));
  }
  /** The interpreter does it. */
  operation(): void {
    this.leave();
  }
  ask(): void {
    this.leave();
  }
}
