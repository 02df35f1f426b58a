/**
 * Rows read with constant operands: the guest's registers are locals, memory goes through an inline check of the
 * lookaside buffer, and everything that is not the common case leaves the region ("side exit") for the interpreter to
 * redo the instruction. A side exit hands the registers to a function that stores them, by tail call, so that it
 * costs the hot path one untaken branch.
 */
import type { CsrCompiler, SystemOperation } from '../../isa/architecture.ts';
import type { Cpu, CsrKind, FloatOperations, Register, Width } from '../../isa/cpu.ts';
import type { Fields } from '../../snapshot/schema.ts';
import { atomicUpdate } from '../core/interpreter.ts';
import { type CoreLayout, type runState, TLB_ENTRIES, TLB_ENTRY } from '../layout.ts';
import { type Expression, load } from '../wasm/expression.ts';
import type { WasmFields } from '../wasm/fields.ts';
import { type Callable, type Local, Routine, type Signature } from '../wasm/routine.ts';

/** A register operand with its number. */
export interface NumberedRegister extends Register {
  readonly number: number;
}

/** What the region is compiled for. */
export interface RegionContext {
  readonly csr: CsrCompiler;
  readonly layout: CoreLayout;
  readonly state: WasmFields<Fields>;
  readonly run: WasmFields<(typeof runState)['fields']>;
  /** Address of the mode's bank of the lookaside buffer. */
  readonly bank: number;
  /** The region rests on NX being raised and frm being 0. */
  readonly fastFloat: boolean;
  /** Address of the region's entry. */
  readonly entry: bigint;
  /** Registers the region uses, and those it writes, in order. */
  readonly used: readonly NumberedRegister[];
  readonly written: readonly NumberedRegister[];
  /** Stores the registers and continues at `entry + distance`, in the interpreter. */
  readonly exitSlow: Callable;
}

const CANONICAL_NAN_F32 = 0x7fc00000;
const BOX = 0xffff_ffff_0000_0000n;
const key = (r: Register) => `${r.register}${(r as NumberedRegister).number}`;

export class RegionRoutine extends Routine implements Cpu {
  float!: FloatOperations;
  readonly context: RegionContext;
  readonly #locals = new Map<string, Local>();
  /** Where we are: distance of the instruction from the entry, its length, and instructions of the block behind it. */
  at = 0;
  length: 2 | 4 = 4;
  /** Instructions of the block that have been counted and not yet executed, this one included. */
  uncounted = 0;
  readonly #left: Local;

  constructor(signature: Signature, context: RegionContext) {
    super(signature);
    this.context = context;
    this.#left = this.parameter(0);
    for (const register of context.used) {
      const local = this.local(register.register === 'x' ? 'i64' : 'f64');
      this.#locals.set(key(register), local);
      local.set(load(local.type, 8, false, this.i32(0), registerAddress(context.state, register)));
    }
  }

  get left(): Local {
    return this.#left;
  }
  /** The arguments of both exit functions after `left` and the place: the registers that may have changed. */
  registers(): Expression[] {
    return this.context.written.map((register) => (this.#locals.get(key(register)) as Local).get());
  }
  /** Leaves so that the interpreter goes on with this instruction. */
  leave(): void {
    const left = this.add(this.#left.get(), this.i32(this.uncounted));
    this.returnCall(this.context.exitSlow, left, this.i32(this.at), ...this.registers());
  }
  /** The same, when the condition is not zero. */
  leaveWhen(condition: Expression): void {
    this.when(condition, () => this.leave());
  }

  #local(r: Register): Local {
    const local = this.#locals.get(key(r));
    if (!local) throw new Error(`register ${key(r)} was not announced`);
    return local;
  }
  x(r: Register): Expression {
    return (r as NumberedRegister).number === 0 ? this.i64(0) : this.#local(r).get();
  }
  setX(r: Register, value: Expression): void {
    if ((r as NumberedRegister).number === 0) {
      if (value.constant === undefined) this.drop(value);
      return;
    }
    this.#local(r).set(value);
  }
  f(r: Register): Expression {
    return this.reinterpret('i64', this.#local(r).get());
  }
  setF(r: Register, bits: Expression): void {
    this.#local(r).set(this.reinterpret('f64', bits));
  }
  d(r: Register): Expression {
    return this.#local(r).get();
  }
  setD(r: Register, value: Expression): void {
    this.#local(r).set(value);
  }
  s(r: Register): Expression {
    const bits = this.let(this.f(r));
    const value = this.select(this.geU(bits, this.i64(BOX)), this.wrap(bits), this.i32(CANONICAL_NAN_F32));
    return this.reinterpret('f32', value);
  }
  setS(r: Register, value: Expression): void {
    this.setF(r, this.or(this.extendU(this.reinterpret('i32', value)), this.i64(BOX)));
  }

  pc(): Expression {
    return this.i64(this.context.entry + BigInt(this.at));
  }
  nextPc(): Expression {
    return this.i64(this.context.entry + BigInt(this.at + this.length));
  }
  /** Set by whoever writes the blocks: how the block's last instruction goes on. */
  onBranch!: (condition: Expression) => void;
  onJump!: () => void;
  onJumpTo!: (address: Expression) => void;
  branch(condition: Expression): void {
    this.onBranch(condition);
  }
  jump(rd: Register): void {
    this.setX(rd, this.nextPc());
    this.onJump();
  }
  jumpTo(rd: Register, address: Expression): void {
    const target = this.let(address);
    this.setX(rd, this.nextPc());
    this.onJumpTo(target);
  }

  /** Checks the lookaside buffer, leaving on a miss; gives the place in memory 0. */
  #host(address: Expression, width: Width, which: number): Expression {
    const { bank } = this.context;
    const index = this.let(this.and(this.wrap(this.shrU(address, this.i64(7))), this.i32((TLB_ENTRIES - 1) * TLB_ENTRY.size)));
    const tag = load('i64', 8, false, index, bank + which);
    this.leaveWhen(this.ne(tag, this.and(address, this.i64(-4096 | (width - 1)))));
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
  amo(at: Expression, width: 4 | 8, combine: (old: Expression) => Expression): Expression {
    const host = this.let(this.#host(this.let(at), width, TLB_ENTRY.write));
    return atomicUpdate(this, host, width, combine);
  }
  loadReserved(at: Expression, width: 4 | 8): Expression {
    const address = this.let(at);
    const raw = this.atomic('load', width, this.#host(address, width, TLB_ENTRY.read));
    const value = this.let(width === 4 ? this.extendS(raw) : raw);
    const { state } = this.context;
    state.set(this, 'reserved', this.i32(1));
    state.set(this, 'reservedAddress', address);
    state.set(this, 'reservedValue', value);
    return value;
  }
  storeConditional(at: Expression, width: 4 | 8, stored: Expression): Expression {
    const address = this.let(at);
    const host = this.let(this.#host(address, width, TLB_ENTRY.write));
    const { state } = this.context;
    const failed = this.variable(this.i64(1));
    this.when(this.and(state.get('reserved'), this.eq(state.get('reservedAddress'), address)), () => {
      const expected = this.let(state.get('reservedValue'));
      const before =
        width === 4
          ? this.extendS(this.atomic('cmpxchg', 4, host, this.wrap(expected), this.wrap(stored)))
          : this.atomic('cmpxchg', 8, host, expected, stored);
      failed.set(this.extendU(this.ne(before, expected)));
    });
    state.set(this, 'reserved', this.i32(0));
    return failed.get();
  }
  override fence(): void;
  override fence(pred: Expression, succ: Expression): void;
  override fence(pred?: Expression, succ?: Expression): void {
    // On hosts that keep stores in order only a store before a load needs more than the compiler's own order; the
    // others get the host's fence for any.
    const bits = (value: Expression | undefined) => Number(value?.constant ?? 15);
    const WRITE = 1 | 4;
    const READ = 2 | 8;
    if ((bits(pred) & WRITE) !== 0 && (bits(succ) & READ) !== 0) super.fence();
  }
  field(name: string): Expression {
    return this.context.state.get(name);
  }
  /** The interpreter does it. */
  system(_operation: SystemOperation): void {
    this.leave();
  }

  /** Only what the architecture says may be inline comes here. */
  csr(kind: CsrKind, number: Expression, rd: Register, source: Register | Expression): void {
    this.context.csr.write(this, kind, Number(number.constant), rd, source);
  }
}

/** Where a register lies in memory 0. */
export function registerAddress(state: WasmFields<Fields>, r: NumberedRegister): number {
  return state.address(r.register) + r.number * 8;
}
