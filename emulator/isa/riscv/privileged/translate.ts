/**
 * Address translation as generated code: the page-table walk of Sv39, Sv48 and Sv57 with A and D bits updated by
 * hardware (privileged manual, section "Virtual Address Translation Process"; Svadu). It runs at every miss of the
 * lookaside buffer, so it is WebAssembly and not TypeScript.
 */
import type { CoreParts } from '../../../engine/core/parts.ts';
import type { Expression } from '../../../engine/wasm/expression.ts';
import type { Callable, Label, Routine } from '../../../engine/wasm/routine.ts';
import { ACCESS, WALK } from '../../architecture.ts';
import { CAUSE } from '../cause.ts';
import { PRIVILEGE } from '../state.ts';

/** Bits of a page-table entry (privileged manual, figure "Sv39 page table entry"). */
const PTE = { V: 1, R: 2, W: 4, X: 8, U: 16, G: 32, A: 64, D: 128 } as const;
/** Bits 60 to 54 are reserved, 62 and 61 are Svpbmt's, 63 is Svnapot's; this core has neither. */
const PTE_RESERVED = 0xffc0_0000_0000_0000n;

/** What the walk needs: the core's parts, and the function being written, for starting over. */
interface TranslationParts {
  readonly core: CoreParts;
  readonly self: Callable;
}

/** The page-fault and access-fault causes for an access (0 fetch, 1 load, 2 store). */
const pageFault = (r: Routine, access: Expression) =>
  r.select(r.eqz(access), r.i32(CAUSE.instructionPage), r.select(r.eq(access, r.i32(ACCESS.load)), r.i32(CAUSE.loadPage), r.i32(CAUSE.storePage)));
const accessFault = (r: Routine, access: Expression) =>
  r.select(r.eqz(access), r.i32(CAUSE.instructionAccess), r.select(r.eq(access, r.i32(ACCESS.load)), r.i32(CAUSE.loadAccess), r.i32(CAUSE.storeAccess)));

/**
 * Writes the body of `translate(address i64, access i32) -> i64`: the physical address, or -1 with an event set.
 * Leaves the leaf's permissions in `walkFlags`; W is given only when D is set, so that a first write comes back here.
 */
export function writeTranslate(r: Routine, core: CoreParts, self: Callable): void {
  const parts = { core, self };
  const { state, run } = core;
  const address = r.parameter(0).get();
  const access = r.parameter(1).get();
  const fail = (cause: Expression) => {
    core.raise(r, cause, address);
    r.return(r.i64(-1));
  };
  const privilege = r.variable(state.get('privilege'));
  const status = r.let(state.get('mstatus'));
  const bit = (n: number) => r.and(r.wrap(r.shrU(status, r.i64(n))), r.i32(1));
  r.when(r.and(r.ne(access, r.i32(ACCESS.fetch)), bit(17)), () => {
    privilege.set(r.and(r.wrap(r.shrU(status, r.i64(11))), r.i32(3))); // MPRV: as if in mode MPP
  });
  const satp = r.let(state.get('satp'));
  const result = r.variable(address);
  const bare = r.or(r.eq(privilege.get(), r.i32(PRIVILEGE.M)), r.eqz(r.shrU(satp, r.i64(60))));
  r.when(
    bare,
    () => run.set(r, 'walkFlags', r.i32(WALK.readable | WALK.writable | WALK.executable)),
    () => walk(r, parts, { address, access, privilege: privilege.get(), satp, bit, result, fail }),
  );
  r.when(run.get('protection'), () => {
    run.set(r, 'walkPrivilege', privilege.get());
    run.set(r, 'physical', result.get());
    r.when(r.eqz(r.call(core.host.protectionAllows, access, privilege.get())), () => fail(accessFault(r, access)));
  });
  r.return(result.get());
}

interface Walk {
  readonly address: Expression;
  readonly access: Expression;
  readonly privilege: Expression;
  readonly satp: Expression;
  readonly bit: (n: number) => Expression;
  readonly result: { get(): Expression; set(value: Expression): void };
  readonly fail: (cause: Expression) => void;
}

function walk(r: Routine, parts: TranslationParts, w: Walk): void {
  const { ram } = parts.core;
  const has = (pte: Expression, flag: number) => r.ne(r.and(r.wrap(pte), r.i32(flag)), r.i32(0));
  // satp.MODE 8, 9, 10: the root is level 2, 3, 4; 39, 48, 57 bits are translated.
  const level = r.variable(r.sub(r.wrap(r.shrU(w.satp, r.i64(60))), r.i32(6)));
  // Canonical: all bits above the translated ones equal the topmost of them.
  const unused = r.let(r.extendU(r.sub(r.i32(43), r.mul(level.get(), r.i32(9)))));
  r.when(r.ne(r.shrS(r.shl(w.address, unused), unused), w.address), () => w.fail(pageFault(r, w.access)));
  const table = r.variable(r.shl(w.satp, r.i64(20)));
  table.set(r.shrU(table.get(), r.i64(8))); // satp.PPN << 12
  const pte = r.local('i64');
  const host = r.local('i32');
  r.block((found: Label) => {
    r.loop((next: Label) => {
      const index = r.and(r.shrU(w.address, r.extendU(r.add(r.mul(level.get(), r.i32(9)), r.i32(12)))), r.i64(511));
      const at = r.let(parts.core.ramOffset(r, r.add(table.get(), r.shl(index, r.i64(3)))));
      r.when(r.geU(at, r.i64(ram.size)), () => w.fail(accessFault(r, w.access)));
      const page = r.let(r.wrap(r.shrU(at, r.i64(12))));
      parts.core.present(r, page, r.eqz(w.access), () => r.return(r.i64(-1)));
      host.set(r.add(r.wrap(at), r.i32(ram.host)));
      pte.set(r.load('i64', 8, host.get()));
      const p = pte.get();
      // V clear, W without R, or a reserved bit: not a valid entry.
      const invalid = r.or(
        r.or(r.eqz(r.and(r.wrap(p), r.i32(PTE.V))), r.eq(r.and(r.wrap(p), r.i32(PTE.R | PTE.W)), r.i32(PTE.W))),
        r.ne(r.and(p, r.i64(PTE_RESERVED)), r.i64(0)),
      );
      r.when(invalid, () => w.fail(pageFault(r, w.access)));
      r.branchTo(found, has(p, PTE.R | PTE.X));
      r.when(r.or(r.eqz(level.get()), has(p, PTE.A | PTE.D | PTE.U)), () => w.fail(pageFault(r, w.access)));
      level.set(r.sub(level.get(), r.i32(1)));
      table.set(r.shl(r.shrU(p, r.i64(10)), r.i64(12)));
      r.branchTo(next);
    });
  });
  const p = pte.get();
  const flags = r.let(r.wrap(p));
  const user = r.let(r.and(flags, r.i32(PTE.U)));
  const denied = r.variable(r.i32(0));
  r.when(
    r.eqz(w.privilege),
    () => denied.set(r.eqz(user)),
    // A supervisor reaches user pages only with SUM, and never executes them.
    () => denied.set(r.and(r.ne(user, r.i32(0)), r.or(r.eqz(w.access), r.eqz(w.bit(18))))),
  );
  const readable = r.let(r.or(r.and(flags, r.i32(PTE.R)), r.and(r.select(w.bit(19), r.i32(PTE.R), r.i32(0)), r.shrU(r.and(flags, r.i32(PTE.X)), r.i32(2)))));
  const allowed = r.select(
    r.eqz(w.access),
    r.and(flags, r.i32(PTE.X)),
    r.select(r.eq(w.access, r.i32(ACCESS.load)), readable, r.and(flags, r.i32(PTE.W))),
  );
  const lowPpn = r.let(r.sub(r.shl(r.i64(1), r.extendU(r.mul(level.get(), r.i32(9)))), r.i64(1)));
  const misaligned = r.ne(r.and(r.shrU(p, r.i64(10)), lowPpn), r.i64(0));
  r.when(r.or(r.or(denied.get(), r.eqz(allowed)), misaligned), () => w.fail(pageFault(r, w.access)));

  const wanted = r.let(r.or(r.i32(PTE.A), r.select(r.eq(w.access, r.i32(ACCESS.store)), r.i32(PTE.D), r.i32(0))));
  r.when(r.ne(r.and(flags, wanted), wanted), () => {
    parts.core.beforeWrite(r, r.shrU(r.sub(host.get(), r.i32(ram.host)), r.i32(12)));
    // Another core may have changed the entry since it was read: then walk again.
    const before = r.let(r.atomic('cmpxchg', 8, host.get(), p, r.or(p, r.extendU(wanted))));
    r.when(r.ne(before, p), () => r.returnCall(parts.self, w.address, w.access));
  });
  const dirty = r.and(r.or(flags, wanted), r.i32(PTE.D));
  const mayWrite = r.and(r.ne(dirty, r.i32(0)), r.ne(r.and(flags, r.i32(PTE.W)), r.i32(0)));
  parts.core.run.set(
    r,
    'walkFlags',
    r.or(
      r.or(r.ne(readable, r.i32(0)), r.shl(mayWrite, r.i32(1))),
      r.or(r.shrU(r.and(flags, r.i32(PTE.X)), r.i32(1)), r.shrU(r.and(flags, r.i32(PTE.G)), r.i32(2))),
    ),
  );
  const offset = r.let(r.or(r.shl(lowPpn, r.i64(12)), r.i64(0xfff)));
  const base = r.shl(r.and(r.shrU(p, r.i64(10)), r.i64(0xfff_ffff_ffffn)), r.i64(12));
  w.result.set(r.or(r.and(base, r.not(offset)), r.and(w.address, offset)));
}
