/**
 * Puts a core's WebAssembly module together: slow paths, floating point, the dispatcher and the interpreter.
 *
 * Exports: `run(left)` continues at the state's pc until the budget or the attention word says stop; `jump(left, pc)`
 * goes to an address through the jump cache; `interpret(left, pc)` runs there without looking for compiled code
 * first. All three leave with 0 after writing `pc` and `left` back. Compiled fragments import the last two.
 */
import type { Architecture } from '../../isa/architecture.ts';
import type { Row } from '../../isa/row.ts';
import { FloatCalls } from '../float/calls.ts';
import { exportFloatFunctions, type FloatFunctions, writeFloatFunctions } from '../float/functions.ts';
import {
  COUNTERS,
  type CoreLayout,
  EVENT,
  FETCH_ENTRIES,
  FETCH_ENTRY,
  JUMP_ENTRIES,
  JUMP_ENTRY,
  JUMP_HASH,
  type RamLayout,
  RECORD,
} from '../layout.ts';
import { type Expression, load } from '../wasm/expression.ts';
import { ModuleWriter } from '../wasm/module.ts';
import type { Callable, Label, Routine } from '../wasm/routine.ts';
import { writeAtomicHost, writeFetch, writeFetchHost, writeFill, writeFlushPage, writeLoad, writeStore } from './access.ts';
import { type Handler, Handlers, OWN_HANDLER } from './handlers.ts';
import { InterpreterRoutine } from './interpreter.ts';
import { FieldRegister } from './interpreter-registers.ts';
import { CoreParts } from './parts.ts';
import { operandPlaces } from './record-shape.ts';

/** Whether hot code is looked for and run compiled; `threshold` is the number of arrivals that make a target hot. */
export interface Tiering {
  readonly compile: boolean;
  readonly threshold: number;
}

/** What a core's module is made from. */
export interface CoreModuleParts {
  readonly architecture: Architecture;
  readonly layout: CoreLayout;
  readonly ram: RamLayout;
  /** Size of the machine's memory in WebAssembly pages. */
  readonly memoryPages: number;
  readonly tiering: Tiering;
}

/** Writes the module for one core. */
export function writeCoreModule({ architecture, layout, ram, memoryPages, tiering }: CoreModuleParts): Uint8Array {
  const { causes } = architecture;
  const module = new ModuleWriter();
  module.importMemory('machine', 'memory', memoryPages, memoryPages);
  module.importTable('machine', 'table', 1);
  const parts = new CoreParts(module, layout, ram, architecture.state);
  const translate = module.function(['i64', 'i32'], ['i64']);
  architecture.writeTranslate(translate.routine, parts, translate);
  const fetchHost = module.function(['i64'], ['i32']);
  writeFetchHost(fetchHost.routine, parts, translate, causes);
  const fetch = module.function(['i64'], ['i32']);
  writeFetch(fetch.routine, parts, fetchHost);
  const fill = module.function(['i64', 'i32'], ['i32']);
  writeFill(fill.routine, parts, translate);
  const slowLoad = module.function(['i64', 'i32'], ['i64']);
  writeLoad(slowLoad.routine, parts, fill, slowLoad, causes);
  const slowStore = module.function(['i64', 'i64', 'i32'], []);
  writeStore(slowStore.routine, parts, fill, slowStore, causes);
  const atomicHost = module.function(['i64', 'i32', 'i32'], ['i32']);
  writeAtomicHost(atomicHost.routine, parts, fill, causes);
  const flushPage = module.function(['i64'], []);
  writeFlushPage(flushPage.routine, parts);
  const quickAnswers = new Map<string, Callable>();
  for (const [name, write] of Object.entries(architecture.quickAnswers)) {
    const answer = module.function(['i32'], ['i32']);
    write(answer.routine, parts);
    quickAnswers.set(name, answer);
  }
  const policy = architecture.float;
  const float =
    policy && writeFloatFunctions(module, { frm: parts.state.address(policy.rounding), fflags: parts.state.address(policy.flags) });
  const runtime = { load: slowLoad, store: slowStore, atomicHost, fill, flushPage, quickAnswers };

  const interpret = module.function(
    ['i32', 'i64'],
    ['i32'],
    (signature) => new InterpreterRoutine(signature, { architecture, core: parts, runtime }),
  );
  const fragmentType = module.type({ parameters: ['i32'], results: ['i32'] });
  const jump = module.function(['i32', 'i64'], ['i32']);
  if (tiering.compile) writeJump(jump.routine, parts, interpret, fragmentType, tiering);
  else jump.routine.returnCall(interpret, jump.routine.parameter(0).get(), jump.routine.parameter(1).get());
  writeInterpreter(interpret.routine, { architecture, parts, float, fetch, fetchHost, fragmentType, tiering });
  const run = module.function(['i32'], ['i32']);
  run.routine.returnCall(jump, run.routine.parameter(0).get(), parts.state.get('pc'));

  const fetchPage = module.function(['i32', 'i32'], ['i32']);
  {
    const r = fetchPage.routine;
    const pc = r.or(r.extendU(r.parameter(0).get()), r.shl(r.extendU(r.parameter(1).get()), r.i64(32)));
    const host = r.let(r.call(fetchHost, pc));
    r.return(r.select(r.eqz(host), r.i32(-1), r.shrU(r.sub(host, r.i32(ram.host)), r.i32(12))));
  }

  // What an empty place of the jump cache (address 0, slot 0) leads to when the guest jumps to address 0.
  const interpretZero = module.function(['i32'], ['i32']);
  interpretZero.routine.returnCall(interpret, interpretZero.routine.parameter(0).get(), interpretZero.routine.i64(0));

  // Translation is exported for the rare things TypeScript does at virtual addresses.
  const exported = { run, jump, interpret, interpretZero, translate, fetchPage };
  for (const [name, callable] of Object.entries(exported)) module.export(name, callable);
  if (float) exportFloatFunctions(module, float);
  return module.finish();
}

/** Goes on in compiled code if the jump cache knows the target; otherwise falls through. */
function tryCompiled(r: Routine, parts: CoreParts, left: Expression, pc: Expression, fragmentType: number, leaving?: () => void): void {
  const cache = parts.run.get('jumpCache');
  const second = r.shrU(r.mul(r.wrap(pc), r.i32(JUMP_HASH.multiplier | 0)), r.i32(JUMP_HASH.shift));
  const places = [r.and(r.wrap(r.shl(pc, r.i64(3))), r.i32((JUMP_ENTRIES - 1) * JUMP_ENTRY.size)), r.mul(second, r.i32(JUMP_ENTRY.size))];
  for (const place of places) {
    const entry = r.let(r.add(cache, place));
    r.when(r.eq(load('i64', 8, false, entry, JUMP_ENTRY.pc), pc), () => {
      leaving?.();
      r.returnCallIndirect(fragmentType, load('i32', 4, false, entry, JUMP_ENTRY.slot), left);
    });
  }
}

/** Counts an arrival at a jump target and reports it when it becomes hot. */
function countArrival(r: Routine, parts: CoreParts, pc: Expression, threshold: number): void {
  const place = r.let(r.and(r.xor(r.wrap(r.shl(pc, r.i64(1))), parts.run.get('counterMix')), r.i32((COUNTERS - 1) * 4)));
  const count = r.let(r.add(load('i32', 4, false, place, parts.layout.counters), r.i32(1)));
  r.store(4, place, count, parts.layout.counters);
  r.when(r.eq(count, r.i32(threshold)), () => {
    r.run(parts.host.hot, r.wrap(pc), r.wrap(r.shrU(pc, r.i64(32))));
  });
}

function writeJump(r: Routine, parts: CoreParts, interpret: Callable, fragmentType: number, tiering: Tiering): void {
  const left = r.parameter(0).get();
  const pc = r.parameter(1).get();
  tryCompiled(r, parts, left, pc, fragmentType);
  countArrival(r, parts, pc, tiering.threshold);
  r.returnCall(interpret, left, pc);
}

interface InterpreterParts {
  readonly architecture: Architecture;
  readonly parts: CoreParts;
  readonly float: FloatFunctions | undefined;
  readonly fetch: Callable;
  readonly fetchHost: Callable;
  readonly fragmentType: number;
  readonly tiering: Tiering;
}

function writeInterpreter(r: InterpreterRoutine, made: InterpreterParts): void {
  const { parts, fetch, fragmentType, tiering } = made;
  const { run, state, host } = parts;
  const { slots, shift, mask } = parts.layout.records;
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
      r.ip.set(r.add(r.records.get(), r.wrap(r.shl(r.and(pc, r.i64(mask)), r.i64(shift)))));
      r.loop((arrive) => {
        const stop = r.or(r.leS(r.left.get(), r.i32(0)), load('i32', 4, false, r.i32(0), parts.layout.attention));
        r.when(stop, () => {
          state.set(r, 'pc', r.pc());
          run.set(r, 'left', r.left.get());
          account();
          r.return(r.i32(0));
        });
        if (tiering.compile) {
          r.when(
            fresh.get(),
            () => fresh.set(r.i32(0)),
            () => {
              const at = r.let(r.pc());
              tryCompiled(r, parts, r.left.get(), at, fragmentType, account);
              countArrival(r, parts, at, tiering.threshold);
            },
          );
        }
        const inPage = () => r.ltU(r.sub(r.ip.get(), r.records.get()), r.i32(slots * RECORD.size));
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
              r.branchTo(next, inPage());
              r.branchTo(outside);
            });
            r.branchTo(arrive, inPage());
          });
        });
        // Off the page, by a jump or by its end: `pageBase` and `ip` still give the address.
        target.set(r.pc());
        r.branchTo(refetch);
      });
    });
    // An event: take the trap if it is one, then go on wherever the state's pc says, in whatever mode.
    const event = r.let(run.get('event'));
    r.when(r.or(r.eq(event, r.i32(EVENT.trap)), r.eq(event, r.i32(EVENT.again))), () => {
      r.left.set(r.add(r.left.get(), r.i32(1))); // an instruction that traps, or will be done again, does not retire
      r.when(r.eq(event, r.i32(EVENT.trap)), () => r.run(host.takeTrap));
    });
    // A core that only takes traps comes by nothing else that looks whether it is wanted.
    const wanted = r.or(r.leS(r.left.get(), r.i32(0)), load('i32', 4, false, r.i32(0), parts.layout.attention));
    const leave = r.let(r.or(r.geU(run.get('event'), r.i32(EVENT.leave)), wanted));
    run.set(r, 'event', r.i32(EVENT.none));
    r.when(leave, () => {
      run.set(r, 'left', r.left.get());
      account();
      r.return(r.i32(0));
    });
    fresh.set(r.i32(1));
    target.set(state.get('pc'));
    r.branchTo(refetch);
  });
  r.unreachable();
}

/** The dispatch and every handler. `next` runs the record at `ip`; `outside` looks its page up again. */
function writeHandlers(r: InterpreterRoutine, made: InterpreterParts, next: Label, outside: Label): void {
  const { host } = made.parts;
  const cpu = made.architecture.cpu(r);
  const own: (() => void)[] = [
    () => {
      r.run(host.decode, r.ip.get());
      r.branchTo(next);
    },
    () => r.branchTo(outside),
    () => {
      retire(r);
      r.illegal();
    },
    () => straddle(r, made, next),
  ];
  const all = [
    ...own,
    ...new Handlers(made.architecture.rows).list.map((handler) => () => writeHandler(r, cpu, made.architecture, handler, next)),
  ];
  const labels: Label[] = [];
  const nest = (remaining: number) => {
    if (remaining === 0) {
      r.branchTable(r.field16(RECORD.handler), labels, labels[OWN_HANDLER.illegal] as Label);
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
    const mode = row.operands.find(({ name }) => name === architecture.float?.operand);
    if (row.float) r.floatGuard(mode && r.control(row, mode));
    row.meaning?.(cpu as never, interpreterOperands(r, row) as never);
    r.advance();
    r.branchTo(next);
  });
}

/** A row's operands as fields of the record. */
function interpreterOperands(r: InterpreterRoutine, row: Row): Record<string, unknown> {
  const operands: Record<string, unknown> = {};
  for (const { operand, at } of operandPlaces(row))
    operands[operand.name] =
      operand.file !== undefined
        ? new FieldRegister(operand.file, at)
        : operand.kind === 'immediate'
          ? r.immediate()
          : r.control(row, operand);
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
