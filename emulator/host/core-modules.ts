/**
 * The cores' WebAssembly modules of this process: writing one takes longer than everything else a core does before its
 * first instruction, and machines of the same shape have the same.
 */
import type { WasmModule } from '../engine/wasm/webassembly.ts';
import type { EngineMode } from '../index.ts';
import type { MachineLayout } from '../machine/layout.ts';

/** Modules kept; a person's machines have few shapes. */
const MOST = 8;

export class CoreModules {
  /** By what they are written from, the latest used last. */
  readonly #modules = new Map<string, WasmModule>();

  #key({ cores, ram, memoryPages }: MachineLayout, engine: EngineMode, index: number): string {
    return JSON.stringify([cores[index], ram, memoryPages, engine]);
  }
  get(layout: MachineLayout, engine: EngineMode, index: number): WasmModule | undefined {
    const key = this.#key(layout, engine, index);
    const module = this.#modules.get(key);
    if (module) this.#keep(key, module);
    return module;
  }
  add(layout: MachineLayout, engine: EngineMode, index: number, module: WasmModule): void {
    this.#keep(this.#key(layout, engine, index), module);
  }
  #keep(key: string, module: WasmModule): void {
    this.#modules.delete(key);
    this.#modules.set(key, module);
    for (const oldest of [...this.#modules.keys()].slice(0, -MOST)) this.#modules.delete(oldest);
  }
}
