/**
 * Puts a core's WebAssembly module together: slow paths, floating point, the dispatcher and the interpreter.
 *
 * Exports: `run(left)` continues at the state's pc until the budget or the attention word says stop; `jump(left, pc)`
 * goes to an address through the jump cache; `interpret(left, pc)` runs there without looking for compiled code
 * first. All three leave with 0 after writing `pc` and `left` back. Compiled fragments import the last two.
 */
import type { Architecture } from '../../isa/architecture.ts';
import { exportFloatFunctions, writeFloatFunctions } from '../float/functions.ts';
import type { CoreLayout, RamLayout } from '../layout.ts';
import { ModuleWriter } from '../wasm/module.ts';
import type { Callable, Routine } from '../wasm/routine.ts';
import { writeAtomicHost, writeFetch, writeFetchHost, writeFill, writeFlushPage, writeLoad, writeStore } from './access.ts';
import { writeExchangeApart, writeExchangePair } from './apart.ts';
import { arriveAt } from './arrivals.ts';
import { Handlers } from './handlers.ts';
import { InterpreterRoutine } from './interpreter.ts';
import { writeInterpreter, writeRare } from './interpreter-loop.ts';
import { CoreParts } from './parts.ts';
import { RARE_HANDLER } from './place-routine.ts';
import type { Tiering } from './tiering.ts';

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
  const { accesses, causes } = architecture;
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
  writeLoad(slowLoad.routine, { parts, fill, self: slowLoad, causes, accesses });
  const slowStore = module.function(['i64', 'i64', 'i32'], []);
  writeStore(slowStore.routine, { parts, fill, self: slowStore, causes, accesses });
  const atomicHost = module.function(['i64', 'i32', 'i32'], ['i32']);
  writeAtomicHost(atomicHost.routine, { parts, fill, self: atomicHost, causes, accesses });
  const apart = { parts, fill, load: slowLoad, store: slowStore };
  const exchangeApart = module.function(['i64', 'i32', 'i64', 'i64'], ['i64']);
  writeExchangeApart(exchangeApart.routine, apart);
  const exchangePair = module.function(['i64', 'i64', 'i64', 'i64', 'i64'], ['i32']);
  writeExchangePair(exchangePair.routine, apart);
  const flushPage = module.function(['i64'], []);
  writeFlushPage(flushPage.routine, parts);
  const quickAnswers = new Map<string, Callable>();
  for (const [name, write] of Object.entries(architecture.quickAnswers)) {
    const answer = module.function(['i32'], ['i32']);
    write(answer.routine, parts);
    quickAnswers.set(name, answer);
  }
  const quickTrap = architecture.quickTrap && module.function([], ['i32']);
  if (quickTrap) architecture.quickTrap?.(quickTrap.routine, parts);
  const policy = architecture.float;
  const float =
    policy &&
    writeFloatFunctions(module, {
      frm: parts.state.address(policy.rounding),
      fflags: parts.state.address(policy.flags),
      ...(policy.flush ? { flush: parts.state.address(policy.flush.field) } : {}),
      rules: policy,
    });
  const runtime = { load: slowLoad, store: slowStore, atomicHost, exchangeApart, exchangePair, fill, flushPage, quickAnswers };

  const making = { architecture, core: parts, runtime };
  const interpret = module.function(['i32', 'i64'], ['i32'], (signature) => new InterpreterRoutine(signature, making));
  const handlers = new Handlers(architecture.rows);
  const rare = handlers.rare.map((row) => {
    const handler = module.function(
      [...RARE_HANDLER.parameters],
      [...RARE_HANDLER.results],
      (signature) => new InterpreterRoutine(signature, making),
    );
    writeRare(handler.routine, row, { architecture, parts, float });
    return handler;
  });
  const rareHandlers = { table: module.functionTable(rare), type: module.type(RARE_HANDLER) };
  const fragmentType = module.type({ parameters: ['i32', 'i64'], results: ['i32'] });
  const jump = module.function(['i32', 'i64'], ['i32']);
  if (tiering.compile) writeJump(jump.routine, parts, interpret, fragmentType, tiering);
  else jump.routine.returnCall(interpret, jump.routine.parameter(0).get(), jump.routine.parameter(1).get());
  writeInterpreter(interpret.routine, {
    architecture,
    parts,
    float,
    fetch,
    fetchHost,
    fragmentType,
    tiering,
    handlers,
    rareHandlers,
    quickTrap,
  });
  const run = module.function(['i32'], ['i32']);
  run.routine.returnCall(jump, run.routine.parameter(0).get(), parts.state.get('pc'));

  const fetchPage = module.function(['i32', 'i32'], ['i32']);
  {
    const r = fetchPage.routine;
    const pc = r.or(r.extendU(r.parameter(0).get()), r.shl(r.extendU(r.parameter(1).get()), r.i64(32)));
    const host = r.let(r.call(fetchHost, pc));
    r.return(r.select(r.eqz(host), r.i32(-1), r.shrU(r.sub(host, r.i32(ram.host)), r.i32(12))));
  }

  // Translation is exported for the rare things TypeScript does at virtual addresses.
  const exported = { run, jump, interpret, translate, fetchPage, load: slowLoad, store: slowStore };
  for (const [name, callable] of Object.entries(exported)) module.export(name, callable);
  if (float) exportFloatFunctions(module, float);
  return module.finish();
}

function writeJump(r: Routine, parts: CoreParts, interpret: Callable, fragmentType: number, tiering: Tiering): void {
  const left = r.parameter(0).get();
  const pc = r.parameter(1).get();
  arriveAt(r, parts, { left, pc }, tiering, fragmentType);
  r.returnCall(interpret, left, pc);
}
