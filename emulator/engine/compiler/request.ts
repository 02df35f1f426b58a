/** What a core asks of the compiler, and what it gets. Both cross between threads as messages. */
import type { CodeContext } from '../../isa/architecture.ts';
import type { WasmModule } from '../wasm/webassembly.ts';

/** A hot jump target in one mode. */
export interface CompileRequest {
  /** The target's address, as two signed halves. */
  readonly pcLow: number;
  readonly pcHigh: number;
  readonly mode: number;
  /** Where in RAM the target lies, in bytes from its beginning. */
  readonly place: number;
  readonly context: CodeContext;
  /** Not hot yet: wanted only where it has been compiled before. */
  readonly early: boolean;
}

/** A page of code a fragment was made from, and which generation of it. */
export interface CodePage {
  /** How many pages behind the entry's it is, in virtual addresses. */
  readonly distance: number;
  /** RAM page number. */
  readonly page: number;
  readonly generation: number;
}

/** What a fragment was made from: pieces of code, `bytes` one behind the other. */
export interface FragmentCode {
  /** For each piece its RAM page, its place there and its length, all in bytes but the first. */
  readonly pieces: readonly number[];
  readonly bytes: Uint8Array;
}

/** One compiled region: entered at its beginning only. */
export interface CompiledFragment {
  readonly request: CompileRequest;
  /** Export of the module; absent where nothing could be compiled there. */
  readonly name?: string;
  readonly pages: readonly CodePage[];
  /** Absent with the name. */
  readonly code?: FragmentCode;
  readonly instructions: number;
}

export interface CompileResult {
  /** Absent when no request of the batch gave code. */
  readonly module?: WasmModule;
  readonly fragments: readonly CompiledFragment[];
  /** Requests that were early, and for which nothing is kept that fits now. */
  readonly unknown?: readonly CompileRequest[];
}

/** What earlier starts have left for a core. */
export interface KeptCode {
  /** Of all regions (`entryKey`): places that may have been compiled before. */
  readonly keys: Int32Array;
  /** Decoded pages (`KeptPages.pack`). */
  readonly pages: Uint8Array | undefined;
}
