/**
 * The interpreter: one WebAssembly function that runs decoded records in a `br_table` loop, generated from the rows.
 * A row's meaning is read once, while this function is written; its operands are then fields of the record at `ip`.
 *
 * Locals hold where we are: `ip` (record), `records` (decoded page it lies in), `pageBase` (virtual address of that
 * page), `left` (budget in instructions) and `tlb` (current bank). The guest's registers stay in memory.
 */
import { ACCESS, type Architecture, type QuickCore } from '../../isa/architecture.ts';
import type { AtomicPlace, EngineCpu, FloatOperations, Register, Width } from '../../isa/cpu.ts';
import type { Operand, Row } from '../../isa/row.ts';
import { EVENT, FRAGMENT_PAGES, RECORD, TLB_ENTRIES, TLB_ENTRY } from '../layout.ts';
import { type Expression, load } from '../wasm/expression.ts';
import { type Callable, type Label, type Local, Routine, type Signature } from '../wasm/routine.ts';
import { NOT_RAM } from './access.ts';
import { atomicPlaceAt, atomicUpdate } from './atomics.ts';
import { FieldRegister, FixedRegister } from './interpreter-registers.ts';
import type { CoreParts } from './parts.ts';
import { operandPlaces } from './record-shape.ts';

/** Functions of the core module that the interpreter calls. */
export interface Runtime {
  readonly load: Callable;
  readonly store: Callable;
  readonly atomicHost: Callable;
  readonly fill: Callable;
  /** Drops one page's translations where no compiled code depends on them. */
  readonly flushPage: Callable;
  /** See Architecture.quickAnswers. */
  readonly quickAnswers: ReadonlyMap<string, Callable>;
}

/** What the interpreter is written from. */
export interface InterpreterMaking {
  readonly architecture: Architecture;
  readonly core: CoreParts;
  readonly runtime: Runtime;
}

export class InterpreterRoutine extends Routine implements EngineCpu {
  readonly parts: CoreParts;
  readonly runtime: Runtime;
  readonly architecture: Architecture;
  /** Set right after construction: it needs this routine. */
  float!: FloatOperations;
  readonly ip: Local;
  readonly records: Local;
  readonly pageBase: Local;
  readonly tlb: Local;
  /** Byte length of the instruction whose handler is being written; undefined: in its record. */
  length: number | undefined;
  /** Where handlers go: an event to look at, or a jump already made (`ip` is set). */
  onEvent!: Label;
  onJump!: Label;
  onForwardJump!: Label;

  constructor(signature: Signature, { architecture, core, runtime }: InterpreterMaking) {
    super(signature);
    this.architecture = architecture;
    this.parts = core;
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
  /** A control of a row, as an i32. */
  control(row: Row, control: Operand): Expression {
    const place = operandPlaces(row).find(({ operand }) => operand === control);
    if (!place) throw new Error(`${row.name} has no operand ${control.name}`);
    return load('i32', place.width === 1 ? 1 : 2, false, this.ip.get(), place.at);
  }

  register(file: string, number: number): Register {
    const { files, state } = this.architecture;
    return new FixedRegister(file, (state.offsets[file] as number) + (number * (files[file]?.width ?? 64)) / 8);
  }
  /** A register's offset from the core's state. */
  #offset(r: Register): Expression {
    return r instanceof FieldRegister ? this.field16(r.field) : this.i32((r as FixedRegister).offset);
  }
  #register(r: Register, type: 'i64' | 'f64' = 'i64'): Expression {
    return load(type, 8, false, this.#offset(r), this.parts.layout.state);
  }
  get(r: Register): Expression {
    return this.#register(r);
  }
  set(r: Register, value: Expression): void {
    this.store(8, this.#offset(r), value, this.parts.layout.state);
  }
  getDouble(r: Register): Expression {
    return this.#register(r, 'f64');
  }
  setDouble(r: Register, value: Expression): void {
    this.set(r, value);
  }
  getVector(r: Register, part: 0 | 1 = 0): Expression {
    return load('v128', 16, false, this.#offset(r), this.parts.layout.state + 16 * part);
  }
  setVector(r: Register, value: Expression, part: 0 | 1 = 0): void {
    this.store(16, this.#offset(r), value, this.parts.layout.state + 16 * part);
  }
  isZero(r: Register): Expression {
    const zero = this.architecture.files[r.file]?.zero;
    if (!zero) return this.i32(0);
    return this.eq(this.#offset(r), this.i32((this.architecture.state.offsets[r.file] as number) + zero.reads * 8));
  }

  pc(): Expression {
    // Signed: a jump may have moved `ip` before the page.
    return this.add(this.pageBase.get(), this.extendS(this.shrS(this.sub(this.ip.get(), this.records.get()), this.i32(this.#shift))));
  }
  get #shift(): number {
    return this.parts.layout.records.shift;
  }
  /** The instruction's length in bytes, as an i32. */
  #length(): Expression {
    return this.length === undefined ? load('i32', 1, false, this.ip.get(), RECORD.length) : this.i32(this.length);
  }
  nextPc(): Expression {
    return this.add(this.pc(), this.length === undefined ? this.extendU(this.#length()) : this.i64(this.length));
  }
  /** Moves to the next record; handlers of rows that do not jump end with it. */
  advance(): void {
    this.ip.set(this.add(this.ip.get(), this.shl(this.#length(), this.i32(this.#shift))));
  }
  #moveBy(offset: Expression): void {
    this.ip.set(this.add(this.ip.get(), this.wrap(this.shl(offset, this.i64(this.#shift)))));
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
  jumpBy(offset: Expression): void {
    this.#moveBy(offset);
    this.branchTo(this.onJump);
  }
  jumpTo(address: Expression): void {
    const target = this.let(address);
    // Far targets need the exact address: keep it as page and record, the page is looked up when `ip` is out of it.
    const base = this.let(this.and(target, this.i64(-4096)));
    const { mask } = this.parts.layout.records;
    this.ip.set(this.add(this.records.get(), this.wrap(this.shl(this.and(target, this.i64(mask)), this.i64(this.#shift)))));
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
  readPort(port: Expression, width: 1 | 2 | 4): Expression {
    this.#report();
    const value = this.let(this.extendU(this.call(this.parts.host.portRead, this.wrap(port), this.i32(width))));
    this.#leaveOnEvent();
    return value;
  }
  writePort(port: Expression, width: 1 | 2 | 4, value: Expression): void {
    this.#report();
    this.run(this.parts.host.portWrite, this.wrap(port), this.i32(width), this.wrap(value));
    this.#leaveOnEvent();
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
  atomicPlace(address: Expression, width: 4 | 8, access: 'load' | 'store'): AtomicPlace {
    return atomicPlaceAt(this, this.let(this.#atomicHost(this.let(address), width, ACCESS[access])), width);
  }
  loadVector(at: Expression): Expression {
    const address = this.let(at);
    const above = this.#vectorHalves(address, 'load');
    return this.vector(this.read(address, 8, false), this.read(above, 8, false));
  }
  storeVector(at: Expression, stored: Expression): void {
    const address = this.let(at);
    const value = this.let(stored);
    const above = this.#vectorHalves(address, 'store');
    this.write(address, 8, this.lane(value, 0));
    this.write(above, 8, this.lane(value, 1));
  }
  /** Checks all of a vector before any of it is touched; devices take none. @returns the address of its upper half */
  #vectorHalves(address: Expression, access: 'load' | 'store'): Expression {
    const above = this.let(this.add(address, this.i64(8)));
    const last = this.let(this.add(address, this.i64(15)));
    const { loadAccess, storeAccess } = this.architecture.causes;
    for (const byte of [address, last]) {
      this.#report();
      const host = this.let(this.call(this.runtime.fill, byte, this.i32(ACCESS[access])));
      this.#leaveOnEvent();
      this.when(this.eq(host, this.i32(NOT_RAM)), () => this.trap(access === 'load' ? loadAccess : storeAccess, byte));
    }
    return above;
  }
  /** Orders all accesses, whatever is asked. */
  orderMemory(): void {
    this.fence();
  }

  field(name: string): Expression {
    return this.parts.state.get(name);
  }
  setField(name: string, value: Expression): void {
    this.parts.state.set(this, name, value);
  }
  operation(name: string, ...operands: Expression[]): void {
    const quick = this.architecture.quickOperations[name]?.(this, this.#quickCore(), operands);
    if (!quick) return this.#operation(name, operands);
    this.when(quick.possible, quick.run, () => this.#operation(name, operands));
  }
  #quickCore(): QuickCore {
    const { run, layout } = this.parts;
    const word = (at: number) => load('i32', 4, false, this.i32(0), at);
    return {
      facts: () => run.get('facts'),
      codeUnchanged: () => this.eq(word(layout.codeChanges), word(layout.codeChangesSeen)),
      fragmentsAt: (address) => {
        const page = this.and(this.wrap(this.shrU(address, this.i64(12))), this.i32(FRAGMENT_PAGES - 1));
        return load('i32', 1, false, page, layout.fragmentPages);
      },
      flushPage: (address) => this.run(this.runtime.flushPage, address),
    };
  }
  #index(name: string): Expression {
    const index = this.architecture.operations.indexOf(name);
    if (index < 0) throw new Error(`${this.architecture.name} has no operation ${name}`);
    return this.i32(index);
  }
  #operation(name: string, operands: readonly Expression[]): void {
    const [first, second] = operands;
    if (first) this.parts.run.set(this, 'operand', first);
    if (second) this.parts.run.set(this, 'operand2', second);
    this.#report();
    this.run(this.parts.host.operation, this.#index(name));
    this.#leaveOnEvent();
  }
  ask(name: string, number: Expression, operand: Expression, then: (answer: Expression) => void): void {
    const { run, state, host } = this.parts;
    run.set(this, 'operand', operand);
    const asked = this.let(number);
    const quick = this.runtime.quickAnswers.get(name);
    const slowly = () => {
      this.#report();
      this.run(host.ask, this.#index(name), asked);
      // A fault leaves the registers alone; any other event is looked at after they are written and the pc moved on.
      this.branchTo(this.onEvent, this.eq(run.get('event'), this.i32(EVENT.trap)));
    };
    if (quick) this.when(this.eqz(this.call(quick, asked)), slowly);
    else slowly();
    then(run.get('operand'));
    state.set(this, 'pc', this.nextPc());
    this.#leaveOnEvent();
  }
  /** Before a floating-point row: is the unit on, is a better mode due, does its rounding mode make it illegal? */
  floatGuard(rounding: Expression | undefined): void {
    const policy = this.architecture.float;
    if (!policy) throw new Error(`${this.architecture.name} has floating-point rows and no policy for them`);
    const { state, run } = this.parts;
    const mode = this.let(run.get('floatMode'));
    const better = this.and(this.and(this.eq(mode, this.i32(1)), state.get(policy.flags)), this.eqz(state.get(policy.rounding)));
    this.when(this.or(this.eqz(mode), better), () => {
      this.#report();
      this.run(this.parts.host.floatMode);
      this.#leaveOnEvent();
    });
    if (!rounding) return;
    const reserved = this.and(this.eq(rounding, this.i32(7)), this.gtU(state.get(policy.rounding), this.i32(policy.reservedAbove)));
    this.when(reserved, () => this.illegal());
  }
  /** Raises a trap from a handler of the interpreter itself. */
  trap(cause: number, value: Expression): void {
    this.#report();
    this.parts.raise(this, this.i32(cause), value);
    this.branchTo(this.onEvent);
  }
  illegal(): void {
    this.trap(this.architecture.causes.illegal, this.zero32(load('i64', 4, false, this.ip.get(), RECORD.immediate)));
  }
}
