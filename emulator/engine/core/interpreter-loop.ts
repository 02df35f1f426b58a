/** The interpreter's main function: the loop around its handlers, the dispatch, and the functions of rare rows. */
import type { Architecture } from '../../isa/architecture.ts';
import type { Register } from '../../isa/cpu.ts';
import type { Row } from '../../isa/row.ts';
import { FloatCalls } from '../float/calls.ts';
import type { FloatFunctions } from '../float/functions.ts';
import { DENSE, EVENT, FETCH_ENTRIES, FETCH_ENTRY, RECORD } from '../layout.ts';
import { load } from '../wasm/expression.ts';
import type { Callable, Label } from '../wasm/routine.ts';
import { arriveAt } from './arrivals.ts';
import type { Tiering } from './tiering.ts';
import type { Handlers } from './handlers.ts';
import { type Handler, OWN_HANDLER, OWN_HANDLERS } from './handlers.ts';
import type { InterpreterRoutine } from './interpreter.ts';
import { FieldRegister } from './interpreter-registers.ts';
import type { CoreParts } from './parts.ts';
import { OUTCOME } from './place-routine.ts';
import { operandPlaces } from './record-shape.ts';

/** What every handler is written from. */
export interface HandlerParts {
  readonly architecture: Architecture;
  readonly parts: CoreParts;
  readonly float: FloatFunctions | undefined;
}
export interface InterpreterParts extends HandlerParts {
  readonly handlers: Handlers;
  /** Where the functions of rare rows are: the table's index, and their type's. */
  readonly rareHandlers: { readonly table: number; readonly type: number };
  readonly fetch: Callable;
  readonly fetchHost: Callable;
  readonly fragmentType: number;
  readonly tiering: Tiering;
  /** See Architecture.quickTrap. */
  readonly quickTrap: Callable | undefined;
}

export function writeInterpreter(r: InterpreterRoutine, made: InterpreterParts): void {
  const { parts, fetch, fragmentType, tiering, quickTrap } = made;
  const { run, state, host } = parts;
  if (made.float) r.float = new FloatCalls(r, made.float);
  const target = r.parameter(1);
  const fresh = r.variable(r.i32(1)); // the first instruction is always interpreted: a fragment may have left over it
  const entered = r.variable(r.left.get());
  /** Leaves the function: accounts for what was interpreted. */
  const account = () => {
    run.set(r, 'interpreted', r.add(run.get('interpreted'), r.extendS(r.sub(entered.get(), r.left.get()))));
  };
  r.loop((refetch) => {
    r.block((onEvent) => {
      r.onEvent = onEvent;
      r.tlb.set(run.get('tlb'));
      const pc = target.get();
      const entry = r.let(
        r.add(run.get('fetchTlb'), r.mul(r.and(r.wrap(r.shrU(pc, r.i64(12))), r.i32(FETCH_ENTRIES - 1)), r.i32(FETCH_ENTRY.size))),
      );
      r.pageBase.set(r.and(pc, r.i64(-4096)));
      r.when(
        r.eq(load('i64', 8, false, entry, FETCH_ENTRY.tag), r.pageBase.get()),
        () => r.records.set(load('i32', 4, false, entry, FETCH_ENTRY.records)),
        () => {
          state.set(r, 'pc', pc);
          run.set(r, 'left', r.left.get());
          r.records.set(r.call(fetch, pc));
          r.branchTo(onEvent, r.eqz(r.records.get()));
        },
      );
      r.walk.enter(pc);
      r.loop((arrive) => {
        // The word is 0, or more than is ever left.
        r.when(r.leS(r.left.get(), load('i32', 4, false, r.i32(0), parts.layout.attention)), () => {
          state.set(r, 'pc', r.pc());
          run.set(r, 'left', r.left.get());
          account();
          r.return(r.i32(0));
        });
        if (tiering.compile) {
          r.when(
            fresh.get(),
            () => fresh.set(r.i32(0)),
            () => arriveAt(r, parts, { left: r.left.get(), pc: r.let(r.pc()) }, tiering, fragmentType, account),
          );
        }
        r.when(run.get('single'), () => setApart(r, parts));
        /** At a jump: lands within the page and goes on, or falls through. */
        const landing = (on: Label) =>
          r.when(r.walk.inPage(), () => {
            r.walk.land();
            r.branchTo(on);
          });
        r.block((outside) => {
          r.onFarJump = outside;
          r.loop((next) => {
            r.block((jumped) => {
              r.block((jumpedForward) => {
                r.onJump = jumped;
                r.onForwardJump = jumpedForward;
                writeHandlers(r, made, next, outside);
              });
              // Forward within the page: straight on.
              landing(next);
              r.branchTo(outside);
            });
            landing(arrive);
          });
        });
        // Off the page, by a jump or by its end.
        target.set(r.walk.target());
        r.branchTo(refetch);
      });
    });
    // An event: take the trap if it is one, then go on wherever the state's pc says, in whatever mode.
    const event = r.let(run.get('event'));
    r.when(r.or(r.eq(event, r.i32(EVENT.trap)), r.eq(event, r.i32(EVENT.again))), () => {
      r.left.set(r.add(r.left.get(), r.i32(1))); // an instruction that traps, or will be done again, does not retire
      r.when(r.eq(event, r.i32(EVENT.trap)), () => {
        if (quickTrap) r.when(r.eqz(r.call(quickTrap)), () => r.run(host.takeTrap));
        else r.run(host.takeTrap);
      });
    });
    // A core that only takes traps comes by nothing else that looks whether it is wanted.
    const wanted = r.leS(r.left.get(), load('i32', 4, false, r.i32(0), parts.layout.attention));
    const leave = r.let(r.or(r.geU(run.get('event'), r.i32(EVENT.leave)), wanted));
    run.set(r, 'event', r.i32(EVENT.none));
    r.when(leave, () => {
      run.set(r, 'left', r.left.get());
      account();
      r.return(r.i32(0));
    });
    // What was not done is done here; what follows an event may be compiled: handlers, and what they return to.
    fresh.set(r.eq(event, r.i32(EVENT.again)));
    target.set(state.get('pc'));
    r.branchTo(refetch);
  });
  r.unreachable();
}

/**
 * Has the instruction at `ip` be executed as if it lay across two pages: in a decoded page of its own, which everything
 * behind it leaves.
 */
function setApart(r: InterpreterRoutine, { run, layout }: CoreParts): void {
  run.set(r, 'single', r.i32(0));
  r.when(r.eq(r.field16(RECORD.handler), r.i32(OWN_HANDLER.decode)), () => r.walk.decode());
  r.when(r.ne(r.field16(RECORD.handler), r.i32(OWN_HANDLER.straddle)), () => {
    const { record, dense } = layout.records;
    const scratch = r.i32(layout.scratchPage);
    for (let at = 0; at < record.size; at += 8) r.store(8, scratch, load('i64', 8, false, r.ip.get(), at), at);
    r.pageBase.set(r.pc());
    if (dense) {
      // Its place is that of the page's beginning, and behind it is the end.
      r.store(2, scratch, r.i32(0), DENSE.at);
      r.store(2, scratch, load('i32', 1, false, r.ip.get(), record.length), DENSE.size + DENSE.at);
    }
    r.ip.set(scratch);
    r.records.set(scratch);
  });
}

/** The dispatch and every handler. `next` runs the record at `ip`; `outside` looks its page up again. */
function writeHandlers(r: InterpreterRoutine, made: InterpreterParts, next: Label, outside: Label): void {
  const cpu = made.architecture.cpu(r);
  const own: (() => void)[] = [
    () => {
      r.walk.decode();
      r.branchTo(next);
    },
    () => {
      r.walk.runOff();
      r.branchTo(outside);
    },
    () => {
      retire(r);
      r.illegal();
    },
    () => straddle(r, made, next),
  ];
  const { list, rare } = made.handlers;
  const all = [...own, ...list.map((handler) => () => writeHandler(r, cpu, made.architecture, handler, next))];
  // What is beyond the table's end.
  if (rare.length > 0) all.push(() => callRare(r, made, next));
  const labels: Label[] = [];
  const nest = (remaining: number) => {
    if (remaining === 0) {
      r.branchTable(r.field16(RECORD.handler), labels, labels[rare.length > 0 ? labels.length - 1 : OWN_HANDLER.illegal] as Label);
      return;
    }
    r.block((label) => {
      labels.push(label);
      nest(remaining - 1);
    });
    (all[all.length - remaining] as () => void)();
  };
  nest(all.length);
}

const retire = (r: InterpreterRoutine) => r.left.set(r.sub(r.left.get(), r.i32(1)));

function writeHandler(r: InterpreterRoutine, cpu: unknown, architecture: Architecture, { row, length }: Handler, next: Label): void {
  r.scope(() => {
    r.length = length;
    retire(r);
    writeMeaning(r, cpu, architecture, row);
    r.advance();
    r.branchTo(next);
  });
}
function writeMeaning(r: InterpreterRoutine, cpu: unknown, architecture: Architecture, row: Row): void {
  const mode = row.operands.find(({ name }) => name === architecture.float?.operand);
  const { needs } = row;
  if (needs) r.when(r.eqz(r.parts.state.get(needs.field)), () => r.operation(needs.operation));
  if (row.float) r.floatGuard(mode && r.control(row, mode));
  row.meaning?.(cpu as never, interpreterOperands(r, row) as never);
}

/** Writes a rare row's handler as a function of its own (RARE_HANDLER). */
export function writeRare(r: InterpreterRoutine, row: Row, { architecture, parts, float }: HandlerParts): void {
  if (float) r.float = new FloatCalls(r, float);
  r.block((jumped) => {
    r.block((event) => {
      r.onEvent = event;
      r.onJump = jumped;
      r.onForwardJump = jumped;
      r.onFarJump = jumped;
      writeMeaning(r, architecture.cpu(r), architecture, row);
      r.return(r.i32(OUTCOME.next));
    });
    r.return(r.i32(OUTCOME.event));
  });
  parts.run.set(r, 'target', r.walk.target());
  r.return(r.i32(OUTCOME.jumped));
}
/** Calls a rare row's function, and goes on as it says. */
function callRare(r: InterpreterRoutine, { parts, handlers, rareHandlers }: InterpreterParts, next: Label): void {
  r.scope(() => {
    r.length = undefined;
    retire(r);
    const index = r.sub(r.field16(RECORD.handler), r.i32(OWN_HANDLERS + handlers.list.length));
    const where = [r.left, r.ip, r.records, r.pageBase, r.tlb].map((local) => local.get());
    const outcome = r.let(r.callIndirect(rareHandlers.table, rareHandlers.type, 'i32', index, ...where));
    r.when(r.eqz(outcome), () => {
      r.advance();
      r.branchTo(next);
    });
    r.branchTo(r.onEvent, r.eq(outcome, r.i32(OUTCOME.event)));
    r.jumpTo(parts.run.get('target'));
  });
}

/** A row's operands as fields of the record. */
function interpreterOperands(r: InterpreterRoutine, row: Row): Record<string, unknown> {
  const operands: Record<string, unknown> = {};
  for (const { operand, at, width } of operandPlaces(row, r.parts.layout.records.record))
    operands[operand.name] =
      operand.file !== undefined
        ? new FieldRegister(operand.file, at)
        : operand.kind === 'immediate'
          ? r.immediate(at, width === 8 ? 8 : 4)
          : r.control(row, operand);
  for (const { name, file, beside } of row.operands)
    if (file !== undefined && beside !== undefined) operands[name] = r.beside(operands[beside] as Register, file);
  return operands;
}

/** An instruction that begins in a page and ends in the next: decoded anew each time, into a page of its own. */
function straddle(r: InterpreterRoutine, made: InterpreterParts, next: Label): void {
  const { parts, fetchHost } = made;
  r.scope(() => {
    const pc = r.let(r.pc());
    parts.state.set(r, 'pc', pc);
    parts.run.set(r, 'left', r.left.get());
    const first = r.let(r.call(fetchHost, pc));
    r.branchTo(r.onEvent, r.eqz(first));
    const second = r.let(r.call(fetchHost, r.add(r.and(pc, r.i64(-4096)), r.i64(4096))));
    r.branchTo(r.onEvent, r.eqz(second));
    const scratch = parts.layout.scratchPage;
    r.run(parts.host.decodeAcross, r.i32(scratch), first, second);
    // This record is the first of its page, whose others all leave it, so `pageBase` may be any address.
    r.ip.set(r.i32(scratch));
    r.records.set(r.i32(scratch));
    r.pageBase.set(pc);
    r.branchTo(next);
  });
}
