/**
 * The interpreter: one WebAssembly function that runs decoded records in a `br_table` loop, generated from the rows.
 * A row's meaning is read once, while this function is written; its operands are then fields of the record at `ip`.
 *
 * Locals hold where we are: `ip` (record), `records` (decoded page it lies in), `pageBase` (virtual address of that
 * page), `left` (budget in instructions) and `tlb` (current bank). The guest's registers stay in memory.
 */
import { ACCESS, type EngineCauses, SYSTEM_OPERATIONS, type SystemOperation } from '../../isa/architecture.ts';
import type { Cpu, CsrKind, FloatOperations, Register, Width } from '../../isa/cpu.ts';
import { EVENT, FRAGMENT_PAGES, RECORD, TLB_ENTRIES, TLB_ENTRY } from '../layout.ts';
import { type Expression, load } from '../wasm/expression.ts';
import { type Callable, type Label, type Local, Routine, type Signature } from '../wasm/routine.ts';
import type { CoreParts } from './parts.ts';

/** Functions of the core module that the interpreter calls. */
export interface Runtime {
  readonly load: Callable;
  readonly store: Callable;
  readonly atomicHost: Callable;
  /** Drops one page's translations where no compiled code depends on them. */
  readonly flushPage: Callable;
  /** Does a CSR access that has no consequences; see Architecture.writeQuickCsr. */
  readonly quickCsr: Callable;
  readonly causes: EngineCauses;
}

/** A register operand: the field of the record that holds its byte offset from the core's state. */
class FieldRegister implements Register {
  readonly register: 'x' | 'f';
  readonly field: number;
  constructor(register: 'x' | 'f', field: number) {
    this.register = register;
    this.field = field;
  }
}
export const fieldRegister = (register: 'x' | 'f', name: string): Register =>
  new FieldRegister(register, { d: RECORD.rd, '1': RECORD.rs1, '2': RECORD.rs2, '3': RECORD.third }[name.at(-1) as string] as number);

export const CSR_KINDS = ['write', 'set', 'clear'] as const satisfies readonly CsrKind[];
const CANONICAL_NAN_F32 = 0x7fc00000;
const BOX = 0xffff_ffff_0000_0000n;

export class InterpreterRoutine extends Routine implements Cpu {
  readonly parts: CoreParts;
  readonly runtime: Runtime;
  /** Set right after construction: it needs this routine. */
  float!: FloatOperations;
  readonly ip: Local;
  readonly records: Local;
  readonly pageBase: Local;
  readonly tlb: Local;
  /** Byte length of the instruction whose handler is being written. */
  length: 2 | 4 = 4;
  /** Where handlers go: an event to look at, or a jump already made (`ip` is set). */
  onEvent!: Label;
  onJump!: Label;
  onForwardJump!: Label;

  constructor(signature: Signature, parts: CoreParts, runtime: Runtime) {
    super(signature);
    this.parts = parts;
    this.runtime = runtime;
    this.ip = this.local('i32');
    this.records = this.local('i32');
    this.pageBase = this.local('i64');
    this.tlb = this.local('i32');
  }
  get left(): Local {
    return this.parameter(0);
  }

  field16(offset: number): Expression {
    return load('i32', 2, false, this.ip.get(), offset);
  }
  immediate(): Expression {
    return load('i64', 4, true, this.ip.get(), RECORD.immediate);
  }
  roundingMode(): Expression {
    return load('i32', 1, false, this.ip.get(), RECORD.mode);
  }

  #register(r: Register, type: 'i64' | 'f64' = 'i64'): Expression {
    return load(type, 8, false, this.field16((r as FieldRegister).field), this.parts.layout.state);
  }
  x(r: Register): Expression {
    return this.#register(r);
  }
  setX(r: Register, value: Expression): void {
    this.store(8, this.field16((r as FieldRegister).field), value, this.parts.layout.state);
  }
  f(r: Register): Expression {
    return this.#register(r);
  }
  setF(r: Register, bits: Expression): void {
    this.setX(r, bits);
  }
  d(r: Register): Expression {
    return this.#register(r, 'f64');
  }
  setD(r: Register, value: Expression): void {
    this.setX(r, value);
  }
  s(r: Register): Expression {
    const bits = this.let(this.#register(r));
    const boxed = this.geU(bits, this.i64(BOX));
    return this.reinterpret('f32', this.select(boxed, this.wrap(bits), this.i32(CANONICAL_NAN_F32)));
  }
  setS(r: Register, value: Expression): void {
    this.setX(r, this.or(this.extendU(this.reinterpret('i32', value)), this.i64(BOX)));
  }

  pc(): Expression {
    // Signed: a jump may have moved `ip` before the page.
    return this.add(this.pageBase.get(), this.extendS(this.shrS(this.sub(this.ip.get(), this.records.get()), this.i32(3))));
  }
  nextPc(): Expression {
    return this.add(this.pc(), this.i64(this.length));
  }
  /** Moves to the next record; handlers of rows that do not jump end with it. */
  advance(): void {
    this.ip.set(this.add(this.ip.get(), this.i32(this.length * 8)));
  }
  #moveBy(offset: Expression): void {
    this.ip.set(this.add(this.ip.get(), this.wrap(this.shl(offset, this.i64(3)))));
  }
  branch(condition: Expression, offset: Expression): void {
    this.when(condition, () => {
      const by = this.let(offset);
      this.#moveBy(by);
      // A branch to itself counts as one back: only those look at the budget and at attention.
      this.branchTo(this.onJump, this.leS(by, this.i64(0)));
      this.branchTo(this.onForwardJump);
    });
  }
  jump(rd: Register, offset: Expression): void {
    this.setX(rd, this.nextPc());
    this.#moveBy(offset);
    this.branchTo(this.onJump);
  }
  jumpTo(rd: Register, address: Expression): void {
    const target = this.let(address);
    this.setX(rd, this.nextPc());
    // Far targets need the exact address: keep it as page and record, the page is looked up when `ip` is out of it.
    const base = this.let(this.and(target, this.i64(-4096)));
    this.ip.set(this.add(this.records.get(), this.wrap(this.shl(this.and(target, this.i64(0xffe)), this.i64(3)))));
    this.when(this.ne(base, this.pageBase.get()), () => {
      this.pageBase.set(base);
      this.branchTo(this.onFarJump);
    });
    this.branchTo(this.onJump);
  }
  onFarJump!: Label;

  /** Saves what TypeScript and the slow paths need to know of this instruction. */
  #report(): void {
    this.parts.state.set(this, 'pc', this.pc());
    this.parts.run.set(this, 'left', this.left.get());
  }
  #leaveOnEvent(): void {
    this.branchTo(this.onEvent, this.parts.run.get('event'));
  }
  #tlbEntry(address: Expression): Expression {
    return this.let(
      this.add(this.tlb.get(), this.and(this.wrap(this.shrU(address, this.i64(7))), this.i32((TLB_ENTRIES - 1) * TLB_ENTRY.size))),
    );
  }
  /** Compares the page, and as much alignment as the width asks for. */
  #hit(entry: Expression, which: number, address: Expression, width: number): Expression {
    return this.eq(load('i64', 8, false, entry, which), this.and(address, this.i64(-4096 | (width - 1))));
  }
  #host(entry: Expression, address: Expression): Expression {
    return this.add(this.wrap(address), load('i32', 4, false, entry, TLB_ENTRY.addend));
  }
  read(at: Expression, width: Width, signed: boolean): Expression {
    const result = this.local('i64');
    const address = this.let(at);
    const entry = this.#tlbEntry(address);
    this.when(
      this.#hit(entry, TLB_ENTRY.read, address, width),
      () => result.set(load('i64', width, signed, this.#host(entry, address))),
      () => {
        this.#report();
        const raw = this.call(this.runtime.load, address, this.i32(width));
        const unused = this.i64(64 - width * 8);
        result.set(signed && width < 8 ? this.shrS(this.shl(raw, unused), unused) : raw);
        this.#leaveOnEvent();
      },
    );
    return result.get();
  }
  loadF64(address: Expression): Expression {
    return this.reinterpret('f64', this.read(address, 8, false));
  }
  loadF32(address: Expression): Expression {
    return this.reinterpret('f32', this.wrap(this.read(address, 4, false)));
  }
  write(at: Expression, width: Width, stored: Expression): void {
    const address = this.let(at);
    const value = this.let(stored);
    const entry = this.#tlbEntry(address);
    this.when(
      this.#hit(entry, TLB_ENTRY.write, address, width),
      () => this.store(width, this.#host(entry, address), value),
      () => {
        this.#report();
        this.run(this.runtime.store, address, value, this.i32(width));
        this.#leaveOnEvent();
      },
    );
  }
  #atomicHost(address: Expression, width: 4 | 8, access: number): Expression {
    const host = this.local('i32');
    const entry = this.#tlbEntry(address);
    this.when(
      this.#hit(entry, access === ACCESS.load ? TLB_ENTRY.read : TLB_ENTRY.write, address, width),
      () => host.set(this.#host(entry, address)),
      () => {
        this.#report();
        host.set(this.call(this.runtime.atomicHost, address, this.i32(width), this.i32(access)));
        this.branchTo(this.onEvent, this.eqz(host.get()));
      },
    );
    return host.get();
  }
  amo(at: Expression, width: 4 | 8, combine: (old: Expression) => Expression): Expression {
    const host = this.#atomicHost(this.let(at), width, ACCESS.store);
    return atomicUpdate(this, host, width, combine);
  }
  loadReserved(at: Expression, width: 4 | 8): Expression {
    const address = this.let(at);
    const host = this.#atomicHost(address, width, ACCESS.load);
    const raw = this.atomic('load', width, host);
    const value = this.let(width === 4 ? this.extendS(raw) : raw);
    this.parts.state.set(this, 'reserved', this.i32(1));
    this.parts.state.set(this, 'reservedAddress', address);
    this.parts.state.set(this, 'reservedValue', value);
    return value;
  }
  storeConditional(at: Expression, width: 4 | 8, value: Expression): Expression {
    const address = this.let(at);
    const stored = this.let(value);
    const host = this.#atomicHost(address, width, ACCESS.store);
    const failed = this.variable(this.i64(1));
    const { state } = this.parts;
    const holds = this.and(state.get('reserved'), this.eq(state.get('reservedAddress'), address));
    this.when(holds, () => {
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

  field(name: string): Expression {
    return this.parts.state.get(name);
  }
  system(operation: SystemOperation, ...operands: Expression[]): void {
    const quick = this.#quick(operation, operands);
    if (!quick) return this.#system(operation, operands);
    this.when(quick.possible, quick.run, () => this.#system(operation, operands));
  }
  /** Operations that a guest repeats by the ten thousand and that mostly come to little: done without leaving. */
  #quick(operation: SystemOperation, operands: Expression[]): { possible: Expression; run: () => void } | undefined {
    const { run, layout } = this.parts;
    if (operation === 'fenceI') {
      // Stores by cores drop translated code at once; only what devices wrote needs looking for.
      const word = (at: number) => load('i32', 4, false, this.i32(0), at);
      return { possible: this.eq(word(layout.codeChanges), word(layout.codeChangesSeen)), run: () => undefined };
    }
    if (operation === 'sfenceVma') {
      const address = this.let(operands[0] as Expression);
      const pages = this.and(this.wrap(this.shrU(address, this.i64(12))), this.i32(FRAGMENT_PAGES - 1));
      const used = load('i32', 1, false, pages, layout.fragmentPages);
      const possible = this.and(this.and(this.ne(address, this.i64(0)), this.eqz(used)), run.get('mayFence'));
      return { possible, run: () => this.run(this.runtime.flushPage, address) };
    }
    return undefined;
  }
  #system(operation: SystemOperation, operands: Expression[]): void {
    const [first, second] = operands;
    if (first) this.parts.run.set(this, 'operand', first);
    if (second) this.parts.run.set(this, 'operand2', second);
    this.#report();
    this.run(this.parts.host.system, this.i32(SYSTEM_OPERATIONS.indexOf(operation)));
    this.#leaveOnEvent();
  }
  csr(kind: CsrKind, number: Expression, rd: Register, source: Register | Expression): void {
    const fromRegister = 'register' in source;
    // x0 or 0 as source of set and clear means "do not write"; the record's offset of x0 is x0's own storage.
    const writes =
      kind === 'write'
        ? this.i32(1)
        : fromRegister
          ? this.ne(this.field16((source as FieldRegister).field), this.i32(this.parts.state.address('x') - this.parts.layout.state))
          : this.ne(source as Expression, this.i64(0));
    this.parts.run.set(this, 'operand', fromRegister ? this.x(source as Register) : (source as Expression));
    const which = this.i32(CSR_KINDS.indexOf(kind));
    const csr = this.let(number);
    const written = this.let(writes);
    this.when(this.eqz(this.call(this.runtime.quickCsr, csr, which, written)), () => {
      this.#report();
      this.run(this.parts.host.csr, csr, which, written);
      // A fault leaves rd alone; any other event is looked at after rd is written and the pc moved on.
      this.branchTo(this.onEvent, this.eq(this.parts.run.get('event'), this.i32(EVENT.trap)));
    });
    this.setX(rd, this.parts.run.get('operand'));
    this.parts.state.set(this, 'pc', this.nextPc());
    this.#leaveOnEvent();
  }
  /** Before a floating-point row: is the unit on, is a reserved dynamic rounding mode asked for, is a better mode due? */
  floatGuard(usesRoundingMode: boolean): void {
    const { state, run } = this.parts;
    const mode = this.let(run.get('floatMode'));
    const better = this.and(this.and(this.eq(mode, this.i32(1)), state.get('fflags')), this.eqz(state.get('frm')));
    this.when(this.or(this.eqz(mode), better), () => {
      this.#report();
      this.run(this.parts.host.floatMode);
      this.#leaveOnEvent();
    });
    if (!usesRoundingMode) return;
    const reserved = this.and(this.eq(this.roundingMode(), this.i32(7)), this.gtU(state.get('frm'), this.i32(4)));
    this.when(reserved, () => this.system('illegal'));
  }
  /** Raises a trap from a handler of the interpreter itself. */
  trap(cause: number, value: Expression): void {
    this.#report();
    this.parts.raise(this, this.i32(cause), value);
    this.branchTo(this.onEvent);
  }
  illegal(): void {
    this.trap(this.runtime.causes.illegal, this.zero32(load('i64', 4, false, this.ip.get(), RECORD.immediate)));
  }
}

/** An atomic read-modify-write at an aligned place in memory 0, retried until nothing came between. Returns the old value. */
export function atomicUpdate(r: Routine, host: Expression, width: 4 | 8, combine: (old: Expression) => Expression): Expression {
  const old = r.local('i64');
  r.loop((again) => {
    const raw = r.let(r.atomic('load', width, host));
    old.set(width === 4 ? r.extendS(raw) : raw);
    const value = combine(old.get());
    const before = r.atomic('cmpxchg', width, host, raw, width === 4 ? r.wrap(value) : value);
    r.branchTo(again, r.ne(before, raw));
  });
  return old.get();
}
