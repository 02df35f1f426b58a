/**
 * The cores' WebAssembly modules: writing one takes longer than everything else a core does before its first instruction, and
 * machines of the same shape have the same. This process keeps them, and a folder for those that come after it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { wasm, type WasmModule } from '../engine/wasm/webassembly.ts';
import type { EngineMode } from '../index.ts';
import type { MachineLayout } from '../machine/layout.ts';
import { RecentlyUsed } from '../structures/recently-used.ts';
import { digest, readCacheFile, writeCacheFile } from './cache-files.ts';
import type { KeptFiles } from './messages.ts';
import { programOf } from './thread-supply.ts';

/** Modules kept; a person's machines have few shapes. */
const MAX_MODULES = 8;

/** Told apart by their bytes. Undefined for threads that run from sources, which are somebody's who is changing them. */
function bundledProgram(): string | undefined {
  const programs = [programOf('core'), programOf('compiler')];
  if (programs.some(({ pathname }) => !pathname.endsWith('.mjs'))) return undefined;
  return programs.map((program) => digest(readFileSync(program)).toString('hex')).join();
}

export interface MadeModule {
  readonly module: WasmModule;
  readonly bytes: Uint8Array;
}

export class CoreModules {
  /** By what they are written from. */
  readonly #modules = new RecentlyUsed<string, WasmModule>(MAX_MODULES);
  readonly #programOf: () => string | undefined;
  #program: string | undefined;
  #open: (() => string) | undefined;

  /** @param program which one writes the modules; undefined: its modules are not kept on disk */
  constructor(program: () => string | undefined = bundledProgram) {
    this.#programOf = program;
  }

  /** See `keepCoreModules`. */
  keepIn(open: () => string): void {
    this.#open = open;
  }
  get(layout: MachineLayout, engine: EngineMode, index: number): WasmModule | undefined {
    const key = this.#key(layout, engine, index);
    const known = this.#modules.get(key);
    if (known) return known;
    const read = this.#read(key);
    if (read) this.#modules.put(key, read);
    return read;
  }
  /**
   * Resolves when it is on disk as well, or will not be.
   * @param made a module and the bytes that it was made of
   */
  async add(layout: MachineLayout, engine: EngineMode, index: number, { module, bytes }: MadeModule): Promise<void> {
    const key = this.#key(layout, engine, index);
    this.#modules.put(key, module);
    try {
      const path = this.#path(key, 'core');
      if (path !== undefined) await writeCacheFile(path, bytes);
    } catch {
      // The next process writes it itself.
    }
  }
  /** Where cores of this shape leave what they have compiled and decoded; undefined where nothing is kept. */
  files(layout: MachineLayout, engine: EngineMode, index: number): KeptFiles | undefined {
    try {
      const key = this.#key(layout, engine, index);
      const [regions, pages] = [this.#path(key, 'regions'), this.#path(key, 'pages')];
      return regions && pages ? { regions, pages } : undefined;
    } catch {
      return undefined;
    }
  }

  /** The folder of all that; undefined where nothing is kept. */
  get folder(): string | undefined {
    try {
      return this.#open?.();
    } catch {
      return undefined;
    }
  }

  #key({ cores, ram, memoryPages }: MachineLayout, engine: EngineMode, index: number): string {
    return JSON.stringify([cores[index], ram, memoryPages, engine]);
  }
  #path(key: string, kind: 'core' | 'regions' | 'pages'): string | undefined {
    if (!this.#open) return undefined;
    this.#program ??= this.#programOf();
    return this.#program && join(this.#open(), `${digest(this.#program + key).toString('hex')}.${kind}`);
  }
  #read(key: string): WasmModule | undefined {
    try {
      const path = this.#path(key, 'core');
      const content = path === undefined ? undefined : readCacheFile(path);
      return content && new wasm.Module(content);
    } catch {
      return undefined;
    }
  }
}
