/**
 * The interpreter: one WebAssembly function that runs decoded records in a `br_table` loop, generated from the rows. A row's
 * meaning is read once, while this function is written; its operands are then fields of the record at `ip`. Rare rows have
 * functions of their own, written by the same class.
 */
import { FLOAT_MODE, type QuickCore } from '../../isa/architecture.ts';
import type { EngineCpu, FloatOperations } from '../../isa/cpu.ts';
import { FLAG, flagBits, roundingIn } from '../float/environment.ts';
import { EVENT, FRAGMENT_PAGES } from '../layout.ts';
import { type Expression, load } from '../wasm/expression.ts';
import type { Callable } from '../wasm/routine.ts';
import { MemoryRoutine } from './memory-routine.ts';

export class InterpreterRoutine extends MemoryRoutine implements EngineCpu {
  /** Set right after construction: it needs this routine. */
  float!: FloatOperations;

  field(name: string): Expression {
    return this.parts.state.get(name);
  }
  setField(name: string, value: Expression, index = 0): void {
    this.parts.state.set(this, name, value, index);
  }
  element(name: string, index: Expression): Expression {
    const bytes = this.architecture.state.fields[name]?.kind === 'u32' ? 4 : 8;
    return load('i64', bytes, false, this.mul(index, this.i32(bytes)), this.parts.state.address(name));
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
      answer: (name, operand, number = this.i32(0)) => {
        if (operand) run.set(this, 'operand', operand);
        return this.call(this.#quickAnswer(name), number);
      },
      report: () => this.report(),
      event: () => this.branchTo(this.onEvent),
    };
  }
  #quickAnswer(name: string): Callable {
    const answer = this.runtime.quickAnswers.get(name);
    if (!answer) throw new Error(`${this.architecture.name} has no quick answer ${name}`);
    return answer;
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
    this.report();
    this.run(this.parts.host.operation, this.#index(name));
    this.leaveOnEvent();
  }
  ask(name: string, number: Expression, operand: Expression, then: (answer: Expression) => void): void {
    const { run, state, host } = this.parts;
    run.set(this, 'operand', operand);
    const asked = this.let(number);
    const quick = this.runtime.quickAnswers.get(name);
    const slowly = () => {
      this.report();
      this.run(host.ask, this.#index(name), asked);
      // A fault leaves the registers alone; any other event is looked at after they are written and the pc moved on.
      this.branchTo(this.onEvent, this.eq(run.get('event'), this.i32(EVENT.trap)));
    };
    if (quick) this.when(this.eqz(this.call(quick, asked)), slowly);
    else slowly();
    then(run.get('operand'));
    state.set(this, 'pc', this.nextPc());
    this.leaveOnEvent();
  }
  /** Before a floating-point row: is the unit on, is a better mode due, does its rounding mode make it illegal? */
  floatGuard(rounding: Expression | undefined): void {
    const policy = this.architecture.float;
    if (!policy) throw new Error(`${this.architecture.name} has floating-point rows and no policy for them`);
    const { state, run } = this.parts;
    const mode = this.let(run.get('floatMode'));
    const field = () => roundingIn(this, policy, state.get(policy.rounding));
    const inexact = this.ne(this.and(state.get(policy.flags), this.i32(flagBits(policy, FLAG.inexact))), this.i32(0));
    const better = this.and(this.and(this.eq(mode, this.i32(FLOAT_MODE.exact)), inexact), this.eqz(field()));
    this.when(this.or(this.eqz(mode), better), () => {
      this.report();
      this.run(this.parts.host.floatMode);
      this.leaveOnEvent();
    });
    if (!rounding) return;
    const reserved = this.and(this.eq(rounding, this.i32(7)), this.gtU(field(), this.i32(policy.reservedAbove)));
    this.when(reserved, () => this.illegal());
  }
}
