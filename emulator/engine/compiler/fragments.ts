/**
 * A core's compiled fragments: which exist, which of them the jump cache may lead to now, and when they stop being
 * true. A fragment stands for guest code at a place in RAM in one mode, at whatever address that is mapped: each process has
 * its programs and libraries elsewhere. It may be entered while its pages are mapped one to another as they were when it
 * was compiled and none has been written since. Kernels patch themselves by the thousand: where a page has
 * been written, the fragment's own bytes are compared when the guest arrives there again.
 */
import type { FragmentKeeper } from '../core/surroundings.ts';
import { EVENT, FRAGMENT_PAGES, JUMP_ENTRIES, JUMP_ENTRY, JUMP_HASH, PAGE, type RamLayout } from '../layout.ts';
import { type Flush, WALK } from '../../isa/architecture.ts';
import { wasm, type WasmMemory, type WasmTable } from '../wasm/webassembly.ts';
import { HotPlaces, type HotPlacesParts } from './hot-places.ts';
import type { CodePage, CompileRequest, CompileResult, FragmentCode } from './request.ts';

interface Fragment {
  readonly request: CompileRequest;
  readonly pages: readonly CodePage[];
  readonly slot: number;
  /** The address at which it is or was entered last, as two signed halves. */
  pcLow: number;
  pcHigh: number;
  /** Where the jump cache leads to it, as an index of words; -1 where it does not. */
  entry: number;
  /** The pages of that address are among those looked at when a translation changes (`#listed`). */
  listed: boolean;
  /** What it was made from. */
  readonly code: FragmentCode | undefined;
  /** One of its pages has been written since; mostly something else in it. */
  written: boolean;
}

const NOTHING: readonly Fragment[] = [];

/** Pages' numbers as far as they matter for finding fragments; pages that share one are flushed together. */
const KEY_BITS = 0xfff_ffff;
const pageKey = (address: bigint): number => Number((address >> 12n) & BigInt(KEY_BITS));

/** The page that begins `distance` pages behind the one of an address, as two signed halves, and its key. */
function pageBehind(pcLow: number, pcHigh: number, distance: number): { low: number; high: number; key: number } {
  // Multiples of 4096 below 2^65 are exact.
  const address = pcHigh * 2 ** 32 + ((pcLow & ~0xfff) >>> 0) + distance * 4096;
  const low = address | 0;
  const high = Math.floor(address / 2 ** 32) | 0;
  return { low, high, key: ((high << 20) | (low >>> 12)) & KEY_BITS };
}

/** Takes a fragment from one of the sets, and the set from the map with its last. */
function removeFrom(sets: Map<number, Set<Fragment>>, key: number, fragment: Fragment): void {
  const there = sets.get(key);
  if (there?.delete(fragment) && there.size === 0) sets.delete(key);
}

export interface FragmentsParts extends HotPlacesParts {
  readonly memory: WasmMemory;
  readonly table: WasmTable;
  /** Fragments to keep at most: each takes the host some 20 KB of code, and a guest's programs come and go. */
  readonly most: number;
}

export class Fragments implements FragmentKeeper {
  /** Fragments there are now. */
  count = 0;
  /** Fragments compiled since the machine started. */
  total = 0;
  readonly #parts: FragmentsParts;
  readonly #jump: Int32Array;
  readonly #places: HotPlaces;
  readonly #generations: Int32Array;
  readonly #pages: Uint8Array;
  readonly #flags: Uint8Array;
  readonly #bytes: Uint8Array;
  readonly #ram: RamLayout;
  readonly #imports: Record<string, Record<string, unknown>>;
  /** By place in RAM (`CompileRequest.place`); different modes share a list. */
  readonly #byPlace = new Map<number, Fragment[]>();
  readonly #byPage = new Map<number, Set<Fragment>>();
  /** All there are: the next to go first. */
  readonly #order = new Set<Fragment>();
  /**
   * By virtual page (low bits) those that the jump cache leads to, and those that it has led to: a guest that changes its
   * address space takes out a hundred at once, and most are back soon at the same address.
   */
  readonly #listed = new Map<number, Set<Fragment>>();
  /** Those in the jump cache. */
  readonly #installed = { global: new Set<Fragment>(), local: new Set<Fragment>() };
  /** Fragments by table slot. */
  readonly #slots: (Fragment | undefined)[] = [];
  #freeSlots: number[] = [];
  #nextSlot = 1;

  constructor(parts: FragmentsParts) {
    this.#parts = parts;
    const { core, memory, table } = parts;
    const { layout, ram } = core.surroundings;
    this.#jump = new Int32Array(memory.buffer, layout.jumpCache);
    this.#places = new HotPlaces(parts);
    this.#pages = new Uint8Array(memory.buffer, layout.fragmentPages, FRAGMENT_PAGES);
    this.#ram = ram;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#flags = new Uint8Array(memory.buffer, ram.pageFlags, ram.size / 4096);
    this.#generations = new Int32Array(memory.buffer, ram.generations, ram.size / 4096);
    this.#imports = { machine: { memory, table }, core: core.exports };
  }

  hot(pcLow: number, pcHigh: number): void {
    const { core } = this.#parts;
    // Address 0 stands for an empty place of the jump cache.
    if (pcLow === 0 && pcHigh === 0) return;
    const { mode } = core.working;
    const page = this.#fetchPage(pcLow, pcHigh);
    if (page < 0) return;
    const place = page * 4096 + (pcLow & 0xfff);
    for (const fragment of this.#byPlace.get(place) ?? NOTHING)
      if (fragment.request.mode === mode && this.#enter(fragment, pcLow, pcHigh)) return;
    this.#places.arrived(pcLow, pcHigh, mode, place);
  }
  /** See `HotPlaces`. */
  expect(keys: Int32Array): void {
    this.#places.expect(keys);
  }
  post(): void {
    this.#places.post();
  }

  /** Takes in what the compiler has made. */
  install({ module, fragments, unknown = [] }: CompileResult): void {
    for (const request of unknown) this.#places.unknown(request);
    const made = module && new wasm.Instance(module, this.#imports).exports;
    for (const { request, name, pages, code } of fragments) {
      if (!made || name === undefined) continue;
      this.#places.answered(request);
      const written = pages.some(({ page, generation }) => Atomics.load(this.#generations, page) !== generation);
      const slot = this.#takeSlot();
      this.#parts.table.set(slot, made[name]);
      const { pcLow, pcHigh, place, mode } = request;
      const fragment: Fragment = { request, pages, slot, pcLow, pcHigh, entry: -1, listed: false, code, written };
      this.#byPlace.set(place, [...(this.#byPlace.get(place) ?? []), fragment]);
      if (!written) this.#watch(fragment);
      this.#order.add(fragment);
      this.count++;
      this.total++;
      // Enters the jump cache at once if it is for the present, else at its next hot arrival.
      if (written || mode !== this.#parts.core.working.mode || !this.#enter(fragment, pcLow, pcHigh)) this.#listen(fragment);
    }
    this.#makeRoom();
  }

  /** Drops the oldest beyond the number to keep. One that the jump cache leads to is only taken out of it at first: if it is in use, its next arrival puts it back. */
  #makeRoom(): void {
    for (const fragment of this.#order) {
      if (this.count <= this.#parts.most) return;
      if (fragment.entry < 0) {
        this.#drop(fragment);
        continue;
      }
      this.#leave(fragment);
      this.#order.delete(fragment);
      this.#order.add(fragment);
    }
  }

  pageWritten(page: number): void {
    this.#places.forget();
    for (const fragment of [...(this.#byPage.get(page) ?? [])]) {
      fragment.written = true;
      this.#unwatch(fragment);
      this.#leave(fragment);
    }
  }
  #watch(fragment: Fragment): void {
    for (const { page } of fragment.pages) {
      const there = this.#byPage.get(page) ?? new Set();
      this.#byPage.set(page, there.add(fragment));
    }
  }
  #unwatch(fragment: Fragment): void {
    for (const { page } of fragment.pages) removeFrom(this.#byPage, page, fragment);
  }
  /** Whether the code that a fragment was made from is what its pages hold now; from now on the core is told of their changes again. */
  #stands({ code, pages }: Fragment): boolean {
    if (!code) return false;
    if (pages.some(({ page }) => (this.#flags[page] as number) & (PAGE.absent | PAGE.device))) return false;
    if (!this.#parts.core.holdPages(pages.map(({ page }) => page))) return false;
    const { pieces, bytes } = code;
    let from = 0;
    for (let piece = 0; piece < pieces.length; piece += 3) {
      const at = this.#ram.host + (pieces[piece] as number) * 4096 + (pieces[piece + 1] as number);
      const length = pieces[piece + 2] as number;
      for (let index = 0; index < length; index++) if (this.#bytes[at + index] !== bytes[from + index]) return false;
      from += length;
    }
    return true;
  }

  memoryChanged(): void {
    this.#places.forget();
  }

  translationsChanged({ address, keepGlobal }: Flush): void {
    if (address !== undefined) {
      for (const fragment of this.#listed.get(pageKey(address)) ?? NOTHING) this.#leave(fragment);
      return;
    }
    this.#leaveAll(this.#installed.local);
    if (!keepGlobal) this.#leaveAll(this.#installed.global);
  }
  #leaveAll(installed: Set<Fragment>): void {
    for (const fragment of installed) this.#clear(fragment);
    installed.clear();
  }

  /** The RAM page that code at an address is fetched from now, or -1. */
  #fetchPage(low: number, high: number): number {
    const { exports, working } = this.#parts.core;
    const page = exports.fetchPage(low, high);
    if (page < 0) working.event = EVENT.none;
    return page;
  }
  /** Whether every page is mapped, executable, as far from this entry as it was from the first; and whether all are global. */
  #mapped({ pages }: Fragment, pcLow: number, pcHigh: number): 'global' | 'local' | undefined {
    const { working } = this.#parts.core;
    let global = true;
    for (const { distance, page } of pages) {
      const { low, high } = pageBehind(pcLow, pcHigh, distance);
      if (this.#fetchPage(low, high) !== page) return undefined;
      if ((working.walkFlags & WALK.global) === 0) global = false;
    }
    return global ? 'global' : 'local';
  }

  /** Puts a fragment into the jump cache at an address, if it is true there now; it leaves the one where it was. */
  #enter(fragment: Fragment, pcLow: number, pcHigh: number): boolean {
    const mapped = this.#mapped(fragment, pcLow, pcHigh);
    if (!mapped) return false;
    if (fragment.written) {
      if (!this.#stands(fragment)) return (this.#drop(fragment), false);
      fragment.written = false;
      this.#watch(fragment);
    }
    const { mode } = fragment.request;
    this.#leave(fragment);
    if (!fragment.listed || fragment.pcLow !== pcLow || fragment.pcHigh !== pcHigh) this.#list(fragment, pcLow, pcHigh);
    const places = this.#entries(pcLow, mode);
    // Where both places are others', the first one's owner goes.
    const isOthers = (entry: number) => {
      const owner = this.#ownerOf(entry);
      return owner !== undefined && (owner.pcLow !== pcLow || owner.pcHigh !== pcHigh);
    };
    const at = places.find((place) => !isOthers(place)) ?? places[0];
    const previous = this.#ownerOf(at);
    if (previous) this.#leave(previous);
    this.#jump[at + JUMP_ENTRY.pc / 4] = pcLow;
    this.#jump[at + JUMP_ENTRY.pc / 4 + 1] = pcHigh;
    this.#jump[at + JUMP_ENTRY.slot / 4] = fragment.slot;
    fragment.entry = at;
    this.#installed[mapped].add(fragment);
    this.#slots[fragment.slot] = fragment;
    this.#places.compiled(pcLow, mode);
    return true;
  }
  #ownerOf(entry: number): Fragment | undefined {
    if (this.#jump[entry + JUMP_ENTRY.pc / 4] === 0 && this.#jump[entry + JUMP_ENTRY.pc / 4 + 1] === 0) return undefined;
    return this.#slots[this.#jump[entry + JUMP_ENTRY.slot / 4] as number];
  }

  /** Has it looked at when a translation of its pages at this address changes, and no longer where it was before. */
  #list(fragment: Fragment, pcLow: number, pcHigh: number): void {
    this.#unlist(fragment);
    Object.assign(fragment, { pcLow, pcHigh, listed: true });
    for (const { distance } of fragment.pages) {
      const { key } = pageBehind(pcLow, pcHigh, distance);
      const there = this.#listed.get(key);
      if (there) there.add(fragment);
      else this.#listed.set(key, new Set([fragment]));
      // Saturates: a page once that busy is always asked about.
      const count = this.#pages[key & (FRAGMENT_PAGES - 1)] as number;
      if (count < 255) this.#pages[key & (FRAGMENT_PAGES - 1)] = count + 1;
    }
  }
  #unlist(fragment: Fragment): void {
    if (!fragment.listed) return;
    fragment.listed = false;
    for (const { distance } of fragment.pages) {
      const { key } = pageBehind(fragment.pcLow, fragment.pcHigh, distance);
      removeFrom(this.#listed, key, fragment);
      const count = this.#pages[key & (FRAGMENT_PAGES - 1)] as number;
      if (count < 255) this.#pages[key & (FRAGMENT_PAGES - 1)] = count - 1;
    }
  }

  /** Takes a fragment out of the jump cache; its next arrival asks for it again. */
  #leave(fragment: Fragment): void {
    if (fragment.entry < 0) return;
    this.#clear(fragment);
    if (!this.#installed.local.delete(fragment)) this.#installed.global.delete(fragment);
  }
  #clear(fragment: Fragment): void {
    const pc = fragment.entry + JUMP_ENTRY.pc / 4;
    this.#jump[pc] = 0;
    this.#jump[pc + 1] = 0;
    fragment.entry = -1;
    this.#listen(fragment);
  }
  #drop(fragment: Fragment): void {
    this.#leave(fragment);
    this.#unlist(fragment);
    const { place } = fragment.request;
    const rest = this.#byPlace.get(place)?.filter((other) => other !== fragment) ?? [];
    if (rest.length > 0) this.#byPlace.set(place, rest);
    else this.#byPlace.delete(place);
    this.#unwatch(fragment);
    this.#order.delete(fragment);
    this.#slots[fragment.slot] = undefined;
    this.#parts.table.set(fragment.slot, null);
    this.#freeSlots.push(fragment.slot);
    this.count--;
  }

  /** Makes the next arrival where it was hot. */
  #listen({ pcLow, request: { mode } }: Fragment): void {
    this.#places.listen(pcLow, mode);
  }
  /** A target's two places in the jump cache, as `tryCompiled` (core/core-module.ts) computes them. */
  #entries(pcLow: number, mode: number): [first: number, second: number] {
    const place = (index: number) => ((mode * JUMP_ENTRIES + index) * JUMP_ENTRY.size) / 4;
    return [place((pcLow >>> 1) & (JUMP_ENTRIES - 1)), place(Math.imul(pcLow, JUMP_HASH.multiplier) >>> JUMP_HASH.shift)];
  }
  #takeSlot(): number {
    const free = this.#freeSlots.pop();
    if (free !== undefined) return free;
    const { table } = this.#parts;
    if (this.#nextSlot === table.length) table.grow(table.length);
    return this.#nextSlot++;
  }
}
