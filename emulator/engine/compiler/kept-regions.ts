/**
 * Regions that this or an earlier start of a machine of the same shape has compiled. What a region's code does depends on the
 * guest's bytes, on the mode and on where within a page it begins, and on nothing else of the guest: so where the same bytes
 * lie, the same code can be entered without being made again, and long before the place would have been hot.
 */
import { wasm, type WasmModule } from '../wasm/webassembly.ts';
import { CodeSource, type CodeSpan } from './code-source.ts';
import type { CompiledRegion, CompilerContext } from './compile.ts';
import { entryKey } from './entry-key.ts';
import type { CompileRequest, CompileResult } from './request.ts';

/** One region of a kept module. */
export interface KeptRegion {
  /** Export of the module. */
  readonly name: string;
  readonly mode: number;
  /** Where in its page it begins, in bytes. */
  readonly offset: number;
  /** Where its instructions are, by distance from its beginning, and their bytes one behind the other. */
  readonly spans: readonly CodeSpan[];
  readonly code: Uint8Array;
  readonly instructions: number;
}
export interface KeptModule {
  /** WebAssembly. */
  readonly bytes: Uint8Array;
  readonly regions: readonly KeptRegion[];
  /** Starts of machines since it was of use. */
  readonly idle: number;
}

interface Known {
  readonly kept: KeptModule;
  made: WasmModule | undefined;
  /** As the how manieth it was of use in this start, from 1 on; 0: not yet. */
  used: number;
}

/** Modules made ready behind one that was of use: what followed it last time follows it most likely again. */
const AHEAD = 16;

export class KeptRegions {
  /** Modules compiled since the start, which no file has yet. */
  added = 0;
  readonly #modules: Known[] = [];
  #uses = 0;
  /** Up to which of them modules are to be made ready. */
  #ready = 0;
  #until = AHEAD;
  readonly #byKey = new Map<number, { readonly known: Known; readonly region: KeptRegion }[]>();

  constructor(kept: readonly KeptModule[]) {
    for (const module of kept) this.#put({ kept: module, made: undefined, used: 0 });
  }

  /** Modules there are. */
  get count(): number {
    return this.#modules.length;
  }
  /** Keys of all entries (`entryKey`): where none of them is, nothing is kept. */
  get keys(): Int32Array {
    return Int32Array.from(this.#byKey.keys());
  }

  /** Answers requests as far as what is kept goes. @returns the answers, and the requests that are hot and must be compiled */
  serve(
    { architecture, ...places }: CompilerContext,
    requests: readonly CompileRequest[],
  ): { answers: CompileResult[]; hot: CompileRequest[] } {
    const answers: CompileResult[] = [];
    const unknown: CompileRequest[] = [];
    const hot: CompileRequest[] = [];
    for (const request of requests) {
      const found = this.#find(new CodeSource(architecture, places, request), request);
      if (found) answers.push(found);
      else (request.early ? unknown : hot).push(request);
    }
    if (unknown.length > 0) answers.push({ fragments: [], unknown });
    return { answers, hot };
  }
  /** A region whose code is what lies there now. */
  #find(source: CodeSource, request: CompileRequest): CompileResult | undefined {
    const key = source.key();
    const candidates = key === undefined ? undefined : this.#byKey.get(key);
    const found = candidates?.find(
      ({ region }) => region.mode === request.mode && region.offset === (request.pcLow & 0xfff) && source.holds(region.spans, region.code),
    );
    if (!found) return undefined;
    const { known, region } = found;
    if (known.used === 0) {
      known.used = ++this.#uses;
      this.#ready = this.#modules.indexOf(known) + 1;
      this.#until = this.#ready + AHEAD;
    }
    const { name, spans, instructions } = region;
    const fragment = { request, name, pages: source.pagesOf(spans), code: source.code(spans), instructions };
    return { module: makeOf(known), fragments: [fragment] };
  }

  /** Makes a module ready that will be wanted soon. @returns whether there was one */
  makeAhead(): boolean {
    for (; this.#ready < Math.min(this.#until, this.#modules.length); this.#ready++) {
      const next = this.#modules[this.#ready] as Known;
      if (next.made) continue;
      makeOf(next);
      return true;
    }
    return false;
  }

  /** Keeps what has just been compiled. */
  add(bytes: Uint8Array, regions: readonly CompiledRegion[]): void {
    const kept = regions.flatMap(({ fragment: { request, name, code, instructions }, spans }): KeptRegion[] =>
      name === undefined || !code
        ? []
        : [{ name, mode: request.mode, offset: request.pcLow & 0xfff, spans, code: code.bytes, instructions }],
    );
    this.#put({ kept: { bytes, regions: kept, idle: 0 }, made: undefined, used: ++this.#uses });
    this.added++;
  }

  /** What the next start should have: what was of use now first, then by how long it was not. */
  contents(): readonly KeptModule[] {
    return this.#modules.map(({ kept, used }) => ({ ...kept, idle: used ? 0 : kept.idle + 1 })).toSorted((a, b) => a.idle - b.idle);
  }

  #put(known: Known): void {
    this.#modules.push(known);
    for (const region of known.kept.regions) {
      const first = region.spans.findIndex(({ from, to }) => from <= 0 && 0 < to);
      const before = region.spans.slice(0, first).reduce((sum, { from, to }) => sum + to - from, 0);
      const entry = before - (region.spans[first]?.from ?? 0);
      const key = entryKey(region.code, entry, region.offset, region.mode);
      this.#byKey.set(key, [...(this.#byKey.get(key) ?? []), { known, region }]);
    }
  }
}

const makeOf = (known: Known): WasmModule => (known.made ??= new wasm.Module(known.kept.bytes));
