/**
 * Atomic accesses that no instruction of the host does as one: misaligned ones, and pairs of eight bytes. Those within eight
 * aligned bytes exchange all eight. The others hold the machine's one lock while they exchange both halves, so they are atomic
 * among themselves; what another core does meanwhile to a half, by whatever instruction, is not lost: the exchange notices and
 * begins anew.
 */
import { ACCESS } from '../../isa/architecture.ts';
import { EVENT, PAGE } from '../layout.ts';
import type { Expression } from '../wasm/expression.ts';
import type { Callable, Label, Local, Routine } from '../wasm/routine.ts';
import { NOT_RAM } from './access.ts';
import type { CoreParts } from './parts.ts';

/** What both functions are written from. */
export interface ApartParts {
  readonly parts: CoreParts;
  readonly fill: Callable;
  readonly load: Callable;
  readonly store: Callable;
}

/** Flags of pages whose next write must be told. */
const NOTICED = PAGE.code | PAGE.unsaved | PAGE.saving | PAGE.clean;
const flagsAt = (r: Routine, { ram }: CoreParts, host: Expression) =>
  r.load('i32', 1, r.shrU(r.sub(host, r.i32(ram.host)), r.i32(12)), ram.pageFlags);

/** Where two bytes lie in memory 0, once both pages may be written; `elsewhere` where one is no RAM. Both must return. */
function places(
  r: Routine,
  { parts, fill }: ApartParts,
  [first, last]: readonly [Expression, Expression],
  { elsewhere, refused }: { readonly elsewhere: () => void; readonly refused: () => void },
): readonly [Local, Local] {
  const hosts = [r.local('i32'), r.local('i32')] as const;
  r.loop((again) => {
    [first, last].forEach((address, index) => {
      const host = hosts[index] as Local;
      host.set(r.call(fill, address, r.i32(ACCESS.store)));
      r.when(r.eqz(host.get()), refused);
    });
    r.when(r.or(r.eq(hosts[0].get(), r.i32(NOT_RAM)), r.eq(hosts[1].get(), r.i32(NOT_RAM))), elsewhere);
    // What was asked of this core while it waited for the second page may have been about the first.
    const flags = r.or(flagsAt(r, parts, hosts[0].get()), flagsAt(r, parts, hosts[1].get()));
    r.branchTo(again, r.and(flags, r.i32(NOTICED)));
  });
  return hosts;
}

/** Nobody holds it for longer than a few instructions, and nobody waits for anything else meanwhile. */
function take(r: Routine, { layout }: CoreParts): void {
  r.loop((again) => r.branchTo(again, r.atomic('cmpxchg', 4, r.i32(layout.accessLock), r.i32(0), r.i32(1))));
}
function release(r: Routine, { layout }: CoreParts): void {
  r.drop(r.atomic('xchg', 4, r.i32(layout.accessLock), r.i32(0)));
}

/** Exchanges two words of eight bytes; begins anew where one of them has changed since it was read. The lock is held. */
function exchangeBoth(
  r: Routine,
  again: Label,
  words: readonly { readonly at: Expression; readonly old: Expression; readonly value: Expression; readonly mask: Expression }[],
): void {
  const [first, second] = words as [(typeof words)[0], (typeof words)[0]];
  r.branchTo(again, r.ne(r.atomic('cmpxchg', 8, first.at, first.old, first.value), first.old));
  r.when(r.ne(r.atomic('cmpxchg', 8, second.at, second.old, second.value), second.old), () => {
    // Puts the first half back, whatever has become of the bytes around it.
    r.loop((retry) => {
      const now = r.let(r.atomic('load', 8, first.at));
      const restored = r.or(r.and(now, r.not(first.mask)), r.and(first.old, first.mask));
      r.branchTo(retry, r.ne(r.atomic('cmpxchg', 8, first.at, now, restored), now));
    });
    r.branchTo(again);
  });
}

/**
 * Writes `exchangeApart(address i64, width i32, expected i64, value i64) -> i64`: stores a misaligned value where `expected` is;
 * returns what is there, sign-extended. With an event set the result means nothing. Devices take the value unseen.
 */
export function writeExchangeApart(r: Routine, apart: ApartParts): void {
  const { parts } = apart;
  const [address, width, expected, value] = [0, 1, 2, 3].map((index) => r.parameter(index).get()) as [
    Expression,
    Expression,
    Expression,
    Expression,
  ];
  const bits = r.let(r.extendU(r.shl(width, r.i32(3))));
  const unused = r.let(r.sub(r.i64(64), bits));
  const mask = r.let(r.shrU(r.i64(-1), unused));
  const last = r.let(r.add(address, r.extendU(r.sub(width, r.i32(1)))));
  const [firstHost, lastHost] = places(r, apart, [address, last], {
    refused: () => r.return(r.i64(0)),
    elsewhere: () => {
      r.run(apart.store, address, value, width);
      r.return(expected);
    },
  });
  const shift = r.let(r.extendU(r.shl(r.and(firstHost.get(), r.i32(7)), r.i32(3))));
  const low = r.let(r.and(firstHost.get(), r.i32(-8)));
  const high = r.let(r.and(lastHost.get(), r.i32(-8)));
  const lowMask = r.let(r.shl(mask, shift));
  const lowValue = r.let(r.shl(r.and(value, mask), shift));
  const watched = r.let(r.and(r.or(flagsAt(r, parts, low), flagsAt(r, parts, high)), r.i32(PAGE.watched)));
  const done = (old: Expression) => {
    r.when(watched, () => r.run(parts.host.watchedWritten));
    r.return(old);
  };
  const differs = (found: Expression) => r.ne(r.and(r.xor(found, expected), mask), r.i64(0));
  const extended = (raw: Expression) => r.let(r.shrS(r.shl(raw, unused), unused));
  r.when(r.eq(low, high), () => {
    r.loop((again) => {
      const word = r.let(r.atomic('load', 8, low));
      const found = extended(r.shrU(word, shift));
      r.when(differs(found), () => r.return(found));
      const next = r.or(r.and(word, r.not(lowMask)), lowValue);
      r.branchTo(again, r.ne(r.atomic('cmpxchg', 8, low, word, next), word));
    });
    done(expected);
  });
  const rest = r.let(r.sub(r.i64(64), shift));
  const highMask = r.let(r.shrU(mask, rest));
  take(r, parts);
  r.loop((again) => {
    const [a, b] = [r.let(r.atomic('load', 8, low)), r.let(r.atomic('load', 8, high))];
    const found = extended(r.or(r.shrU(a, shift), r.shl(b, rest)));
    r.when(differs(found), () => {
      release(r, parts);
      r.return(found);
    });
    const highValue = r.shrU(r.and(value, mask), rest);
    exchangeBoth(r, again, [
      { at: low, old: a, value: r.let(r.or(r.and(a, r.not(lowMask)), lowValue)), mask: lowMask },
      { at: high, old: b, value: r.let(r.or(r.and(b, r.not(highMask)), highValue)), mask: highMask },
    ]);
  });
  release(r, parts);
  done(expected);
}

/**
 * Writes `exchangePair(address i64, expected i64, expected2 i64, value i64, value2 i64) -> i32`: of sixteen aligned bytes; 1 where
 * they were as expected and are exchanged. What they were is in `run.operand` and `operand2`. With an event set nothing is done.
 */
export function writeExchangePair(r: Routine, apart: ApartParts): void {
  const { parts } = apart;
  const { run } = parts;
  const address = r.parameter(0).get();
  const expected = [r.parameter(1).get(), r.parameter(2).get()] as const;
  const values = [r.parameter(3).get(), r.parameter(4).get()] as const;
  const above = r.let(r.add(address, r.i64(8)));
  const report = (a: Expression, b: Expression) => {
    run.set(r, 'operand', a);
    run.set(r, 'operand2', b);
  };
  const equal = (a: Expression, b: Expression) => r.and(r.eq(a, expected[0]), r.eq(b, expected[1]));
  const [firstHost, lastHost] = places(r, apart, [address, above], {
    refused: () => r.return(r.i32(0)),
    elsewhere: () => {
      const [a, b] = [r.let(r.call(apart.load, address, r.i32(8))), r.let(r.call(apart.load, above, r.i32(8)))];
      r.when(r.ne(run.get('event'), r.i32(EVENT.none)), () => r.return(r.i32(0)));
      report(a, b);
      r.when(r.eqz(equal(a, b)), () => r.return(r.i32(0)));
      r.run(apart.store, address, values[0], r.i32(8));
      r.run(apart.store, above, values[1], r.i32(8));
      r.return(r.i32(1));
    },
  });
  const [low, high] = [firstHost.get(), lastHost.get()];
  take(r, parts);
  r.loop((again) => {
    const [a, b] = [r.let(r.atomic('load', 8, low)), r.let(r.atomic('load', 8, high))];
    // Both as they were at one moment.
    r.branchTo(again, r.ne(r.atomic('load', 8, low), a));
    report(a, b);
    r.when(r.eqz(equal(a, b)), () => {
      release(r, parts);
      r.return(r.i32(0));
    });
    const all = r.i64(-1);
    exchangeBoth(r, again, [
      { at: low, old: a, value: values[0], mask: all },
      { at: high, old: b, value: values[1], mask: all },
    ]);
  });
  release(r, parts);
  r.when(r.and(flagsAt(r, parts, low), r.i32(PAGE.watched)), () => r.run(parts.host.watchedWritten));
  r.return(r.i32(1));
}
