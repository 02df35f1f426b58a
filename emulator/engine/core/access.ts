/**
 * Slow paths of memory access: what happens when the lookaside buffer has no entry. Each is a function of the core
 * module; the interpreter calls them, compiled fragments leave to the interpreter instead.
 */
import { ACCESS, type AccessRules, type EngineCauses, WALK, WATCH } from '../../isa/architecture.ts';
import { EVENT, FETCH_ENTRIES, FETCH_ENTRY, KIND, listSize, NO_TAG, PAGE, TLB_ENTRIES, TLB_ENTRY } from '../layout.ts';
import type { Expression } from '../wasm/expression.ts';
import type { Callable, Routine } from '../wasm/routine.ts';
import type { CoreParts } from './parts.ts';

/** `fill`: the access cannot be done (an event is set: a trap, or `again`) or is not to RAM (address in `run.physical`). */
const FAULTED = 0;
export const NOT_RAM = -1;

const flagsOf = (r: Routine, parts: CoreParts, page: Expression) => r.load('i32', 1, page, parts.ram.pageFlags);
const pageTag = (r: Routine, address: Expression) => r.and(address, r.i64(-4096));

/**
 * Writes `fill(address i64, access i32) -> i32`: translates for a load or store, remembers the translation, and
 * returns where the byte lies in memory 0, FAULTED or NOT_RAM.
 */
export function writeFill(r: Routine, parts: CoreParts, translate: Callable): void {
  const address = r.parameter(0).get();
  const access = r.parameter(1).get();
  const physical = r.let(r.call(translate, address, access));
  r.when(r.ne(parts.run.get('event'), r.i32(EVENT.none)), () => r.return(r.i32(FAULTED)));
  const offset = r.let(parts.ramOffset(r, physical));
  r.when(r.geU(offset, r.i64(parts.ram.size)), () => {
    parts.run.set(r, 'physical', physical);
    r.return(r.i32(NOT_RAM));
  });
  const page = r.let(r.wrap(r.shrU(offset, r.i64(12))));
  parts.present(r, page, r.i32(0), () => r.return(r.i32(FAULTED)));
  const isStore = r.let(r.eq(access, r.i32(ACCESS.store)));
  const elsewhere = r.select(isStore, r.i32(PAGE.device | PAGE.readOnly), r.i32(PAGE.device));
  r.when(r.and(flagsOf(r, parts, page), elsewhere), () => {
    parts.run.set(r, 'physical', physical);
    r.return(r.i32(NOT_RAM));
  });
  // Protection was asked about this access only; what else the entry will let pass must be allowed as well.
  r.when(parts.run.get('protection'), () => {
    const privilege = parts.run.get('walkPrivilege');
    const allowed = (kind: number, flag: number) =>
      r.select(r.call(parts.host.protectionAllows, r.i32(kind), privilege), r.i32(flag), r.i32(0));
    const both = r.or(allowed(ACCESS.load, WALK.readable), allowed(ACCESS.store, WALK.writable));
    parts.run.set(r, 'walkFlags', r.and(parts.run.get('walkFlags'), r.or(both, r.i32(~(WALK.readable | WALK.writable)))));
  });
  r.when(isStore, () => parts.beforeWrite(r, page));
  // What is watched is not remembered, so that every access comes here.
  r.when(parts.run.get('watch'), () => r.return(r.add(r.wrap(offset), r.i32(parts.ram.host))));
  const walk = r.let(parts.run.get('walkFlags'));
  const entry = r.let(r.add(parts.run.get('tlb'), r.shl(r.and(r.wrap(r.shrU(address, r.i64(12))), r.i32(TLB_ENTRIES - 1)), r.i32(5))));
  const tag = r.let(pageTag(r, address));
  const host = r.let(r.add(r.wrap(offset), r.i32(parts.ram.host)));
  // Only a page without any flag may be written without coming here.
  const mayWrite = r.and(r.ne(r.and(walk, r.i32(WALK.writable)), r.i32(0)), r.eqz(flagsOf(r, parts, page)));
  r.store(8, entry, r.select(r.and(walk, r.i32(WALK.readable)), tag, r.i64(NO_TAG)), TLB_ENTRY.read);
  r.store(8, entry, r.select(mayWrite, tag, r.i64(NO_TAG)), TLB_ENTRY.write);
  r.store(4, entry, r.sub(host, r.wrap(address)), TLB_ENTRY.addend);
  enlist(r, { entry, kindAt: TLB_ENTRY.kind, lists: parts.layout.tlbLists, entries: parts.layout.banks * TLB_ENTRIES }, walk);
  r.return(host);
}

interface Listed {
  readonly entry: Expression;
  readonly kindAt: number;
  readonly lists: number;
  readonly entries: number;
}

/** Notes whether an entry's translation is global, and puts the entry into the list of those in use. */
function enlist(r: Routine, { entry, kindAt, lists, entries }: Listed, walk: Expression): void {
  const kind = r.let(r.load('i32', 4, entry, kindAt));
  const listed = r.let(r.and(kind, r.i32(KIND.listedLocal | KIND.listedGlobal)));
  const global = r.let(r.and(walk, r.i32(WALK.global)));
  const wanted = r.let(r.select(global, r.i32(KIND.listedGlobal), r.i32(KIND.listedLocal)));
  r.when(r.eqz(r.and(listed, wanted)), () => {
    const list = r.let(r.select(global, r.i32(lists + listSize(entries)), r.i32(lists)));
    const count = r.let(r.load('i32', 4, list));
    r.store(4, r.add(list, r.shl(count, r.i32(2))), entry, 4);
    r.store(4, list, r.add(count, r.i32(1)));
  });
  r.store(4, entry, r.or(r.or(listed, wanted), r.select(global, r.i32(KIND.global), r.i32(0))), kindAt);
}

/** Writes `fetch(pc i64) -> i32`: the decoded page of the page that holds pc, or 0 with a trap raised. */
export function writeFetch(r: Routine, parts: CoreParts, fetchHost: Callable): void {
  const pc = r.parameter(0).get();
  const host = r.let(r.call(fetchHost, pc));
  r.when(r.eqz(host), () => r.return(r.i32(0)));
  const page = r.let(r.shrU(r.sub(host, r.i32(parts.ram.host)), r.i32(12)));
  const records = r.variable(r.load('i32', 4, r.add(parts.run.get('decodedIndex'), r.shl(page, r.i32(2)))));
  r.when(r.eqz(records.get()), () => records.set(r.call(parts.host.decodedPage, page)));
  const entry = r.let(
    r.add(parts.run.get('fetchTlb'), r.mul(r.and(r.wrap(r.shrU(pc, r.i64(12))), r.i32(FETCH_ENTRIES - 1)), r.i32(FETCH_ENTRY.size))),
  );
  r.store(8, entry, pageTag(r, pc), FETCH_ENTRY.tag);
  r.store(4, entry, records.get(), FETCH_ENTRY.records);
  const lists = { entry, kindAt: FETCH_ENTRY.kind, lists: parts.layout.fetchLists, entries: parts.layout.banks * FETCH_ENTRIES };
  enlist(r, lists, r.let(parts.run.get('walkFlags')));
  r.return(records.get());
}

/** Writes `fetchHost(pc i64) -> i32`: where the halfword at pc lies in memory 0, or 0 with a trap raised. */
export function writeFetchHost(r: Routine, parts: CoreParts, translate: Callable, causes: EngineCauses): void {
  const pc = r.parameter(0).get();
  const physical = r.let(r.call(translate, pc, r.i32(ACCESS.fetch)));
  r.when(r.ne(parts.run.get('event'), r.i32(EVENT.none)), () => r.return(r.i32(0)));
  const offset = r.let(parts.ramOffset(r, physical));
  r.when(r.geU(offset, r.i64(parts.ram.size)), () => {
    parts.raise(r, r.i32(causes.fetchAccess), pc);
    r.return(r.i32(0));
  });
  parts.present(r, r.let(r.wrap(r.shrU(offset, r.i64(12)))), r.i32(1), () => r.return(r.i32(0)));
  r.return(r.add(r.wrap(offset), r.i32(parts.ram.host)));
}

/** Calls `each(width)` in the branch that runs when the parameter `width` is 1, 2, 4 or 8. */
function byWidth(r: Routine, width: Expression, each: (width: 1 | 2 | 4 | 8) => void): void {
  for (const candidate of [8, 4, 2, 1] as const) r.when(r.eq(width, r.i32(candidate)), () => each(candidate));
}

/** While accesses must be aligned: traps where one is not. */
function checkAligned(
  r: Routine,
  parts: CoreParts,
  [address, width]: readonly [Expression, Expression],
  cause: Expression,
  refuse: () => void,
): void {
  r.when(r.and(parts.run.get('watch'), r.i32(WATCH.aligned)), () => {
    r.when(r.and(r.wrap(address), r.sub(width, r.i32(1))), () => {
      parts.raise(r, cause, address);
      refuse();
    });
  });
}
/** While accesses are watched: tells one. */
function tell(r: Routine, parts: CoreParts, address: Expression, width: Expression, access: Expression): void {
  r.when(r.and(parts.run.get('watch'), r.i32(WATCH.told)), () =>
    r.run(parts.host.accessed, r.wrap(address), r.wrap(r.shrU(address, r.i64(32))), width, access),
  );
}

/** What slow paths are written from. */
interface SlowPath {
  readonly parts: CoreParts;
  readonly fill: Callable;
  /** The function itself. */
  readonly self: Callable;
  readonly causes: EngineCauses;
  readonly accesses: AccessRules;
}

/** Whether an access of `width` at `address` touches two pages. */
const crosses = (r: Routine, address: Expression, width: Expression) =>
  r.gtU(r.add(r.and(r.wrap(address), r.i32(0xfff)), width), r.i32(0x1000));

/** Bits of a physical address; beyond, JavaScript's numbers would not be exact either. */
const PHYSICAL_BITS = 52;

/**
 * An access outside RAM must be aligned and within the physical address space, else it is an access fault; where nothing
 * faults, what is not aligned is done byte by byte.
 */
function checkDeviceAccess(
  r: Routine,
  { parts, accesses }: SlowPath,
  width: Expression,
  cause: number,
  { refuse, byBytes }: { readonly refuse: () => void; readonly byBytes: () => void },
): void {
  const address = r.parameter(0).get();
  const physical = parts.run.get('physical');
  if (accesses.unanswered === 'ones') {
    r.when(r.and(r.wrap(physical), r.sub(width, r.i32(1))), byBytes);
    return;
  }
  const bad = r.or(r.ne(r.shrU(physical, r.i64(PHYSICAL_BITS)), r.i64(0)), r.ne(r.and(r.wrap(physical), r.sub(width, r.i32(1))), r.i32(0)));
  r.when(bad, () => {
    parts.raise(r, r.i32(cause), address);
    refuse();
  });
  // Should no device answer, TypeScript raises the fault; it does not know the virtual address.
  parts.run.set(r, 'trapValue', address);
}

/** Writes `load(address i64, width i32) -> i64`, zero-extended; with a trap raised the result means nothing. */
export function writeLoad(r: Routine, path: SlowPath): void {
  const { parts, fill, self, causes } = path;
  const address = r.parameter(0).get();
  const width = r.parameter(1).get();
  const faulted = () => r.ne(parts.run.get('event'), r.i32(EVENT.none));
  const byBytes = () => {
    const value = r.variable(r.i64(0));
    const index = r.variable(r.i64(0));
    r.loop((again) => {
      const byte = r.let(r.call(self, r.add(address, index.get()), r.i32(1)));
      r.when(faulted(), () => r.return(r.i64(0)));
      value.set(r.or(value.get(), r.shl(byte, r.shl(index.get(), r.i64(3)))));
      index.set(r.add(index.get(), r.i64(1)));
      r.branchTo(again, r.ltU(index.get(), r.extendU(width)));
    });
    r.return(value.get());
  };
  checkAligned(r, parts, [address, width], r.i32(causes.loadMisaligned), () => r.return(r.i64(0)));
  r.when(crosses(r, address, width), byBytes);
  const host = r.let(r.call(fill, address, r.i32(ACCESS.load)));
  r.when(r.eqz(host), () => r.return(r.i64(0)));
  tell(r, parts, address, width, r.i32(ACCESS.load));
  r.when(r.eq(host, r.i32(NOT_RAM)), () => {
    checkDeviceAccess(r, path, width, causes.loadAccess, { refuse: () => r.return(r.i64(0)), byBytes });
    const physical = r.let(r.wrap(parts.run.get('physical')));
    const above = r.let(r.wrap(r.shrU(parts.run.get('physical'), r.i64(32))));
    r.when(r.ne(width, r.i32(8)), () => r.return(r.extendU(r.call(parts.host.mmioRead, physical, above, width))));
    r.return(r.call(parts.host.mmioReadWide, physical, above));
  });
  byWidth(r, width, (bytes) => r.return(r.load('i64', bytes, host)));
  r.unreachable();
}

/** Writes `store(address i64, value i64, width i32)`. */
export function writeStore(r: Routine, path: SlowPath): void {
  const { parts, fill, self, causes } = path;
  const address = r.parameter(0).get();
  const value = r.parameter(1).get();
  const width = r.parameter(2).get();
  const faulted = () => r.ne(parts.run.get('event'), r.i32(EVENT.none));
  const byBytes = () => {
    const index = r.variable(r.i64(0));
    r.loop((again) => {
      r.run(self, r.add(address, index.get()), r.shrU(value, r.shl(index.get(), r.i64(3))), r.i32(1));
      r.when(faulted(), () => r.return());
      index.set(r.add(index.get(), r.i64(1)));
      r.branchTo(again, r.ltU(index.get(), r.extendU(width)));
    });
    r.return();
  };
  checkAligned(r, parts, [address, width], r.i32(causes.storeMisaligned), () => r.return());
  r.when(crosses(r, address, width), () => {
    // Both pages must be writable before the first byte changes.
    r.drop(r.call(fill, address, r.i32(ACCESS.store)));
    r.when(faulted(), () => r.return());
    r.drop(r.call(fill, r.and(r.add(address, r.extendU(r.sub(width, r.i32(1)))), r.i64(-4096)), r.i32(ACCESS.store)));
    r.when(faulted(), () => r.return());
    byBytes();
  });
  const host = r.let(r.call(fill, address, r.i32(ACCESS.store)));
  r.when(r.eqz(host), () => r.return());
  tell(r, parts, address, width, r.i32(ACCESS.store));
  r.when(r.eq(host, r.i32(NOT_RAM)), () => {
    checkDeviceAccess(r, path, width, causes.storeAccess, { refuse: () => r.return(), byBytes });
    const physical = r.let(r.wrap(parts.run.get('physical')));
    const above = r.let(r.wrap(r.shrU(parts.run.get('physical'), r.i64(32))));
    r.when(r.ne(width, r.i32(8)), () => {
      r.run(parts.host.mmioWrite, physical, above, width, r.wrap(value));
      r.return();
    });
    r.run(parts.host.mmioWriteWide, physical, above, value);
    r.return();
  });
  byWidth(r, width, (bytes) => r.store(bytes, host, value));
  const page = r.shrU(r.sub(host, r.i32(parts.ram.host)), r.i32(12));
  r.when(r.and(flagsOf(r, parts, page), r.i32(PAGE.watched)), () => r.run(parts.host.watchedWritten));
}

/**
 * Writes `atomicHost(address i64, width i32, access i32) -> i32`: where an aligned atomic access (a load for LR, else a
 * store) lies in memory 0, or 0 with a trap raised. Devices do not take atomic accesses; where `AccessRules.atomics` lets
 * them be anywhere, what is misaligned or no RAM is NOT_RAM, with nothing done.
 */
export function writeAtomicHost(r: Routine, { parts, fill, causes, accesses }: SlowPath): void {
  const address = r.parameter(0).get();
  const width = r.parameter(1).get();
  const access = r.parameter(2).get();
  const isLoad = r.eq(access, r.i32(ACCESS.load));
  const misaligned = r.select(isLoad, r.i32(causes.loadMisaligned), r.i32(causes.storeMisaligned));
  checkAligned(r, parts, [address, width], misaligned, () => r.return(r.i32(0)));
  r.when(r.and(r.wrap(address), r.sub(width, r.i32(1))), () => {
    if (accesses.atomics === 'anywhere') return r.return(r.i32(NOT_RAM));
    parts.raise(r, misaligned, address);
    r.return(r.i32(0));
  });
  const host = r.let(r.call(fill, address, access));
  r.when(r.ne(host, r.i32(FAULTED)), () => tell(r, parts, address, width, access));
  if (accesses.atomics === 'aligned')
    r.when(r.eq(host, r.i32(NOT_RAM)), () => {
      parts.raise(r, r.select(isLoad, r.i32(causes.loadAccess), r.i32(causes.storeAccess)), address);
      r.return(r.i32(0));
    });
  r.return(host);
}

/** Writes `flushPage(address i64)`: drops one page from every bank. */
export function writeFlushPage(r: Routine, parts: CoreParts): void {
  const page = r.let(r.wrap(r.shrU(r.parameter(0).get(), r.i64(12))));
  const entry = r.let(r.shl(r.and(page, r.i32(TLB_ENTRIES - 1)), r.i32(5)));
  const fetch = r.let(r.mul(r.and(page, r.i32(FETCH_ENTRIES - 1)), r.i32(FETCH_ENTRY.size)));
  for (let bank = 0; bank < parts.layout.banks; bank++) {
    const at = parts.layout.tlb + bank * TLB_ENTRIES * TLB_ENTRY.size;
    r.store(8, entry, r.i64(NO_TAG), at + TLB_ENTRY.read);
    r.store(8, entry, r.i64(NO_TAG), at + TLB_ENTRY.write);
    r.store(8, fetch, r.i64(NO_TAG), parts.layout.fetchTlb + bank * FETCH_ENTRIES * FETCH_ENTRY.size + FETCH_ENTRY.tag);
  }
}
