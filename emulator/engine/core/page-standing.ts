/**
 * What a core remembers of pages of code, and what it does when their standing changes: its side of the protocol between
 * cores (memory/shootdown.ts).
 */
import type { Shootdown } from '../../memory/shootdown.ts';
import { type CoreLayout, PAGE, type RamLayout } from '../layout.ts';
import type { Translations } from './translations.ts';

export interface PageStandingParts {
  readonly buffer: SharedArrayBuffer;
  readonly layout: CoreLayout;
  readonly ram: RamLayout;
  readonly core: number;
  readonly shootdown: Shootdown;
  readonly translations: Translations;
  /** A page that a snapshot still needs, or that is clean, is about to change. */
  keepPage(page: number): void;
  /** Waits until an absent page has been filled. @returns false when something else wants the core first */
  awaitPage(page: number): boolean;
  /** Drops what was translated from a page. */
  forget(page: number): void;
}

export class PageStanding {
  readonly #parts: PageStandingParts;
  readonly #flags: Uint8Array;
  readonly #generations: Int32Array;
  readonly #held: Int32Array;
  /** Pages of which translated code is held, and perhaps some that are not any more. */
  #heldPages: number[] = [];

  constructor(parts: PageStandingParts) {
    const { buffer, layout, ram } = parts;
    this.#parts = parts;
    this.#flags = new Uint8Array(buffer, ram.pageFlags, ram.size / 4096);
    this.#generations = new Int32Array(buffer, ram.generations, ram.size / 4096);
    this.#held = new Int32Array(buffer, layout.held, ram.size / 4096);
  }

  /** Does what other threads have asked of this core since. See `Core.settle`. */
  settle(): void {
    const { shootdown, core, translations } = this.#parts;
    const { revoked, changed } = shootdown;
    const revokedSeen = shootdown.revokedSeen(core);
    const changedSeen = shootdown.changedSeen(core);
    if (revoked === revokedSeen && changed === changedSeen) return;
    if (revoked !== revokedSeen) translations.revoke();
    if (changed !== changedSeen) this.#dropChanged();
    shootdown.settled(core, revoked, changed);
  }

  /** Code of this page is about to be translated for the first time, or again after it changed. */
  hold(page: number): void {
    if (this.#held[page] !== 0) return;
    const { shootdown, core, translations } = this.#parts;
    translations.protect(page);
    shootdown.claim(page, core, () => this.settle());
    this.#heldPages.push(page);
  }
  /** Whether code of the page may be translated: the core is told when it changes. */
  holds(page: number): boolean {
    const held = this.#held[page] as number;
    return held !== 0 && held === Atomics.load(this.#generations, page) + 1;
  }
  #dropChanged(): void {
    this.#heldPages = this.#heldPages.filter((page) => {
      const holds = this.holds(page);
      if (this.#held[page] !== 0 && !holds) this.#drop(page);
      return holds;
    });
  }
  #drop(page: number): void {
    this.#held[page] = 0;
    this.#parts.forget(page);
  }

  /** This core is about to write a page. */
  beforeWrite(page: number): void {
    const { shootdown, core, keepPage } = this.#parts;
    // Another core may claim the page again while this one waits for it, and does so at once where its code lies beside data.
    while (Atomics.load(this.#flags, page) & PAGE.code) {
      const revoked = shootdown.codeChanged(page, core, () => this.settle());
      this.#drop(page);
      // A claim that this core has not answered goes on only when it does: behind the write.
      if (((shootdown.revokedSeen(core) - revoked) | 0) <= 0) break;
    }
    keepPage(page);
  }
  /** Others do not wait for a core that waits. What they ask meanwhile is done before the core goes on, or it begins anew. */
  awaitPage(page: number): boolean {
    const { shootdown, core, awaitPage } = this.#parts;
    shootdown.leave(core);
    const there = awaitPage(page);
    shootdown.enter(core);
    this.settle();
    return there && shootdown.fences(core) === 0;
  }
}
