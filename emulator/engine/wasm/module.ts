/** A WebAssembly module being written: types, imports, functions, exports (core specification 2.0, section 5.5). */
import type { ValueType } from '../../isa/value.ts';
import { type Callable, Routine, type Signature, typeByte } from './routine.ts';
import { Sink } from './sink.ts';

const EXTERNAL = { function: 0, table: 1, memory: 2 } as const;

export class ModuleWriter {
  #types: string[] = [];
  #typeSignatures: Signature[] = [];
  #imports: { module: string; name: string; kind: number; describe: (sink: Sink) => void }[] = [];
  #importedFunctions = 0;
  #functions: { routine: Routine; index: number }[] = [];
  #importedTables = 0;
  #tables: (readonly Callable[])[] = [];
  #exports: { name: string; index: number }[] = [];

  /** The index of a function type. */
  type(signature: Signature): number {
    const key = `${signature.parameters.join()}:${signature.results.join()}`;
    const known = this.#types.indexOf(key);
    if (known >= 0) return known;
    this.#typeSignatures.push(signature);
    return this.#types.push(key) - 1;
  }
  /** Imports must all be declared before the first function. */
  importFunction(module: string, name: string, parameters: ValueType[], results: ValueType[]): Callable {
    if (this.#functions.length > 0) throw new Error('imports come before functions');
    const signature = { parameters, results };
    const type = this.type(signature);
    this.#imports.push({ module, name, kind: EXTERNAL.function, describe: (sink) => sink.u32(type) });
    return { index: this.#importedFunctions++, signature };
  }
  importMemory(module: string, name: string, minimumPages: number, maximumPages: number): void {
    this.#imports.push({
      module,
      name,
      kind: EXTERNAL.memory,
      describe: (sink) => (sink.byte(3), sink.u32(minimumPages), sink.u32(maximumPages)), // 3: shared, with maximum
    });
  }
  importTable(module: string, name: string, minimum: number): void {
    this.#importedTables++;
    this.#imports.push({
      module,
      name,
      kind: EXTERNAL.table,
      describe: (sink) => (sink.byte(0x70), sink.byte(0), sink.u32(minimum)),
    });
  }
  /** Declares a function; its body may be written later, so that functions can call each other. */
  function(parameters: ValueType[], results: ValueType[]): Callable & { routine: Routine };
  function<R extends Routine>(
    parameters: ValueType[],
    results: ValueType[],
    create: (signature: Signature) => R,
  ): Callable & { routine: R };
  function(
    parameters: ValueType[],
    results: ValueType[],
    create = (signature: Signature) => new Routine(signature),
  ): Callable & { routine: Routine } {
    const routine = create({ parameters, results });
    const index = this.#importedFunctions + this.#functions.length;
    this.type(routine.signature);
    this.#functions.push({ routine, index });
    return { index, signature: routine.signature, routine };
  }
  /** A table of the module's own that holds these functions. Imported tables must all be declared before. @returns its index */
  functionTable(functions: readonly Callable[]): number {
    return this.#importedTables + this.#tables.push(functions) - 1;
  }
  export(name: string, callable: Callable): void {
    this.#exports.push({ name, index: callable.index });
  }

  finish(): Uint8Array {
    const out = new Sink();
    for (const byte of [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) out.byte(byte);
    this.#section(out, 1, this.#typeSignatures, (sink, { parameters, results }) => {
      sink.byte(0x60);
      for (const list of [parameters, results]) {
        sink.u32(list.length);
        for (const type of list) sink.byte(typeByte(type));
      }
    });
    this.#section(out, 2, this.#imports, (sink, { module, name, kind, describe }) => {
      sink.name(module);
      sink.name(name);
      sink.byte(kind);
      describe(sink);
    });
    this.#section(out, 3, this.#functions, (sink, { routine }) => sink.u32(this.type(routine.signature)));
    this.#section(out, 4, this.#tables, (sink, { length }) => (sink.byte(0x70), sink.byte(1), sink.u32(length), sink.u32(length)));
    this.#section(out, 7, this.#exports, (sink, { name, index }) => {
      sink.name(name);
      sink.byte(EXTERNAL.function);
      sink.u32(index);
    });
    this.#section(out, 9, this.#tables, (sink, functions) => {
      const table = this.#importedTables + this.#tables.indexOf(functions);
      // An active segment of function indices for a table that is named, from its beginning (section 5.5.12).
      sink.u32(2);
      sink.u32(table);
      for (const byte of [0x41, 0, 0x0b, 0]) sink.byte(byte);
      sink.u32(functions.length);
      for (const { index } of functions) sink.u32(index);
    });
    this.#branchHints(out);
    this.#section(out, 10, this.#functions, (sink, { routine }) => writeCode(sink, routine));
    return out.finish();
  }
  /** Which branches are seldom taken: a custom section before the code (WebAssembly core specification 3.0, appendix A.4). */
  #branchHints(out: Sink): void {
    const hinted = this.#functions.filter(({ routine }) => routine.unlikely.length > 0);
    if (hinted.length === 0) return;
    const content = new Sink();
    content.name('metadata.code.branch_hint');
    content.u32(hinted.length);
    for (const { routine, index } of hinted) {
      const { length } = localsOf(routine);
      content.u32(index);
      content.u32(routine.unlikely.length);
      for (const at of routine.unlikely) {
        content.u32(length + at);
        // One byte: likely not.
        for (const byte of [1, 0]) content.byte(byte);
      }
    }
    out.byte(0);
    out.u32(content.length);
    out.append(content.bytes.subarray(0, content.length));
  }
  #section<T>(out: Sink, id: number, items: readonly T[], write: (sink: Sink, item: T) => void): void {
    if (items.length === 0) return;
    const content = new Sink();
    content.u32(items.length);
    for (const item of items) write(content, item);
    out.byte(id);
    out.u32(content.length);
    out.append(content.bytes.subarray(0, content.length));
  }
}

/** The declaration of a function's locals, with which its code begins. */
function localsOf(routine: Routine): Sink {
  const code = new Sink();
  const runs: { type: ValueType; count: number }[] = [];
  for (const type of routine.locals) {
    const last = runs.at(-1);
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  code.u32(runs.length);
  for (const { type, count } of runs) {
    code.u32(count);
    code.byte(typeByte(type));
  }
  return code;
}

function writeCode(sink: Sink, routine: Routine): void {
  const code = localsOf(routine);
  code.append(routine.body.bytes.subarray(0, routine.body.length));
  code.byte(0x0b);
  sink.u32(code.length);
  sink.append(code.bytes.subarray(0, code.length));
}
