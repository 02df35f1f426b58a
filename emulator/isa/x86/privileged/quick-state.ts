/** What SYSCALL, exceptions and their returns as generated code share: the state as they touch it, and when it is plain enough. */
import type { CoreParts } from '../../../engine/core/parts.ts';
import type { Expression } from '../../../engine/wasm/expression.ts';
import type { Routine } from '../../../engine/wasm/routine.ts';
import { ALL_FLOAT_STATES as FLOAT_STATES } from '../../architecture.ts';
import { ARITHMETIC, FLAGS_FILE } from '../flags.ts';
import { DECODING } from '../prefixes.ts';
import { ATTRIBUTE, CR4, FLAG, STATUS_FLAGS } from '../state.ts';
import { BANK, DATA_BANKS, fetchBankOf } from './banks.ts';

/** CR4.SMAP stands so many bits above RFLAGS.AC. */
const SMAP_ABOVE_AC = 3;

/** Gives the function up, for TypeScript to do what it was for. Only before anything has changed. */
export const giveUp = (r: Routine, condition: Expression): void => r.when(condition, () => r.return(r.i32(0)));

export class QuickState {
  readonly #r: Routine;
  readonly #parts: CoreParts;
  constructor(r: Routine, parts: CoreParts) {
    this.#r = r;
    this.#parts = parts;
  }
  #element(field: 'gpr' | 'flags' | 'segmentSelector' | 'segmentBase' | 'segmentLimit', index: number): number {
    return this.#parts.state.address(field) + 8 * index;
  }
  get(field: 'gpr' | 'segmentSelector' | 'segmentBase' | 'segmentLimit', index: number): Expression {
    return this.#r.load('i64', 8, this.#r.i32(0), this.#element(field, index));
  }
  gpr(number: number): Expression {
    return this.get('gpr', number);
  }
  set(field: 'gpr' | 'flags', index: number, value: Expression): void {
    this.#r.store(8, this.#r.i32(0), value, this.#element(field, index));
  }
  #attributesAt(segment: number): number {
    return this.#parts.state.address('segmentAttributes') + 4 * segment;
  }
  attributes(segment: number): Expression {
    return this.#r.load('i32', 4, this.#r.i32(0), this.#attributesAt(segment));
  }
  /** @param selector i64 @param limit in bytes, the last that may be touched @param attributes i32 */
  segment(segment: number, selector: Expression, limit: number, attributes: Expression): void {
    const r = this.#r;
    r.store(8, r.i32(0), selector, this.#element('segmentSelector', segment));
    r.store(8, r.i32(0), r.i64(0), this.#element('segmentBase', segment));
    r.store(8, r.i32(0), r.i64(limit), this.#element('segmentLimit', segment));
    r.store(4, r.i32(0), attributes, this.#attributesAt(segment));
  }
  clearSegment(segment: number, selector: Expression): void {
    this.segment(segment, selector, 0, this.#r.i32(ATTRIBUTE.unusable));
  }
  /** @param flags i64 */
  rflags(flags: Expression): void {
    const r = this.#r;
    this.set('flags', FLAGS_FILE.kind, r.i64(0));
    this.set('flags', FLAGS_FILE.a, r.and(flags, r.i64(ARITHMETIC)));
    this.set('flags', FLAGS_FILE.b, r.i64(0));
    this.#parts.state.set(r, 'rflags', r.or(r.and(r.wrap(flags), r.i32(~STATUS_FLAGS)), r.i32(FLAG.fixed)));
  }
  /** Whether the supervisor may touch user pages, with these flags (i32). */
  mayAccess(flags: Expression): Expression {
    const r = this.#r;
    return r.and(r.and(this.#parts.state.get('cr4'), r.i32(CR4.SMAP)), r.shl(flags, r.i32(SMAP_ABOVE_AC)));
  }
  /** The bank of the supervisor with these flags (i32). */
  supervisorBank(flags: Expression): Expression {
    const r = this.#r;
    return r.select(this.mayAccess(flags), r.i32(BANK.supervisorAccess), r.i32(BANK.supervisor));
  }
  /** Whether all bits of an address from bit 47 on are alike. */
  isCanonical(address: Expression): Expression {
    const r = this.#r;
    return r.eq(r.shrS(r.shl(address, r.i64(16)), r.i64(16)), address);
  }
  /**
   * How data is seen from now on.
   * @param bank i32 @param user i32, whether it is a program @param standing how floating point stands, i32; absent: as it did
   */
  enter(bank: Expression, user: Expression, standing = this.#parts.run.get('floatMode')): void {
    const r = this.#r;
    const float = r.let(standing);
    const data = r.let(bank);
    const key = r.add(r.mul(r.add(r.i32(DECODING.bits64 * DATA_BANKS), data), r.i32(FLOAT_STATES)), float);
    const [ofUser, ofSupervisor] = [true, false].map((each) => r.i32(fetchBankOf(DECODING.bits64, each))) as [Expression, Expression];
    const fetchBank = r.let(r.select(user, ofUser, ofSupervisor));
    this.#parts.enterMode(r, { key: r.let(key), bank: data, fetchBank, float, facts: r.i32(0) });
  }
}

/** Gives up unless it is 64-bit code that nobody watches. */
export function onlyPlain(r: Routine, { state, run }: CoreParts): void {
  const other = r.geU(run.get('mode'), r.i32((DECODING.bits64 + 1) * DATA_BANKS * FLOAT_STATES));
  // Breakpoints, whether they are of data or of instructions, and traps that are due.
  const armed = r.or(r.and(state.get('dr7'), r.i32(0xff)), state.get('debugPending'));
  const steps = r.and(state.get('rflags'), r.i32(FLAG.TF));
  giveUp(r, r.or(r.or(other, armed), r.or(steps, run.get('watch'))));
}
