/**
 * From requests to one WebAssembly module of regions. Each region is one function with structured control flow (Norman
 * Ramsey, "Beyond Relooper"), entered with the budget and left by tail calls: to the interpreter, to the jump cache, or
 * straight to whatever fragment the jump cache knows for the target.
 */
import { type Architecture, FLOAT_MODE } from '../../isa/architecture.ts';
import type { Decoded } from '../../isa/row.ts';
import { importFloatFunctions, type FloatFunctions } from '../float/functions.ts';
import { InlineFloat } from '../float/inline.ts';
import { type CoreLayout, JUMP_ENTRIES, JUMP_ENTRY, type RamLayout, runState, TLB_ENTRIES, TLB_ENTRY } from '../layout.ts';
import { load } from '../wasm/expression.ts';
import { WasmFields } from '../wasm/fields.ts';
import { ModuleWriter } from '../wasm/module.ts';
import type { Callable, Routine } from '../wasm/routine.ts';
import { CodeSource, type CodeSpan } from './code-source.ts';
import { buildGraph } from './graph.ts';
import { RegionEmitter } from './region-emitter.ts';
import { findRegion, type Region } from './region.ts';
import {
  type Changed,
  isLate,
  type NumberedRegister,
  partsOf,
  type RegionContext,
  registerKey,
  type RegisterPart,
} from './region-registers.ts';
import { RegionRoutine } from './region-routine.ts';
import type { CompiledFragment, CompileRequest } from './request.ts';

export interface CompilerContext {
  readonly architecture: Architecture;
  readonly buffer: SharedArrayBuffer;
  readonly memoryPages: number;
  readonly layout: CoreLayout;
  readonly ram: RamLayout;
}

/** Functions of the core module that regions leave to. */
interface CoreFunctions {
  readonly interpret: Callable;
  readonly jump: Callable;
  /** Absent where no region of the batch uses floating point. */
  readonly float: FloatFunctions | undefined;
  /** Type index of a fragment. */
  readonly fragmentType: number;
}

/** What became of a request, and where its instructions are. */
export interface CompiledRegion {
  readonly fragment: CompiledFragment;
  readonly spans: readonly CodeSpan[];
}

/** Compiles a batch. @returns the module's bytes (absent if nothing could be compiled) and what became of each request */
export function compileBatch(
  context: CompilerContext,
  requests: readonly CompileRequest[],
): { bytes?: Uint8Array; fragments: CompiledFragment[]; regions: CompiledRegion[] } {
  const module = new ModuleWriter();
  module.importMemory('machine', 'memory', context.memoryPages, context.memoryPages);
  module.importTable('machine', 'table', 1);
  // Importing all the floating-point functions makes every instance dearer: only where some region may call them.
  const regions = requests.map((request) => {
    const source = new CodeSource(context.architecture, context, request);
    return { request, source, region: findRegion(source, supportedIn(context.architecture, request)) };
  });
  const usesFloat = regions.some(({ region }) =>
    [...region.blocks.values()].some((block) => block.instructions.some(({ decoded }) => decoded.row.float)),
  );
  const core: CoreFunctions = {
    interpret: module.importFunction('core', 'interpret', ['i32', 'i64'], ['i32']),
    jump: module.importFunction('core', 'jump', ['i32', 'i64'], ['i32']),
    float: usesFloat ? importFloatFunctions(module, 'core') : undefined,
    fragmentType: module.type({ parameters: ['i32', 'i64'], results: ['i32'] }),
  };
  const compiled = regions.map(({ request, source, region }, index): CompiledRegion => {
    const first = region.blocks.get(0);
    // A region that begins by leaving would do nothing but cost.
    const useless = !first || first.instructions.length === 0 || (first.instructions.length === 1 && first.terminator.kind === 'leave');
    if (useless) return { fragment: { request, pages: source.pages, instructions: 0 }, spans: [] };
    const name = `f${index}`;
    module.export(name, writeRegion(module, core, context, request, region));
    const spans = spansOf(region);
    return { fragment: { request, name, pages: source.pages, code: source.code(spans), instructions: region.instructions }, spans };
  });
  const fragments = compiled.map(({ fragment }) => fragment);
  return { ...(fragments.some(({ name }) => name) ? { bytes: module.finish() } : {}), fragments, regions: compiled };
}

/** Where a region's instructions are, what lies close together as one. */
function spansOf({ blocks }: Region): CodeSpan[] {
  const each = [...blocks.values()].flatMap(({ instructions }) => {
    const [first, last] = [instructions[0], instructions.at(-1)];
    return first && last ? [{ from: first.at, to: last.at + last.decoded.length }] : [];
  });
  const spans: { from: number; to: number }[] = [];
  for (const { from, to } of each.sort((a, b) => a.from - b.from)) {
    const before = spans.at(-1);
    if (before && from <= before.to) before.to = Math.max(before.to, to);
    else spans.push({ from, to });
  }
  return spans;
}

/** What a region of this mode can do itself with instructions that end fragments, and with floating point. */
function supportedIn(architecture: Architecture, { mode, context }: CompileRequest): (decoded: Decoded) => 'inline' | 'leave' {
  const facets = architecture.modes.facets(mode);
  return (decoded) => {
    const { row } = decoded;
    if (!row.meaning || (row.float && (facets.float === FLOAT_MODE.off || facets.float === FLOAT_MODE.called))) return 'leave';
    if (!row.ends || row.flow) return 'inline';
    return architecture.inlines(decoded, facets, context) ? 'inline' : 'leave';
  };
}

/** The registers that a region's instructions name, or use by nature. */
function registersOf({ files }: Architecture, region: Region): { used: NumberedRegister[]; written: NumberedRegister[] } {
  const used = new Map<string, NumberedRegister>();
  const written = new Map<string, NumberedRegister>();
  const add = (file: string, number: number, access: 'read' | 'write' | 'both' = 'both') => {
    if (files[file]?.zero?.reads === number) return;
    const found = { file, number } as const;
    used.set(`${file}${number}`, found);
    if (access !== 'read') written.set(`${file}${number}`, found);
  };
  for (const { instructions } of region.blocks.values()) {
    for (const { decoded } of instructions) {
      for (const { name, file, access } of decoded.row.operands) {
        // One that this instruction has not is not decoded.
        const number = decoded.operands[name];
        if (file !== undefined && number !== undefined) add(file, number, access);
      }
      for (const { file, number, access } of decoded.row.implicit ?? []) add(file, number, access);
    }
  }
  return { used: [...used.values()], written: [...written.values()] };
}

/** What must hold for a region's instructions (`Row.needs`): only operations change that, which leave regions. */
function needsOf(region: Region): Set<string> {
  const rows = [...region.blocks.values()].flatMap(({ instructions }) => instructions.map(({ decoded }) => decoded.row));
  return new Set(rows.flatMap(({ needs }) => needs?.field ?? []));
}

/** Goes to an address: straight to the fragment that the first of its places in the jump cache has for it. */
function writeExitJump(r: Routine, core: CoreFunctions, cache: number): void {
  const [left, pc] = [r.parameter(0).get(), r.parameter(1).get()];
  const index = r.let(r.and(r.wrap(r.shl(pc, r.i64(3))), r.i32((JUMP_ENTRIES - 1) * JUMP_ENTRY.size)));
  r.when(r.eq(load('i64', 8, false, index, cache + JUMP_ENTRY.pc), pc), () =>
    r.returnCallIndirect(core.fragmentType, load('i32', 4, false, index, cache + JUMP_ENTRY.slot), left, pc),
  );
  r.returnCall(core.jump, left, pc);
}
/** Functions that store some of the registers and continue in the interpreter, made as they are asked for. */
function exitsOf(module: ModuleWriter, core: CoreFunctions, parts: readonly RegisterPart[]): (changed: Changed) => Callable {
  const made = new Map<Changed, Callable>();
  return (changed) => {
    const known = made.get(changed);
    if (known) return known;
    const stored = parts.filter((_, index) => (changed >> BigInt(index)) & 1n);
    const exit = module.function(['i32', 'i64', ...stored.map(({ type }) => type)], ['i32']);
    made.set(changed, exit);
    const r = exit.routine;
    stored.forEach(({ type, address }, index) => r.store(type === 'v128' ? 16 : 8, r.i32(0), r.parameter(2 + index).get(), address));
    r.returnCall(core.interpret, r.parameter(0).get(), r.parameter(1).get());
    return exit;
  };
}

function writeRegion(
  module: ModuleWriter,
  core: CoreFunctions,
  { architecture, layout }: CompilerContext,
  request: CompileRequest,
  region: Region,
): Callable {
  const state = new WasmFields(architecture.state, layout.state);
  const { used, written } = registersOf(architecture, region);
  const isOrdinary = (register: NumberedRegister) => !isLate(architecture, register);
  const parts = written.filter(isOrdinary).flatMap((register) => partsOf(architecture, state, register));
  const places = new Map(
    used
      .filter((register) => !isOrdinary(register))
      .map((register) => [registerKey(register), state.address(register.file) + register.number * 8]),
  );
  const exitJump = module.function(['i32', 'i64'], ['i32']);
  writeExitJump(exitJump.routine, core, layout.jumpCache + request.mode * JUMP_ENTRIES * JUMP_ENTRY.size);
  const exitSlow = exitsOf(module, core, parts);
  const facets = architecture.modes.facets(request.mode);
  const bank = layout.tlb + facets.bank * TLB_ENTRIES * TLB_ENTRY.size;
  const fastFloat = facets.float === FLOAT_MODE.fast;
  const run = new WasmFields(runState, layout.run);
  const context: RegionContext = { architecture, layout, state, run, bank, fastFloat, used, parts, places, exitSlow, exitJump };
  const callable = module.function(['i32', 'i64'], ['i32'], (signature) => new RegionRoutine(signature, context));
  const { routine } = callable;
  const float = fastFloat ? 'fast' : 'exact';
  if (core.float) {
    const { flags = '', subnormal } = architecture.float ?? {};
    const matters = (raised: number) => () => routine.eqz(routine.and(state.get(flags), routine.i32(raised)));
    routine.float = new InlineFloat({
      routine,
      functions: core.float,
      mode: float,
      sideExit: (condition) => routine.leaveWhen(condition),
      normal: (operand) => routine.noteNormal(operand),
      ...(subnormal === undefined ? {} : { subnormalMatters: matters(subnormal) }),
    });
  }
  for (const field of needsOf(region)) routine.leaveWhen(routine.eqz(state.get(field)));
  new RegionEmitter(routine, region, buildGraph(region), float).write();
  return callable;
}
