/** What the functions of a core's WebAssembly module share: where its data lies, and what it may call. */
import type { Fields, Schema } from '../../snapshot/schema.ts';
import {
  COUNTER_STEP,
  COUNTERS,
  type CoreLayout,
  EVENT,
  FETCH_ENTRIES,
  FETCH_ENTRY,
  JUMP_ENTRIES,
  JUMP_ENTRY,
  PAGE,
  type RamLayout,
  runState,
  TLB_ENTRIES,
  TLB_ENTRY,
} from '../layout.ts';
import type { Expression } from '../wasm/expression.ts';
import { WasmFields } from '../wasm/fields.ts';
import type { ModuleWriter } from '../wasm/module.ts';
import type { Callable, Routine } from '../wasm/routine.ts';

/** TypeScript the generated code calls; each is an import of the core module, named alike. */
export interface HostCalls {
  /** Reads 1, 2 or 4 bytes at a physical address (its halves) that is not RAM; raises an access fault where nothing answers. */
  mmioRead(low: number, high: number, width: number): number;
  mmioWrite(low: number, high: number, width: number, value: number): void;
  /** The same of 8 bytes. */
  mmioReadWide(low: number, high: number): bigint;
  mmioWriteWide(low: number, high: number, value: bigint): void;
  /** Reads or writes 1, 2 or 4 bytes at a port of the second address space. */
  portRead(port: number, width: number): number;
  portWrite(port: number, width: number, value: number): void;
  /** Whether protection lets an access (0 fetch, 1 load, 2 store) to `run.physical` pass at a privilege. */
  protectionAllows(access: number, privilege: number): number;
  /** A load (1) or store (2) is about to be done while accesses are watched. */
  accessed(low: number, high: number, width: number, access: number): void;
  /** A page that has translated code, that a snapshot needs, or that is clean, is about to be written by this core. */
  beforeWrite(page: number): void;
  /** Waits until an absent page has been filled. @returns 0 when something else wants the core first */
  awaitPage(page: number): number;
  /** A store to a watched page has been done. */
  watchedWritten(): void;
  /** Gives the RAM page a decoded page and returns its address. */
  decodedPage(page: number): number;
  /** Fills the record at this address (and likely followers). */
  decode(record: number): void;
  /** The same where records lie in order, for a place of a decoded page. @returns the record's address */
  decodeRun(records: number, place: number): number;
  /** Fills the scratch record for an instruction across two pages, whose bytes lie in two pieces of memory 0. */
  decodeAcross(record: number, first: number, second: number): void;
  /** One of the architecture's operations, by index; operands in `run`. */
  operation(index: number): void;
  /** Asks the architecture for a value; operand and answer in `run.operand`. */
  ask(index: number, number: number): void;
  /** The machine's time (f64), as `Surroundings.nanoseconds`. */
  nanoseconds(): number;
  /** A floating-point row while the unit's mode does not allow it or could be better. */
  floatMode(): void;
  /** Takes the trap that `run` describes. */
  takeTrap(): void;
  /** This jump target has become hot. */
  hot(pcLow: number, pcHigh: number): void;
}

const I32 = 'i32' as const;
const I64 = 'i64' as const;
const F64 = 'f64' as const;
const HOST_SIGNATURES: Record<keyof HostCalls, { parameters: ('i32' | 'i64')[]; results: ('i32' | 'i64' | 'f64')[] }> = {
  mmioRead: { parameters: [I32, I32, I32], results: [I32] },
  mmioWrite: { parameters: [I32, I32, I32, I32], results: [] },
  mmioReadWide: { parameters: [I32, I32], results: [I64] },
  mmioWriteWide: { parameters: [I32, I32, I64], results: [] },
  portRead: { parameters: [I32, I32], results: [I32] },
  portWrite: { parameters: [I32, I32, I32], results: [] },
  protectionAllows: { parameters: [I32, I32], results: [I32] },
  accessed: { parameters: [I32, I32, I32, I32], results: [] },
  beforeWrite: { parameters: [I32], results: [] },
  awaitPage: { parameters: [I32], results: [I32] },
  watchedWritten: { parameters: [], results: [] },
  decodedPage: { parameters: [I32], results: [I32] },
  decode: { parameters: [I32], results: [] },
  decodeRun: { parameters: [I32, I32], results: [I32] },
  decodeAcross: { parameters: [I32, I32, I32], results: [] },
  operation: { parameters: [I32], results: [] },
  ask: { parameters: [I32, I32], results: [] },
  nanoseconds: { parameters: [], results: [F64] },
  floatMode: { parameters: [], results: [] },
  takeTrap: { parameters: [], results: [] },
  hot: { parameters: [I32, I32], results: [] },
};

export class CoreParts<F extends Fields = Fields> {
  readonly layout: CoreLayout;
  readonly ram: RamLayout;
  readonly state: WasmFields<F>;
  readonly run: WasmFields<(typeof runState)['fields']>;
  readonly host: { readonly [K in keyof HostCalls]: Callable };
  /** What `run.event` may hold. */
  readonly events = EVENT;
  constructor(module: ModuleWriter, layout: CoreLayout, ram: RamLayout, state: Schema<F>) {
    this.layout = layout;
    this.ram = ram;
    this.state = new WasmFields(state, layout.state);
    this.run = new WasmFields(runState, layout.run);
    const host: Record<string, Callable> = {};
    for (const [name, { parameters, results }] of Object.entries(HOST_SIGNATURES))
      host[name] = module.importFunction('host', name, parameters, results);
    this.host = host as { [K in keyof HostCalls]: Callable };
  }

  /** How far into RAM a physical address (i64) lies; `ram.size` or beyond, unsigned, where it is in none of its ranges. */
  ramOffset(r: Routine, physical: Expression): Expression {
    const [first, ...others] = this.ram.ranges;
    if (!first) return r.i64(-1);
    if (others.length === 0) return r.sub(physical, r.i64(first.at));
    const address = r.let(physical);
    let before = this.ram.size;
    let offset: Expression = r.i64(-1);
    // From the last to the first, which is asked first.
    for (const { at, size } of this.ram.ranges.toReversed()) {
      before -= size;
      const from = r.let(r.sub(address, r.i64(at)));
      offset = r.select(r.ltU(from, r.i64(size)), r.add(from, r.i64(before)), offset);
    }
    return offset;
  }

  /**
   * Before a RAM page changes: drops code translated from it, keeps what it holds if a snapshot still needs it, and notes
   * that it is not clean any more. The write must follow before the core answers anybody (shootdown.ts).
   */
  beforeWrite(r: Routine, page: Expression): void {
    const flags = r.load('i32', 1, page, this.ram.pageFlags);
    const noticed = PAGE.code | PAGE.unsaved | PAGE.saving | PAGE.clean;
    r.when(r.and(flags, r.i32(noticed)), () => r.run(this.host.beforeWrite, page));
  }

  /**
   * Before a RAM page is looked at: waits until it is there. If that is interrupted, the core leaves generated code and
   * does the instruction again later; `giveUp` must return from the function.
   * @param fetching 1 (i32) while an instruction is fetched, which then does not count as begun
   */
  present(r: Routine, page: Expression, fetching: Expression, giveUp: () => void): void {
    const flags = r.load('i32', 1, page, this.ram.pageFlags);
    r.when(r.and(flags, r.i32(PAGE.absent)), () => {
      r.when(r.eqz(r.call(this.host.awaitPage, page)), () => {
        this.run.set(r, 'event', r.select(fetching, r.i32(EVENT.leave), r.i32(EVENT.again)));
        giveUp();
      });
    });
  }

  /** What `Core.modeChanged` does, for a mode whose facets (i32 each) are known here. Decodings and watching stay as they are. */
  enterMode(
    r: Routine,
    { key, bank, fetchBank, float, facts }: Record<'key' | 'bank' | 'fetchBank' | 'float' | 'facts', Expression>,
  ): void {
    const { run, layout } = this;
    const behind = (base: number, number: Expression, size: number) => r.add(r.i32(base), r.mul(number, r.i32(size)));
    run.set(r, 'mode', key);
    run.set(r, 'counterMix', r.and(r.mul(key, r.i32(COUNTER_STEP)), r.i32((COUNTERS - 1) * 4)));
    run.set(r, 'floatMode', float);
    run.set(r, 'facts', facts);
    run.set(r, 'tlb', this.lookaside(r, bank));
    run.set(r, 'fetchTlb', behind(layout.fetchTlb, fetchBank, FETCH_ENTRIES * FETCH_ENTRY.size));
    run.set(r, 'jumpCache', behind(layout.jumpCache, key, JUMP_ENTRIES * JUMP_ENTRY.size));
  }

  /** Address of a bank's entries of the lookaside buffer for data. @param bank i32 */
  lookaside(r: Routine, bank: Expression): Expression {
    return r.add(r.i32(this.layout.tlb), r.mul(bank, r.i32(TLB_ENTRIES * TLB_ENTRY.size)));
  }
  /**
   * An access that only the lookaside buffer is asked about: whether it has so many bytes, all in one page (i32), and where they
   * lie in memory 0 if so (i32).
   * @param entries a bank's (`lookaside`)
   */
  found(r: Routine, entries: Expression, at: Expression, bytes: number, access: 'load' | 'store'): { hit: Expression; host: Expression } {
    const address = r.let(at);
    const place = r.and(r.shrU(r.wrap(address), r.i32(7)), r.i32((TLB_ENTRIES - 1) * TLB_ENTRY.size));
    const entry = r.let(r.add(entries, place));
    const tag = r.load('i64', 8, entry, access === 'load' ? TLB_ENTRY.read : TLB_ENTRY.write);
    const first = r.eq(r.and(address, r.i64(-4096)), tag);
    const last = r.eq(r.and(r.add(address, r.i64(bytes - 1)), r.i64(-4096)), tag);
    return { hit: r.and(first, last), host: r.add(r.wrap(address), r.load('i32', 4, entry, TLB_ENTRY.addend)) };
  }

  /** Records a trap to be taken: the cause and its value. */
  raise(r: Routine, cause: Expression, value: Expression): void {
    this.run.set(r, 'cause', cause);
    this.run.set(r, 'trapValue', value);
    this.run.set(r, 'event', r.i32(EVENT.trap));
  }
}
