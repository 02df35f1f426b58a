/** The walk of PAE, 4-level and 5-level paging: entries of 64 bits (SDM, volume 3A, sections 4.4 and 4.5). */
import type { Expression } from '../../../engine/wasm/expression.ts';
import type { Label, Routine } from '../../../engine/wasm/routine.ts';
import { EFER } from '../state.ts';
import { PAGE_FAULT } from './fault.ts';
import { PTE, RESERVED_ADDRESS } from './page-entry.ts';
import { finish, has, mark, type Walk } from './page-walk.ts';

interface Counter {
  get(): Expression;
  set(value: Expression): void;
}

/** Writes the walk, which always returns, from a level (the leaf's is 0) and table down. */
export function walk64(r: Routine, w: Walk, level: Counter, table: Counter): void {
  const { core, address } = w;
  const { ram } = core;
  /** US and RW of all levels so far, and XD of any. */
  const rights = r.variable(r.i32(PTE.U | PTE.W));
  const noExecute = r.variable(r.i64(0));
  const entry = r.local('i64');
  const host = r.local('i32');
  const reserved = r.let(r.select(has(r, w.efer, EFER.NXE), r.i64(RESERVED_ADDRESS), r.i64(RESERVED_ADDRESS | PTE.XD)));
  const shift = () => r.extendU(r.add(r.mul(level.get(), r.i32(9)), r.i32(12)));
  r.block((found: Label) => {
    r.loop((next: Label) => {
      const index = r.and(r.shrU(address, shift()), r.i64(511));
      const at = r.let(core.ramOffset(r, r.add(table.get(), r.shl(index, r.i64(3)))));
      // Nothing answers there: all bits are ones, of which some are reserved.
      r.when(r.geU(at, r.i64(ram.size)), () => w.fail(PAGE_FAULT.present | PAGE_FAULT.reserved));
      core.present(r, r.let(r.wrap(r.shrU(at, r.i64(12)))), w.fetch, () => r.return(r.i64(-1)));
      host.set(r.add(r.wrap(at), r.i32(ram.host)));
      entry.set(r.load('i64', 8, host.get()));
      const e = entry.get();
      const flags = r.let(r.wrap(e));
      r.when(r.eqz(r.and(flags, r.i32(PTE.P))), () => w.fail(0));
      r.when(r.ne(r.and(e, reserved), r.i64(0)), () => w.fail(PAGE_FAULT.present | PAGE_FAULT.reserved));
      rights.set(r.and(rights.get(), flags));
      noExecute.set(r.or(noExecute.get(), e));
      r.branchTo(found, r.or(r.eqz(level.get()), has(r, flags, PTE.PS)));
      mark(r, w, { host: host.get(), entry: e, wanted: r.i32(PTE.A), wide: true });
      level.set(r.sub(level.get(), r.i32(1)));
      table.set(r.and(e, r.i64(PTE.address)));
      r.branchTo(next);
    });
  });
  const e = entry.get();
  const inside = r.let(r.sub(r.shl(r.i64(1), shift()), r.i64(1)));
  // A large page's address is aligned but for bit 12, which is PAT; the topmost levels have none.
  const misaligned = r.ne(r.and(e, r.and(inside, r.i64(~0x1fffn))), r.i64(0));
  r.when(r.and(r.ne(level.get(), r.i32(0)), r.or(r.geS(level.get(), r.i32(3)), misaligned)), () =>
    w.fail(PAGE_FAULT.present | PAGE_FAULT.reserved),
  );
  finish(r, w, {
    host: host.get(),
    entry: e,
    wide: true,
    rights: r.let(rights.get()),
    executable: r.let(r.geS(noExecute.get(), r.i64(0))),
    physical: r.or(r.and(e, r.and(r.i64(PTE.address), r.not(inside))), r.and(address, inside)),
  });
}
