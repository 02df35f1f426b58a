/** What the walks of all paging modes share: marking entries, and the end of a walk (SDM, volume 3A, sections 4.6 and 4.8). */
import type { CoreParts } from '../../../engine/core/parts.ts';
import type { Expression } from '../../../engine/wasm/expression.ts';
import type { Routine } from '../../../engine/wasm/routine.ts';
import { WALK } from '../../architecture.ts';
import { CR0, CR4, FLAG } from '../state.ts';
import { PAGE_FAULT } from './fault.ts';
import { PHYSICAL_BITS, PTE } from './page-entry.ts';

/** One translation in the making: what is asked for, and what the control registers say of it. */
export interface Walk {
  readonly core: CoreParts;
  readonly address: Expression;
  readonly access: Expression;
  /** Truth values (i32): a fetch, a write, the program's own access in user mode. */
  readonly fetch: Expression;
  readonly write: Expression;
  readonly user: Expression;
  readonly cr0: Expression;
  readonly cr4: Expression;
  readonly efer: Expression;
  /** Raises a page fault of these bits of the error code, and returns. */
  fail(bits: number): void;
  /** Begins the walk again: an entry has changed under it. */
  restart(): void;
}

export const has = (r: Routine, value: Expression, bit: number) => r.ne(r.and(value, r.i32(bit)), r.i32(0));

export interface Entry {
  readonly host: Expression;
  /** As it was read: i64, or i32 for the entries of 32-bit paging. */
  readonly entry: Expression;
  readonly wide: boolean;
}
/** Sets bits of an entry that are not set yet, as one step. */
export function mark(r: Routine, w: Walk, { host, entry, wanted, wide }: Entry & { readonly wanted: Expression }): void {
  const { core } = w;
  const flags = wide ? r.wrap(entry) : entry;
  r.when(r.ne(r.and(flags, wanted), wanted), () => {
    core.beforeWrite(r, r.shrU(r.sub(host, r.i32(core.ram.host)), r.i32(12)));
    const added = wide ? r.or(entry, r.extendU(wanted)) : r.or(entry, wanted);
    const before = r.let(r.atomic('cmpxchg', wide ? 8 : 4, host, entry, added));
    // Another core may have changed the entry since it was read.
    r.when(r.ne(before, entry), () => w.restart());
  });
}

export interface Leaf extends Entry {
  /** US and RW as all levels together have them, at their places. */
  readonly rights: Expression;
  readonly executable: Expression;
  readonly physical: Expression;
}

/** Checks the access against the rights, marks the leaf, and returns (SDM, section 4.6). */
export function finish(r: Routine, w: Walk, leaf: Leaf): void {
  const { core, user, cr4 } = w;
  const { state, run } = core;
  const mayUser = r.let(has(r, leaf.rights, PTE.U));
  const mayWrite = r.let(r.or(has(r, leaf.rights, PTE.W), r.and(r.eqz(user), r.eqz(r.and(w.cr0, r.i32(CR0.WP))))));
  const denied = r.variable(r.i32(0));
  r.when(
    user,
    () => denied.set(r.eqz(mayUser)),
    () => {
      r.when(mayUser, () => {
        const access = r.or(r.eqz(r.and(state.get('rflags'), r.i32(FLAG.AC))), state.get('implicitSupervisor'));
        const smap = r.and(has(r, cr4, CR4.SMAP), r.ne(access, r.i32(0)));
        denied.set(r.select(w.fetch, has(r, cr4, CR4.SMEP), smap));
      });
    },
  );
  const refused = r.or(r.and(w.write, r.eqz(mayWrite)), r.and(w.fetch, r.eqz(leaf.executable)));
  r.when(r.or(denied.get(), refused), () => w.fail(PAGE_FAULT.present));
  const wanted = r.let(r.or(r.i32(PTE.A), r.select(w.write, r.i32(PTE.D), r.i32(0))));
  mark(r, w, { ...leaf, wanted });
  const flags = leaf.wide ? r.wrap(leaf.entry) : leaf.entry;
  const dirty = r.or(w.write, has(r, flags, PTE.D));
  const global = r.and(has(r, flags, PTE.G), has(r, cr4, CR4.PGE));
  const given = r.or(
    r.or(r.i32(WALK.readable), r.select(r.and(dirty, mayWrite), r.i32(WALK.writable), r.i32(0))),
    r.or(r.select(leaf.executable, r.i32(WALK.executable), r.i32(0)), r.select(global, r.i32(WALK.global), r.i32(0))),
  );
  run.set(r, 'walkFlags', given);
  r.return(r.and(leaf.physical, r.i64((1n << PHYSICAL_BITS) - 1n)));
}
