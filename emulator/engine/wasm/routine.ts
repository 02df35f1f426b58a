/**
 * One WebAssembly function being written: its locals, statements and labels. Statements are appended as they are
 * called; blocks are closures, so the TypeScript that writes a function has the shape of the function.
 */
import type { ValueType, Variable } from '../../isa/value.ts';
import { Expression, Expressions, load } from './expression.ts';
import { emitStore } from './memory.ts';
import { Sink } from './sink.ts';

const TYPE_BYTE: Record<ValueType, number> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };
export const typeByte = (type: ValueType): number => TYPE_BYTE[type];

/** A function's parameters and results. */
export interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A local variable. */
export class Local implements Variable {
  readonly type: ValueType;
  readonly index: number;
  /** It is set once, before it is read. */
  lasts = false;
  readonly #routine: Routine;
  constructor(routine: Routine, type: ValueType, index: number) {
    this.#routine = routine;
    this.type = type;
    this.index = index;
  }
  get(): Expression {
    return new Expression(this.type, (sink) => {
      sink.watcher?.reads(this);
      sink.byte(0x20);
      sink.u32(this.index);
    });
  }
  set(value: Expression): void {
    if (value.type !== this.type) throw new Error(`a ${this.type} local cannot hold ${value.type}`);
    value.emit(this.#routine.body);
    this.#routine.body.byte(0x21);
    this.#routine.body.u32(this.index);
  }
}

/** A branch target: `br` inside its block leaves it (block) or starts it again (loop). */
export interface Label {
  readonly depth: number;
}

/** Something callable from a routine: an import or a function of the module. */
export interface Callable {
  readonly index: number;
  readonly signature: Signature;
}

export class Routine extends Expressions {
  readonly signature: Signature;
  readonly body = new Sink();
  readonly locals: ValueType[] = [];
  /** Where in the body the branches are that are seldom taken. */
  readonly unlikely: number[] = [];
  #free: Local[] = [];
  #scopes: Local[][] = [];
  #depth = 0;

  constructor(signature: Signature) {
    super();
    this.signature = signature;
  }

  parameter(index: number): Local {
    return new Local(this, this.signature.parameters[index] as ValueType, index);
  }
  /** A fresh local, zero at function entry; inside `scope` it may be one used before. */
  local(type: ValueType): Local {
    const at = this.#free.findIndex((candidate) => candidate.type === type);
    const found = at >= 0 ? (this.#free.splice(at, 1)[0] as Local) : undefined;
    const local = found ?? new Local(this, type, this.signature.parameters.length + this.locals.push(type) - 1);
    local.lasts = false;
    this.#scopes.at(-1)?.push(local);
    return local;
  }
  /** Locals made inside are reused after: keeps functions of many independent parts small. */
  scope(body: () => void): void {
    this.#scopes.push([]);
    body();
    this.#free.push(...this.ended(this.#scopes.pop() as Local[]));
  }
  /** Locals of a scope that has ended. @returns those that may be used again */
  protected ended(locals: readonly Local[]): readonly Local[] {
    return locals;
  }
  override let(value: Expression): Expression {
    if (value.constant !== undefined || value.late) return value;
    const { origin } = value;
    // What they are made of is pinned, so that it is still known.
    if (origin?.is === 'bits') return this.reinterpret(value.type, this.let(origin.of));
    if (origin?.is === 'extended') return this.extendU(this.let(origin.of));
    if (origin?.is === 'lane' && value.type === 'i64') return this.lane(this.let(origin.of), origin.lane as 0 | 1);
    const local = this.local(value.type);
    local.set(value);
    local.lasts = true;
    return local.get().as(value);
  }
  override variable(initial: Expression): Local {
    const local = this.local(initial.type);
    local.set(initial);
    return local;
  }

  /** @param seldom the condition seldom holds: the host's compiler moves `then` out of the way */
  override when(condition: Expression, then: () => void, otherwise?: () => void, seldom = false): void {
    if (condition.constant !== undefined) {
      if (condition.constant) then();
      else otherwise?.();
      return;
    }
    condition.emit(this.body);
    if (seldom) this.unlikely.push(this.body.length);
    this.body.byte(0x04);
    this.body.byte(0x40);
    this.#depth++;
    then();
    if (otherwise) {
      this.body.byte(0x05);
      otherwise();
    }
    this.#depth--;
    this.body.byte(0x0b);
  }
  #block(opcode: number, body: (label: Label) => void): void {
    this.body.byte(opcode);
    this.body.byte(0x40);
    body({ depth: ++this.#depth });
    this.#depth--;
    this.body.byte(0x0b);
  }
  block(body: (label: Label) => void): void {
    this.#block(0x02, body);
  }
  loop(body: (label: Label) => void): void {
    this.#block(0x03, body);
  }
  /** Branches to the label, always or when the condition is not zero. */
  branchTo(label: Label, condition?: Expression): void {
    if (condition?.constant !== undefined) {
      if (condition.constant) this.branchTo(label);
      return;
    }
    condition?.emit(this.body);
    this.body.byte(condition ? 0x0d : 0x0c);
    this.body.u32(this.#depth - label.depth);
  }
  /** Jumps to `labels[selector]`, or to `otherwise` where the selector is beyond them. */
  branchTable(selector: Expression, labels: readonly Label[], otherwise: Label): void {
    selector.emit(this.body);
    this.body.byte(0x0e);
    this.body.u32(labels.length);
    for (const label of labels) this.body.u32(this.#depth - label.depth);
    this.body.u32(this.#depth - otherwise.depth);
  }

  load(type: ValueType, bytes: 1 | 2 | 4 | 8 | 16, address: Expression, offset = 0, signed = false): Expression {
    return load(type, bytes, signed, address, offset);
  }
  store(bytes: 1 | 2 | 4 | 8 | 16, address: Expression, value: Expression, offset = 0): void {
    emitStore(this.body, bytes, address, value, offset);
  }
  /** Evaluates for its effect and forgets the result. */
  drop(value: Expression): void {
    value.emit(this.body);
    this.body.byte(0x1a);
  }
  /** A call as a value; it happens where the value is consumed. */
  call(target: Callable, ...args: Expression[]): Expression {
    return new Expression(target.signature.results[0] ?? 'i32', (sink) => {
      sink.watcher?.depends();
      for (const arg of args) arg.emit(sink);
      sink.byte(0x10);
      sink.u32(target.index);
    });
  }
  /** A call of what a table holds at `slot`, as a value. */
  callIndirect(table: number, typeIndex: number, result: ValueType, slot: Expression, ...args: Expression[]): Expression {
    return new Expression(result, (sink) => {
      sink.watcher?.depends();
      for (const arg of args) arg.emit(sink);
      slot.emit(sink);
      sink.byte(0x11);
      sink.u32(typeIndex);
      sink.u32(table);
    });
  }
  /** A call of something without result, now. */
  run(target: Callable, ...args: Expression[]): void {
    for (const arg of args) arg.emit(this.body);
    this.body.byte(0x10);
    this.body.u32(target.index);
    for (let dropped = target.signature.results.length; dropped > 0; dropped--) this.body.byte(0x1a);
  }
  /** Leaves this function for another, without growing the stack. */
  returnCall(target: Callable, ...args: Expression[]): void {
    for (const arg of args) arg.emit(this.body);
    this.body.byte(0x12);
    this.body.u32(target.index);
  }
  returnCallIndirect(typeIndex: number, slot: Expression, ...args: Expression[]): void {
    for (const arg of args) arg.emit(this.body);
    slot.emit(this.body);
    this.body.byte(0x13);
    this.body.u32(typeIndex);
    this.body.u32(0);
  }
  return(value?: Expression): void {
    value?.emit(this.body);
    this.body.byte(0x0f);
  }
  unreachable(): void {
    this.body.byte(0x00);
  }
  /** Copies `length` bytes, as if by way of another place where they overlap. */
  copy(to: Expression, from: Expression, length: Expression): void {
    to.emit(this.body);
    from.emit(this.body);
    length.emit(this.body);
    for (const byte of [0xfc, 10, 0, 0]) this.body.byte(byte);
  }
  /** Fills `length` bytes at `address` with the low byte of `value`. */
  fill(address: Expression, value: Expression, length: Expression): void {
    address.emit(this.body);
    value.emit(this.body);
    length.emit(this.body);
    for (const byte of [0xfc, 11, 0]) this.body.byte(byte);
  }
  /**
   * An atomic access (threads proposal, opcodes 0xFE xx); the address must be aligned. With `cmpxchg` the arguments are
   * expected and replacement, the result is what was there. 8 bytes are an i64, others an i32, zero-extended.
   */
  atomic(name: AtomicName, bytes: 1 | 2 | 4 | 8, address: Expression, ...args: Expression[]): Expression {
    const type: ValueType = bytes === 8 ? 'i64' : 'i32';
    const opcode = ATOMIC[name] + { 4: 0, 8: 1, 1: 2, 2: 3 }[bytes];
    return new Expression(type, (sink) => {
      sink.watcher?.depends();
      address.emit(sink);
      for (const arg of args) arg.emit(sink);
      sink.byte(0xfe);
      sink.u32(opcode);
      sink.u32(Math.log2(bytes));
      sink.u32(0);
    });
  }
  /** Orders all memory accesses before it before all after it. */
  fence(): void {
    for (const byte of [0xfe, 0x03, 0x00]) this.body.byte(byte);
  }
}

/** First opcode (32-bit form) of each atomic access; behind it the 64-bit form, then those of 8 and 16 bits. */
const ATOMIC = { load: 0x10, add: 0x1e, sub: 0x25, and: 0x2c, or: 0x33, xor: 0x3a, xchg: 0x41, cmpxchg: 0x48 } as const;
export type AtomicName = keyof typeof ATOMIC;
