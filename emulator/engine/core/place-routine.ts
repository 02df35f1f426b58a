/**
 * Where the interpreter is, and how it gets from there to the next instruction. Locals hold it: `ip` (record), `records`
 * (decoded page it lies in), `pageBase` (virtual address of that page), `left` (budget in instructions) and `tlb` (current
 * bank of the lookaside buffer). The guest's registers stay in memory.
 */
import type { Architecture } from '../../isa/architecture.ts';
import type { Register } from '../../isa/cpu.ts';
import type { Operand, Row } from '../../isa/row.ts';
import { RECORD } from '../layout.ts';
import { type Expression, load } from '../wasm/expression.ts';
import { type Callable, type Label, type Local, Routine, type Signature } from '../wasm/routine.ts';
import { FieldRegister, FixedRegister } from './interpreter-registers.ts';
import type { CoreParts } from './parts.ts';
import { operandPlaces } from './record-shape.ts';
import { type RecordWalk, recordWalk } from './record-walks.ts';

/** Functions of the core module that the interpreter calls. */
export interface Runtime {
  readonly load: Callable;
  readonly store: Callable;
  readonly atomicHost: Callable;
  /** Those that the host has no instruction for, see apart.ts. */
  readonly exchangeApart: Callable;
  readonly exchangePair: Callable;
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

/** Parameters of a handler that is a function of its own: where the interpreter is. It returns one of OUTCOME. */
export const RARE_HANDLER = { parameters: ['i32', 'i32', 'i32', 'i64', 'i32'], results: ['i32'] } as const satisfies Signature;
/** How such a handler went on: to the next instruction, by an event, or to the address in `run.target`. */
export const OUTCOME = { next: 0, event: 1, jumped: 2 } as const;

export class PlaceRoutine extends Routine {
  readonly parts: CoreParts;
  readonly runtime: Runtime;
  readonly architecture: Architecture;
  readonly ip: Local;
  readonly records: Local;
  readonly pageBase: Local;
  readonly tlb: Local;
  readonly walk: RecordWalk;
  /** It is a rare row's handler, which has a copy of what the main function counts. */
  readonly #isRare: boolean;
  /** Byte length of the instruction whose handler is being written; undefined: in its record. */
  length: number | undefined;
  /** Where handlers go: an event to look at, or a jump already made (`ip` is set). */
  onEvent!: Label;
  onJump!: Label;
  onForwardJump!: Label;
  onFarJump!: Label;

  constructor(signature: Signature, { architecture, core, runtime }: InterpreterMaking) {
    super(signature);
    this.architecture = architecture;
    this.parts = core;
    this.runtime = runtime;
    // A rare handler is told where the interpreter is.
    const given = signature.parameters.length === RARE_HANDLER.parameters.length;
    this.#isRare = given;
    this.ip = given ? this.parameter(1) : this.local('i32');
    this.records = given ? this.parameter(2) : this.local('i32');
    this.pageBase = given ? this.parameter(3) : this.local('i64');
    this.walk = recordWalk(this, core.layout.records, core);
    this.tlb = given ? this.parameter(4) : this.local('i32');
  }
  get left(): Local {
    return this.parameter(0);
  }
  allowance(): Expression {
    if (this.#isRare) throw new Error('a rare row cannot count more than itself');
    return this.extendS(this.left.get());
  }
  countMore(instructions: Expression): void {
    if (this.#isRare) throw new Error('a rare row cannot count more than itself');
    this.left.set(this.sub(this.left.get(), this.wrap(instructions)));
  }

  field16(offset: number): Expression {
    return load('i32', 2, false, this.ip.get(), offset);
  }
  immediate(at: number, width: 4 | 8): Expression {
    return load('i64', width, true, this.ip.get(), at);
  }
  /** A control of a row, as an i32. */
  control(row: Row, control: Operand): Expression {
    const place = operandPlaces(row, this.parts.layout.records.record).find(({ operand }) => operand === control);
    if (!place) throw new Error(`${row.name} has no operand ${control.name}`);
    return load('i32', place.width === 1 ? 1 : 2, false, this.ip.get(), place.at);
  }

  register(file: string, number: number): Register {
    const { files, state } = this.architecture;
    return new FixedRegister(file, (state.offsets[file] as number) + (number * (files[file]?.width ?? 64)) / 8);
  }
  /** The register of another file with an operand's number (`Operand.beside`). */
  beside(r: Register, file: string): Register {
    const { offsets } = this.architecture.state;
    if (!(r instanceof FieldRegister)) throw new Error('only an operand has others beside it');
    return new FieldRegister(file, r.field, (offsets[file] as number) - (offsets[r.file] as number));
  }
  /** A register's offset from the core's state. */
  #offset(r: Register): Expression {
    return r instanceof FieldRegister ? this.field16(r.field) : this.i32((r as FixedRegister).offset);
  }
  /** What is to be added to that. */
  #from(r: Register): number {
    return this.parts.layout.state + (r instanceof FieldRegister ? r.further : 0);
  }
  #register(r: Register, type: 'i64' | 'f64' = 'i64'): Expression {
    return load(type, 8, false, this.#offset(r), this.#from(r));
  }
  get(r: Register): Expression {
    return this.#register(r);
  }
  set(r: Register, value: Expression): void {
    this.store(8, this.#offset(r), value, this.#from(r));
  }
  getDouble(r: Register): Expression {
    return this.#register(r, 'f64');
  }
  setDouble(r: Register, value: Expression): void {
    this.set(r, value);
  }
  getVector(r: Register, part: 0 | 1 = 0): Expression {
    return load('v128', 16, false, this.#offset(r), this.#from(r) + 16 * part);
  }
  setVector(r: Register, value: Expression, part: 0 | 1 = 0): void {
    this.store(16, this.#offset(r), value, this.#from(r) + 16 * part);
  }
  clearFile(file: string): void {
    const { files, state } = this.architecture;
    const { count = 0, width = 64 } = files[file] ?? {};
    const at = this.parts.layout.state + (state.offsets[file] as number);
    this.fill(this.i32(at), this.i32(0), this.i32((count * width) / 8));
  }
  isZero(r: Register): Expression {
    const zero = this.architecture.files[r.file]?.zero;
    if (!zero) return this.i32(0);
    return this.eq(this.#offset(r), this.i32((this.architecture.state.offsets[r.file] as number) + zero.reads * 8));
  }

  pc(): Expression {
    return this.walk.pc();
  }
  /** The instruction's length in bytes, as an i32. */
  #length(): Expression {
    return this.length === undefined
      ? load('i32', 1, false, this.ip.get(), this.parts.layout.records.record.length)
      : this.i32(this.length);
  }
  nextPc(): Expression {
    return this.add(this.pc(), this.length === undefined ? this.extendU(this.#length()) : this.i64(this.length));
  }
  /** Moves to the next record; handlers of rows that do not jump end with it. */
  advance(): void {
    this.walk.advance(() => this.#length());
  }
  /** Leaves by the exact address where a distance is so far that the records' one has no room in 32 bits. */
  #leaveFar(by: Expression): void {
    // Only code of single bytes has displacements that wide; where records lie in order, jumps keep the address anyway.
    const { dense, shift } = this.parts.layout.records;
    if (dense || this.architecture.code.grain !== 1) return;
    const reach = 2n ** BigInt(30 - shift);
    const near = this.ltU(this.add(by, this.i64(reach)), this.i64(2n * reach));
    this.when(this.eqz(near), () => this.jumpTo(this.add(this.pc(), by)));
  }
  branch(condition: Expression, offset: Expression): void {
    this.when(condition, () => {
      const by = this.let(offset);
      this.#leaveFar(by);
      this.walk.moveBy(by);
      // A branch to itself counts as one back: only those look at the budget and at attention.
      this.branchTo(this.onJump, this.leS(by, this.i64(0)));
      this.branchTo(this.onForwardJump);
    });
  }
  jumpBy(offset: Expression): void {
    const by = this.let(offset);
    this.#leaveFar(by);
    this.walk.moveBy(by);
    this.branchTo(this.onJump);
  }
  jumpTo(address: Expression): void {
    this.walk.jumpTo(this.let(address));
    this.branchTo(this.onJump);
  }

  /** Saves what TypeScript and the slow paths need to know of this instruction. */
  protected report(): void {
    this.parts.state.set(this, 'pc', this.pc());
    this.parts.run.set(this, 'left', this.left.get());
  }
  protected leaveOnEvent(): void {
    this.branchTo(this.onEvent, this.parts.run.get('event'));
  }
  /** Raises a trap from a handler of the interpreter itself. */
  trap(cause: number, value: Expression): void {
    this.report();
    this.parts.raise(this, this.i32(cause), value);
    this.branchTo(this.onEvent);
  }
  illegal(): void {
    this.trap(this.architecture.causes.illegal, this.zero32(load('i64', 4, false, this.ip.get(), RECORD.immediate)));
  }
}
