/**
 * The part of the WebAssembly JavaScript API the engine uses, typed here because this room is compiled without the
 * DOM's types (source: WebAssembly JavaScript Interface, W3C).
 */

export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
}
export interface WasmTable {
  readonly length: number;
  get(index: number): unknown;
  set(index: number, value: unknown): void;
  grow(by: number): number;
}
/** A compiled module; opaque, may be posted to another thread, which then shares its machine code. */
export interface WasmModule {
  readonly brand?: 'WasmModule';
}
export interface WasmInstance {
  readonly exports: Record<string, unknown>;
}
interface Api {
  Memory: new (descriptor: { initial: number; maximum: number; shared: true }) => WasmMemory;
  Table: new (descriptor: { initial: number; maximum?: number; element: 'anyfunc' }) => WasmTable;
  Module: new (bytes: Uint8Array) => WasmModule;
  Instance: new (module: WasmModule, imports: Record<string, Record<string, unknown>>) => WasmInstance;
  validate(bytes: Uint8Array): boolean;
}

export const wasm: Api = (globalThis as unknown as { WebAssembly: Api }).WebAssembly;

/** Bytes in one WebAssembly page. */
export const WASM_PAGE = 65536;
