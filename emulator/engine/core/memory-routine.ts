/** Memory as the interpreter reaches it: through the lookaside buffer where it can, through slow paths (access.ts) elsewhere. */
import { ACCESS } from '../../isa/architecture.ts';
import type { AtomicPlace, Width } from '../../isa/cpu.ts';
import { TLB_ENTRIES, TLB_ENTRY } from '../layout.ts';
import { type Expression, load } from '../wasm/expression.ts';
import { NOT_RAM } from './access.ts';
import { atomicPlaceAt, atomicUpdate } from './atomics.ts';
import { type BulkPlace, fillElements, moveElements } from './bulk.ts';
import { PlaceRoutine } from './place-routine.ts';
import { tagFor } from './tags.ts';

/** Two words of eight bytes, the lower first. */
type Pair = readonly [Expression, Expression];

export class MemoryRoutine extends PlaceRoutine {
  #tlbEntry(address: Expression): Expression {
    return this.let(
      this.add(this.tlb.get(), this.and(this.shrU(this.wrap(address), this.i32(7)), this.i32((TLB_ENTRIES - 1) * TLB_ENTRY.size))),
    );
  }
  /** Whether the buffer has what a fast access needs. */
  #hit(entry: Expression, which: number, address: Expression, width: number): Expression {
    return this.eq(load('i64', 8, false, entry, which), tagFor(this, address, width, this.architecture.accesses));
  }
  #host(entry: Expression, address: Expression): Expression {
    return this.add(this.wrap(address), load('i32', 4, false, entry, TLB_ENTRY.addend));
  }
  read(at: Expression, width: Width, signed: boolean): Expression {
    const result = this.local('i64');
    const address = this.let(at);
    const entry = this.#tlbEntry(address);
    this.when(
      this.#hit(entry, TLB_ENTRY.read, address, width),
      () => result.set(load('i64', width, signed, this.#host(entry, address))),
      () => result.set(this.#slowly(address, width, signed)),
    );
    return result.get();
  }
  #slowly(address: Expression, width: Width, signed: boolean): Expression {
    this.report();
    const raw = this.let(this.call(this.runtime.load, address, this.i32(width)));
    this.leaveOnEvent();
    const unused = this.i64(64 - width * 8);
    return signed && width < 8 ? this.shrS(this.shl(raw, unused), unused) : raw;
  }
  loadF64(address: Expression): Expression {
    return this.reinterpret('f64', this.read(address, 8, false));
  }
  loadF32(address: Expression): Expression {
    return this.reinterpret('f32', this.wrap(this.read(address, 4, false)));
  }
  write(at: Expression, width: Width, stored: Expression): void {
    const address = this.let(at);
    const value = this.let(stored);
    const entry = this.#tlbEntry(address);
    this.when(
      this.#hit(entry, TLB_ENTRY.write, address, width),
      () => this.store(width, this.#host(entry, address), value),
      () => this.#storeSlowly(address, width, value),
    );
  }
  #storeSlowly(address: Expression, width: Width, value: Expression): void {
    this.report();
    this.run(this.runtime.store, address, value, this.i32(width));
    this.leaveOnEvent();
  }
  update(at: Expression, width: Width, change: (old: Expression) => Expression): Expression {
    const address = this.let(at);
    const old = this.local('i64');
    // Where it lies in memory 0; 0: the slow path's.
    const host = this.variable(this.i32(0));
    const entry = this.#tlbEntry(address);
    this.when(
      this.#hit(entry, TLB_ENTRY.write, address, width),
      () => {
        host.set(this.#host(entry, address));
        old.set(load('i64', width, false, host.get()));
      },
      () => {
        this.#probe(address, this.i64(width - 1), 'store');
        old.set(this.#slowly(address, width, false));
      },
    );
    const value = this.let(change(old.get()));
    this.when(
      host.get(),
      () => this.store(width, host.get(), value),
      () => this.#storeSlowly(address, width, value),
    );
    return old.get();
  }
  probe(at: Expression, bytes: number, access: 'load' | 'store'): void {
    const address = this.let(at);
    const hit = this.#pageHit(address, bytes, access);
    this.when(this.eqz(hit), () => this.#probe(address, this.i64(bytes - 1), access));
  }
  /** Whether so many bytes lie in one page that the buffer has. */
  #pageHit(address: Expression, bytes: number, access: 'load' | 'store'): Expression {
    const entry = this.#tlbEntry(address);
    const tag = this.and(this.add(address, this.i64(bytes - 1)), this.i64(-4096));
    return this.eq(load('i64', 8, false, entry, access === 'load' ? TLB_ENTRY.read : TLB_ENTRY.write), tag);
  }
  #bulkPlace(at: Expression, access: 'load' | 'store'): BulkPlace {
    const address = this.let(at);
    const entry = this.#tlbEntry(address);
    return { address, hit: this.let(this.#pageHit(address, 1, access)), host: () => this.#host(entry, address) };
  }
  moveElements(to: Expression, from: Expression, width: Width, most: Expression): Expression {
    return moveElements(this, this.#bulkPlace(to, 'store'), this.#bulkPlace(from, 'load'), width, this.let(most)).get();
  }
  fillElements(to: Expression, byte: Expression, width: Width, most: Expression): Expression {
    return fillElements(this, this.#bulkPlace(to, 'store'), byte, width, this.let(most)).get();
  }
  /** Translates the first and the last byte, so that an access that is impossible traps before anything is done. */
  #probe(address: Expression, last: Expression, access: 'load' | 'store'): void {
    this.report();
    this.drop(this.call(this.runtime.fill, address, this.i32(ACCESS[access])));
    this.leaveOnEvent();
    const end = this.let(this.add(address, last));
    this.when(this.ne(this.and(this.xor(address, end), this.i64(-4096)), this.i64(0)), () => {
      this.drop(this.call(this.runtime.fill, this.and(end, this.i64(-4096)), this.i32(ACCESS[access])));
      this.leaveOnEvent();
    });
  }
  readPort(port: Expression, width: 1 | 2 | 4): Expression {
    this.report();
    const value = this.let(this.extendU(this.call(this.parts.host.portRead, this.wrap(port), this.i32(width))));
    this.leaveOnEvent();
    return value;
  }
  writePort(port: Expression, width: 1 | 2 | 4, value: Expression): void {
    this.report();
    this.run(this.parts.host.portWrite, this.wrap(port), this.i32(width), this.wrap(value));
    this.leaveOnEvent();
  }

  /** Where an atomic access lies in memory 0; where `AccessRules.atomics` lets it be anywhere, NOT_RAM for what is not plain RAM and aligned. */
  #atomicHost(address: Expression, width: Width, access: number): Expression {
    const host = this.local('i32');
    const entry = this.#tlbEntry(address);
    this.when(
      this.eq(
        load('i64', 8, false, entry, access === ACCESS.load ? TLB_ENTRY.read : TLB_ENTRY.write),
        this.and(address, this.i64(-4096 | (width - 1))),
      ),
      () => host.set(this.#host(entry, address)),
      () => {
        this.report();
        host.set(this.call(this.runtime.atomicHost, address, this.i32(width), this.i32(access)));
        this.branchTo(this.onEvent, this.eqz(host.get()));
      },
    );
    return host.get();
  }
  get #anywhere(): boolean {
    return this.architecture.accesses.atomics === 'anywhere';
  }
  amo(at: Expression, width: Width, combine: (old: Expression) => Expression): Expression {
    const address = this.let(at);
    const host = this.#atomicHost(address, width, ACCESS.store);
    if (!this.#anywhere) return atomicUpdate(this, host, width, combine);
    const old = this.local('i64');
    this.when(
      this.ne(host, this.i32(NOT_RAM)),
      () => old.set(atomicUpdate(this, host, width, combine)),
      () => {
        this.#probe(address, this.i64(width - 1), 'store');
        this.loop((again) => {
          old.set(this.#slowly(address, width, true));
          const before = this.#exchangeApart(address, width, old.get(), this.let(combine(old.get())));
          this.branchTo(again, this.ne(before, old.get()));
        });
      },
    );
    return old.get();
  }
  #exchangeApart(address: Expression, width: Width, expected: Expression, value: Expression): Expression {
    this.report();
    const before = this.let(this.call(this.runtime.exchangeApart, address, this.i32(width), expected, value));
    this.leaveOnEvent();
    return before;
  }
  exchangePair(address: Expression, expected: Pair, values: Pair): { equal: Expression; old: Pair } {
    this.report();
    const { run } = this.parts;
    const equal = this.let(this.call(this.runtime.exchangePair, address, ...expected, ...values));
    this.leaveOnEvent();
    return { equal, old: [this.let(run.get('operand')), this.let(run.get('operand2'))] };
  }
  atomicPlace(at: Expression, width: Width, access: 'load' | 'store'): AtomicPlace {
    const address = this.let(at);
    const host = this.let(this.#atomicHost(address, width, ACCESS[access]));
    const atomic = atomicPlaceAt(this, host, width);
    if (!this.#anywhere) return atomic;
    const either = (aligned: () => Expression, elsewhere: () => Expression): Expression => {
      const value = this.local('i64');
      this.when(
        this.ne(host, this.i32(NOT_RAM)),
        () => value.set(aligned()),
        () => value.set(elsewhere()),
      );
      return value.get();
    };
    return {
      load: () => either(atomic.load as () => Expression, () => this.#slowly(address, width, true)),
      compareExchange: (expected, value) =>
        either(
          () => atomic.compareExchange(expected, value) as Expression,
          () => this.#exchangeApart(address, width, expected as Expression, value as Expression),
        ),
    };
  }

  loadVector(at: Expression): Expression {
    const address = this.let(at);
    const result = this.local('v128');
    this.when(
      this.#pageHit(address, 16, 'load'),
      () => result.set(load('v128', 16, false, this.#host(this.#tlbEntry(address), address))),
      () => {
        const above = this.#vectorHalves(address, 'load');
        const low = this.let(this.#slowly(address, 8, false));
        result.set(this.vector(low, this.#slowly(above, 8, false)));
      },
    );
    return result.get();
  }
  storeVector(at: Expression, stored: Expression): void {
    const address = this.let(at);
    const value = this.let(stored);
    this.when(
      this.#pageHit(address, 16, 'store'),
      () => this.store(16, this.#host(this.#tlbEntry(address), address), value),
      () => {
        const above = this.#vectorHalves(address, 'store');
        this.#storeSlowly(address, 8, this.lane(value, 0));
        this.#storeSlowly(above, 8, this.lane(value, 1));
      },
    );
  }
  /** Checks all of a vector before any of it is touched. @returns the address of its upper half */
  #vectorHalves(address: Expression, access: 'load' | 'store'): Expression {
    const above = this.let(this.add(address, this.i64(8)));
    const last = this.let(this.add(address, this.i64(15)));
    const { loadAccess, storeAccess } = this.architecture.causes;
    for (const byte of [address, last]) {
      this.report();
      const host = this.let(this.call(this.runtime.fill, byte, this.i32(ACCESS[access])));
      this.leaveOnEvent();
      // Where an unanswered access would fault, half a vector could be done when it does: devices take none.
      if (this.architecture.accesses.unanswered === 'fault')
        this.when(this.eq(host, this.i32(NOT_RAM)), () => this.trap(access === 'load' ? loadAccess : storeAccess, byte));
    }
    return above;
  }
  /** Orders all accesses, whatever is asked. */
  orderMemory(): void {
    this.fence();
  }
}
