/**
 * What V8 must do differently in a process that runs machines. Flags are the process's, and hold for what is compiled after
 * they are set: this module is loaded before any thread of a machine.
 */
import { setFlagsFromString } from 'node:v8';

/** Sources kept for a second compilation of the same script: every thread would hold them, none will need them. */
const NO_COMPILATION_CACHE = '--no-compilation-cache';

/**
 * Optimised JavaScript may call WebAssembly without a wrapper. If what it called then went on by tail calls to a function with
 * more parameters, one that V8 has only just compiled, and garbage is collected while that allocates its feedback, the
 * JavaScript frame's outgoing parameters are taken for pointers: the process ends by signal 11 (V8 13.6, seen in
 * `Runtime_WasmAllocateFeedbackVector`). Our core threads do just that, once in some ten minutes of new code.
 */
export const NO_INLINED_WASM_CALLS = '--no-turbo-inline-js-wasm-calls';

/**
 * V8 frees WebAssembly code that it has replaced. If that meets the moment at which a thread replaces the wrapper of a function
 * of TypeScript that generated code calls, it frees the wrapper twice and ends the process: "Check failed:
 * jit_page_->allocations_.erase(addr) == 1", in `WasmImportWrapperCache::Free` from `Runtime_TierUpWasmToJSWrapper` (V8 13.6, twice
 * in one whole run of the tests). What is replaced stays until its module goes.
 */
export const NO_FREED_WASM_CODE = '--no-wasm-code-gc';

/**
 * Branches that generated code says are seldom taken are laid out of the way (`Routine.when`). Without it the hints are read over. A
 * flag that V8 does not know it complains about: later versions do it without one.
 */
export const BRANCH_HINTS = '--experimental-wasm-branch-hinting';
const HAVE_BRANCH_HINTS = ['13', '14'];

const flags = [NO_COMPILATION_CACHE, NO_INLINED_WASM_CALLS, NO_FREED_WASM_CODE];
if (HAVE_BRANCH_HINTS.includes(process.versions.v8.split('.')[0] as string)) flags.push(BRANCH_HINTS);
for (const flag of flags) setFlagsFromString(flag);
