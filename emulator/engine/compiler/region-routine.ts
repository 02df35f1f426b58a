/**
 * Rows read with constant operands: the guest's registers are locals, memory goes through an inline check of the
 * lookaside buffer, and everything that is not the common case leaves the region ("side exit") for the interpreter to
 * redo the instruction.
 */
import type { AccessRules } from '../../isa/architecture.ts';
import type { AtomicPlace, EngineCpu, FloatOperations, Width } from '../../isa/cpu.ts';
import { atomicPlaceAt, atomicUpdate } from '../core/atomics.ts';
import { type BulkPlace, fillElements, moveElements } from '../core/bulk.ts';
import { tagFor } from '../core/tags.ts';
import { TLB_ENTRIES, TLB_ENTRY } from '../layout.ts';
import { type Expression, load } from '../wasm/expression.ts';
import { NearPages, WITHIN_BYTES } from './near-pages.ts';
import { RegionRegisters } from './region-registers.ts';

/** Vectors, and what is only probed, need not be aligned: what crosses into another page is the interpreter's. */
const WITHIN_A_PAGE: Pick<AccessRules, 'misaligned'> = { misaligned: 'fast' };

export class RegionRoutine extends RegionRegisters implements EngineCpu {
  float!: FloatOperations;
  readonly near = new NearPages();
  /** What is being written is part of a loop without another within. */
  inLoop = false;
  /** Set by whoever writes the blocks: how the block's last instruction goes on. */
  onBranch!: (condition: Expression) => void;
  onJump!: () => void;
  onJumpTo!: (address: Expression) => void;
  branch(condition: Expression): void {
    this.onBranch(condition);
  }
  jumpBy(): void {
    this.onJump();
  }
  jumpTo(address: Expression): void {
    this.onJumpTo(this.let(address));
  }

  /** Checks the lookaside buffer, leaving on a miss; gives the place in memory 0. */
  #host(
    address: Expression,
    width: number,
    which: number,
    rule: Pick<AccessRules, 'misaligned'> | 'aligned' = this.context.architecture.accesses,
  ): Expression {
    const wanted = rule === 'aligned' ? this.and(address, this.i64(-4096 | (width - 1))) : tagFor(this, address, width, rule);
    // Stores are waited for by nobody: their second way costs more than it saves (measured with a sieve's).
    const near = this.inLoop && which === TLB_ENTRY.read ? this.near.of(address) : undefined;
    if (!near || rule === 'aligned') return this.add(this.wrap(address), this.#translated(address, wanted, which).addend);
    const elsewhere =
      rule.misaligned === 'fast' && width > 1
        ? this.geU(this.sub(address, near.page.get()), near.limit.get())
        : this.ne(wanted, near.page.get());
    this.fork(
      elsewhere,
      () => {
        const { tag, addend } = this.#translated(address, wanted, which);
        near.page.set(tag);
        near.limit.set(this.i64(WITHIN_BYTES));
        near.addend.set(addend);
      },
      true,
    );
    return this.add(this.wrap(address), near.addend.get());
  }
  /** The lookaside buffer's entry for an address, which has the tag that is wanted: leaves where it has another. */
  #translated(address: Expression, wanted: Expression, which: number): { tag: Expression; addend: Expression } {
    const { bank } = this.context;
    const index = this.let(this.and(this.shrU(this.wrap(address), this.i32(7)), this.i32((TLB_ENTRIES - 1) * TLB_ENTRY.size)));
    const tag = this.let(load('i64', 8, false, index, bank + which));
    this.leaveWhen(this.ne(tag, wanted));
    return { tag, addend: load('i32', 4, false, index, bank + TLB_ENTRY.addend) };
  }
  read(at: Expression, width: Width, signed: boolean): Expression {
    const address = this.let(at);
    return load('i64', width, signed, this.#host(address, width, TLB_ENTRY.read));
  }
  write(at: Expression, width: Width, value: Expression): void {
    const address = this.let(at);
    this.store(width, this.#host(address, width, TLB_ENTRY.write), value);
  }
  loadF64(at: Expression): Expression {
    const address = this.let(at);
    return load('f64', 8, false, this.#host(address, 8, TLB_ENTRY.read));
  }
  loadF32(at: Expression): Expression {
    const address = this.let(at);
    return load('f32', 4, false, this.#host(address, 4, TLB_ENTRY.read));
  }
  update(at: Expression, width: Width, change: (old: Expression) => Expression): Expression {
    const host = this.let(this.#host(this.let(at), width, TLB_ENTRY.write));
    const old = this.let(load('i64', width, false, host));
    this.store(width, host, change(old));
    return old;
  }
  probe(at: Expression, bytes: number, access: 'load' | 'store'): void {
    this.drop(this.#host(this.let(at), bytes, access === 'load' ? TLB_ENTRY.read : TLB_ENTRY.write, WITHIN_A_PAGE));
  }
  #bulkPlace(at: Expression, which: number): BulkPlace {
    const { bank } = this.context;
    const address = this.let(at);
    const index = this.let(this.and(this.shrU(this.wrap(address), this.i32(7)), this.i32((TLB_ENTRIES - 1) * TLB_ENTRY.size)));
    const hit = this.let(this.eq(load('i64', 8, false, index, bank + which), this.and(address, this.i64(-4096))));
    return { address, hit, host: () => this.add(this.wrap(address), load('i32', 4, false, index, bank + TLB_ENTRY.addend)) };
  }
  moveElements(to: Expression, from: Expression, width: Width, most: Expression): Expression {
    const target = this.#bulkPlace(to, TLB_ENTRY.write);
    return moveElements(this, target, this.#bulkPlace(from, TLB_ENTRY.read), width, this.let(most)).get();
  }
  fillElements(to: Expression, byte: Expression, width: Width, most: Expression): Expression {
    return fillElements(this, this.#bulkPlace(to, TLB_ENTRY.write), byte, width, this.let(most)).get();
  }
  allowance(): Expression {
    return this.extendS(this.add(this.left.get(), this.i32(this.uncounted - 1)));
  }
  countMore(instructions: Expression): void {
    this.left.set(this.sub(this.left.get(), this.wrap(instructions)));
  }
  amo(at: Expression, width: Width, combine: (old: Expression) => Expression): Expression {
    const host = this.let(this.#host(this.let(at), width, TLB_ENTRY.write, 'aligned'));
    return atomicUpdate(this, host, width, combine);
  }
  /** The interpreter does it. */
  exchangePair(): { equal: Expression; old: readonly [Expression, Expression] } {
    this.leave();
    return { equal: this.i32(0), old: [this.i64(0), this.i64(0)] };
  }
  /** Ports are the interpreter's. */
  readPort(): Expression {
    this.leave();
    return this.i64(0);
  }
  writePort(): void {
    this.leave();
  }
  loadVector(at: Expression): Expression {
    const address = this.let(at);
    return load('v128', 16, false, this.#host(address, 16, TLB_ENTRY.read, WITHIN_A_PAGE));
  }
  storeVector(at: Expression, value: Expression): void {
    const address = this.let(at);
    this.store(16, this.#host(address, 16, TLB_ENTRY.write, WITHIN_A_PAGE), value);
  }
  atomicPlace(at: Expression, width: Width, access: 'load' | 'store'): AtomicPlace {
    const host = this.let(this.#host(this.let(at), width, access === 'load' ? TLB_ENTRY.read : TLB_ENTRY.write, 'aligned'));
    return atomicPlaceAt(this, host, width);
  }
  /** On hosts that keep stores in order only a store before a load needs more than the compiler's own order; the others get the host's fence. */
  orderMemory(storeLoad: boolean): void {
    if (storeLoad) this.fence();
  }
  field(name: string): Expression {
    return this.context.state.get(name);
  }
  setField(name: string, value: Expression, index = 0): void {
    this.context.state.set(this, name, value, index);
  }
  element(name: string, index: Expression): Expression {
    const bytes = this.context.architecture.state.fields[name]?.kind === 'u32' ? 4 : 8;
    return load('i64', bytes, false, this.mul(index, this.i32(bytes)), this.context.state.address(name));
  }
  /** The interpreter does it. */
  operation(): void {
    this.leave();
  }
  ask(): void {
    this.leave();
  }
}
