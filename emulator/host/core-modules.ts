/**
 * The cores' WebAssembly modules of this process: writing one takes longer than everything else a core does before its
 * first instruction, and machines of the same shape have the same.
 */
import type { WasmModule } from '../engine/wasm/webassembly.ts';
import type { EngineMode } from '../index.ts';
import type { MachineLayout } from '../machine/layout.ts';
import { RecentlyUsed } from '../structures/recently-used.ts';

/** Modules kept; a person's machines have few shapes. */
const MAX_MODULES = 8;

export class CoreModules {
  /** By what they are written from. */
  readonly #modules = new RecentlyUsed<string, WasmModule>(MAX_MODULES);

  #key({ cores, ram, memoryPages }: MachineLayout, engine: EngineMode, index: number): string {
    return JSON.stringify([cores[index], ram, memoryPages, engine]);
  }
  get(layout: MachineLayout, engine: EngineMode, index: number): WasmModule | undefined {
    return this.#modules.get(this.#key(layout, engine, index));
  }
  add(layout: MachineLayout, engine: EngineMode, index: number, module: WasmModule): void {
    this.#modules.put(this.#key(layout, engine, index), module);
  }
}
