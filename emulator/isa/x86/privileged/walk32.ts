/** The walk of 32-bit paging: two levels of entries of 32 bits, pages of 4 KiB and with CR4.PSE of 4 MiB (SDM, section 4.3). */
import type { Expression } from '../../../engine/wasm/expression.ts';
import type { Routine } from '../../../engine/wasm/routine.ts';
import { CR4 } from '../state.ts';
import { PAGE_FAULT } from './fault.ts';
import { PTE } from './page-entry.ts';
import { finish, has, mark, type Walk } from './page-walk.ts';

/** Bits 39 to 32 of a 4 MiB page's address stand from this bit on; bit 21 must be clear. */
const PSE36_AT = 13n;
const PSE_RESERVED = 1 << 21;

/** Writes the walk, which always returns. */
export function walk32(r: Routine, w: Walk): void {
  const { core, address } = w;
  const linear = r.let(r.wrap(address));
  const directory = r.wrap(r.and(core.state.get('cr3'), r.i64(0xffff_f000n)));
  const first = read(r, w, directory, r.shrU(linear, r.i32(22)));
  const large = r.and(has(r, first.entry, PTE.PS), has(r, w.cr4, CR4.PSE));
  const executable = r.i32(1);
  r.when(large, () => {
    r.when(has(r, first.entry, PSE_RESERVED), () => w.fail(PAGE_FAULT.present | PAGE_FAULT.reserved));
    const upper = r.shl(r.and(r.shrU(r.extendU(first.entry), r.i64(PSE36_AT)), r.i64(0xff)), r.i64(32));
    const base = r.extendU(r.and(first.entry, r.i32(-(1 << 22))));
    const physical = r.or(r.or(upper, base), r.and(address, r.i64((1 << 22) - 1)));
    finish(r, w, { ...first, wide: false, rights: first.entry, executable, physical });
  });
  mark(r, w, { ...first, wide: false, wanted: r.i32(PTE.A) });
  const second = read(r, w, r.and(first.entry, r.i32(-4096)), r.and(r.shrU(linear, r.i32(12)), r.i32(1023)));
  const rights = r.let(r.and(first.entry, second.entry));
  const physical = r.or(r.extendU(r.and(second.entry, r.i32(-4096))), r.and(address, r.i64(4095)));
  finish(r, w, { ...second, wide: false, rights, executable, physical });
}

/** Reads an entry that must be present. */
function read(r: Routine, w: Walk, table: Expression, index: Expression): { host: Expression; entry: Expression } {
  const { core } = w;
  const { ram } = core;
  const at = r.let(core.ramOffset(r, r.extendU(r.add(table, r.shl(index, r.i32(2))))));
  // Nothing answers there: all bits are ones.
  r.when(r.geU(at, r.i64(ram.size)), () => w.fail(PAGE_FAULT.present | PAGE_FAULT.reserved));
  core.present(r, r.let(r.wrap(r.shrU(at, r.i64(12)))), w.fetch, () => r.return(r.i64(-1)));
  const host = r.let(r.add(r.wrap(at), r.i32(ram.host)));
  const entry = r.let(r.load('i32', 4, host));
  r.when(r.eqz(r.and(entry, r.i32(PTE.P))), () => w.fail(0));
  return { host, entry };
}
