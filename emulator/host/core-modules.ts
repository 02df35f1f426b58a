/**
 * The cores' WebAssembly modules: writing one takes longer than everything else a core does before its first instruction, and
 * machines of the same shape have the same. This process keeps them, and a folder for those that come after it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { wasm, type WasmModule } from '../engine/wasm/webassembly.ts';
import type { EngineMode } from '../index.ts';
import type { MachineLayout } from '../machine/layout.ts';
import { RecentlyUsed } from '../structures/recently-used.ts';
import { programOf } from './thread-supply.ts';

/** Modules kept; a person's machines have few shapes. */
const MAX_MODULES = 8;
/** Files kept, some two megabytes each: versions of the program have their own. */
const MAX_FILES = 16;
const DIGEST = 32;
const SUFFIX = '.core';

/** Told apart by their bytes. Undefined for threads that run from sources, which are somebody's who is changing them. */
function bundledProgram(): string | undefined {
  const program = programOf('core');
  return program.pathname.endsWith('.mjs') ? digest(readFileSync(program)).toString('hex') : undefined;
}

const digest = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest();

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
    // The next process writes it itself.
    await this.#write(key, bytes).catch(() => undefined);
  }

  #key({ cores, ram, memoryPages }: MachineLayout, engine: EngineMode, index: number): string {
    return JSON.stringify([cores[index], ram, memoryPages, engine]);
  }
  #path(key: string): string | undefined {
    if (!this.#open) return undefined;
    this.#program ??= this.#programOf();
    return this.#program && join(this.#open(), `${digest(this.#program + key).toString('hex')}${SUFFIX}`);
  }
  #read(key: string): WasmModule | undefined {
    try {
      const path = this.#path(key);
      const content = path === undefined ? undefined : readFileSync(path);
      // A file that a full disk cut off is no module.
      if (!content || !digest(content.subarray(DIGEST)).equals(content.subarray(0, DIGEST))) return undefined;
      return new wasm.Module(content.subarray(DIGEST));
    } catch {
      return undefined;
    }
  }
  async #write(key: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(key);
    if (path === undefined) return;
    const temporary = `${path}.${randomBytes(4).toString('hex')}`;
    try {
      await writeFile(temporary, Buffer.concat([digest(bytes), bytes]), { mode: 0o600, flag: 'wx' });
      await rename(temporary, path);
    } finally {
      await rm(temporary, { force: true });
    }
    await this.#clear(join(path, '..'));
  }
  /** Removes the oldest beyond the number to keep. */
  async #clear(folder: string): Promise<void> {
    const paths = (await readdir(folder)).filter((name) => name.includes(SUFFIX)).map((name) => join(folder, name));
    const dated = await Promise.all(paths.map(async (path) => ({ path, at: (await stat(path)).mtimeMs })));
    for (const { path } of dated.toSorted((a, b) => b.at - a.at).slice(MAX_FILES)) await rm(path, { force: true });
  }
}
