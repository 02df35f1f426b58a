/**
 * How the interpreter goes from record to record. Where instructions are aligned each place of a page has its record, and a
 * distance in code is a distance of records. Where they begin at any byte that would be mostly gaps: there records lie one
 * behind the other in the order in which they were decoded, and an index by place says which (see decoded-pages.ts).
 */
import { DENSE, type RecordLayout } from '../layout.ts';
import { type Expression, load } from '../wasm/expression.ts';
import type { Label, Local, Routine } from '../wasm/routine.ts';
import type { CoreParts } from './parts.ts';

export interface RecordWalk {
  /** Address of the instruction whose record is at `ip`. */
  pc(): Expression;
  /** Moves to the next instruction's record. @param length of this one in bytes, as an i32 */
  advance(length: () => Expression): void;
  /** Jumps by a distance (i64), or to an address; `inPage` tells whether to `land` there or to look up `target`. */
  moveBy(offset: Expression): void;
  jumpTo(address: Expression): void;
  inPage(): Expression;
  land(): void;
  target(): Expression;
  /** Begins at an address of the page that `records` and `pageBase` are for. */
  enter(address: Expression): void;
  /** The handler of a record that is not decoded yet. */
  decode(): void;
  /** The handler of what lies behind a page's end, before the page is looked up. */
  runOff(): void;
}

/** The interpreter's routine, as walking needs it. */
export interface WalkingRoutine extends Routine {
  readonly parts: CoreParts;
  readonly ip: Local;
  readonly records: Local;
  readonly pageBase: Local;
  readonly onFarJump: Label;
  field16(offset: number): Expression;
}

export const recordWalk = (r: WalkingRoutine, layout: RecordLayout, { host }: CoreParts): RecordWalk =>
  layout.dense ? denseWalk(r, host) : placedWalk(r, layout, host);

type Host = CoreParts['host'];

/** A record for each place: `ip` alone says where we are, also where a jump has moved it out of the page. */
function placedWalk(r: WalkingRoutine, { shift, mask, slots, record }: RecordLayout, host: Host): RecordWalk {
  const places = (distance: Expression) => r.wrap(r.shl(distance, r.i64(shift)));
  const placeOf = (address: Expression) => r.ip.set(r.add(r.records.get(), places(r.and(address, r.i64(mask)))));
  const pc = () => r.add(r.pageBase.get(), r.extendS(r.shrS(r.sub(r.ip.get(), r.records.get()), r.i32(shift))));
  return {
    pc,
    advance: (length) => r.ip.set(r.add(r.ip.get(), r.shl(length(), r.i32(shift)))),
    moveBy: (offset) => r.ip.set(r.add(r.ip.get(), places(offset))),
    jumpTo: (target) => {
      // Far targets need the exact address: keep it as page and record, the page is looked up when `ip` is out of it.
      const base = r.let(r.and(target, r.i64(-4096)));
      placeOf(target);
      r.when(r.ne(base, r.pageBase.get()), () => {
        r.pageBase.set(base);
        r.branchTo(r.onFarJump);
      });
    },
    inPage: () => r.ltU(r.sub(r.ip.get(), r.records.get()), r.i32(slots * record.size)),
    land: () => undefined,
    target: pc,
    enter: placeOf,
    decode: () => r.run(host.decode, r.ip.get()),
    runOff: () => undefined,
  };
}

/** Records in order: each knows its place; a jump keeps the address it is to. */
function denseWalk(r: WalkingRoutine, host: Host): RecordWalk {
  const goal: Local = r.local('i64');
  const pc = () => r.add(r.pageBase.get(), r.extendU(r.field16(DENSE.at)));
  const find = (address: Expression): void => {
    const place = r.let(r.and(r.wrap(address), r.i32(0xfff)));
    const number = r.let(load('i32', 2, false, r.add(r.records.get(), r.shl(place, r.i32(1))), 0));
    r.when(
      number,
      () => r.ip.set(r.add(r.add(r.records.get(), r.shl(number, r.i32(DENSE.shift))), r.i32(DENSE.first))),
      () => r.ip.set(r.call(host.decodeRun, r.records.get(), place)),
    );
  };
  return {
    pc,
    advance: () => r.ip.set(r.add(r.ip.get(), r.i32(DENSE.size))),
    moveBy: (offset) => goal.set(r.add(pc(), offset)),
    jumpTo: (target) => goal.set(target),
    inPage: () => r.eq(r.and(goal.get(), r.i64(-4096)), r.pageBase.get()),
    land: () => find(goal.get()),
    target: () => goal.get(),
    enter: find,
    // A run goes on elsewhere, or what is behind it has yet to be decoded.
    decode: () => find(r.let(pc())),
    runOff: () => goal.set(pc()),
  };
}
