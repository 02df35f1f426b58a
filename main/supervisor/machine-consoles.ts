/** The consoles of one machine: their logs, loaded when first needed, and their writing to the library. */
import type { ConsoleRecords } from '../library/console-records.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import { ConsoleLog } from './console-log.ts';
import { consoleStore, type ConsoleStore } from './console-store.ts';

/** Told what was printed on a console: its log has it, from a position on. */
export type Printed = (console: number, log: ConsoleLog, from: number) => void;

interface Open {
  readonly log: ConsoleLog;
  readonly store: ConsoleStore;
}

export class MachineConsoles {
  readonly #id: MachineId;
  readonly #records: ConsoleRecords;
  readonly #storeFailed: (error: Error) => void;
  readonly #waitsChanged: () => void;
  readonly #printed: Printed;
  /** Consoles whose guest waits for a reader that has stopped. */
  readonly waiting = new Set<number>();
  readonly #loading = new Map<number, Promise<Open>>();
  /** Those loaded, for the path of a guest's output, which must not wait. */
  readonly #open = new Map<number, Open>();

  /**
   * @param storeFailed told when history cannot be written; the machine runs on
   * @param waitsChanged told when `waiting` has changed
   * @param printed told of all output
   */
  constructor(
    id: MachineId,
    records: ConsoleRecords,
    storeFailed: (error: Error) => void,
    waitsChanged: () => void = () => undefined,
    printed: Printed = () => undefined,
  ) {
    this.#waitsChanged = waitsChanged;
    this.#printed = printed;
    this.#id = id;
    this.#records = records;
    this.#storeFailed = storeFailed;
  }

  /** The log of a console, with what was printed before. */
  async log(console: number): Promise<ConsoleLog> {
    return (await this.#load(console)).log;
  }

  /** A run with consoles 0 to `count` - 1 begins. */
  async prepare(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, console) => this.#load(console)));
  }
  began(acknowledge: (console: number, count: number) => void): void {
    for (const [console, { log }] of this.#open) log.attachGuest((count) => acknowledge(console, count));
  }
  output(console: number, bytes: Uint8Array): void {
    this.#add(console, bytes, (log) => log.append(bytes));
  }

  /** Shows what no guest printed; of consoles not prepared, nothing. */
  show(console: number, bytes: Uint8Array): void {
    this.#add(console, bytes, (log) => log.insert(bytes));
  }
  #add(console: number, bytes: Uint8Array, add: (log: ConsoleLog) => void): void {
    const open = this.#open.get(console);
    if (!open) return;
    add(open.log);
    open.store.touched();
    this.#printed(console, open.log, open.log.end - bytes.length);
  }
  /** The ends of the prepared consoles, by their number, at most `count` bytes of each. */
  tails(count: number): Uint8Array[] {
    const tails: Uint8Array[] = [];
    for (const [console, { log }] of [...this.#open].sort(([a], [b]) => a - b)) tails[console] = log.tail(count);
    return Array.from(tails, (tail) => tail ?? new Uint8Array());
  }

  async clear(console: number): Promise<void> {
    const { log, store } = await this.#load(console);
    await store.flush();
    log.clear();
    store.cleared();
    await this.#records.clear(this.#id, console);
  }

  /** Resolves when all that was printed is stored. */
  async flush(): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ store }) => store.flush()));
  }

  /** The end of console 0, loaded or stored. */
  async newest(): Promise<Uint8Array> {
    return this.newestLoaded() ?? (await this.#records.newest(0, this.#id)).get(this.#id) ?? new Uint8Array();
  }
  newestLoaded(): Uint8Array | undefined {
    return this.#open.get(0)?.log.tail(4096);
  }

  #load(console: number): Promise<Open> {
    const known = this.#loading.get(console);
    if (known) return known;
    const loading = this.#records.tail(this.#id, console).then((stored) => {
      const log = new ConsoleLog(stored, (waits) => {
        if (waits) this.waiting.add(console);
        else this.waiting.delete(console);
        this.#waitsChanged();
      });
      const put = (position: number, bytes: Uint8Array) => this.#records.put(this.#id, console, position, bytes);
      const open = { log, store: consoleStore(log, put, this.#storeFailed) };
      this.#open.set(console, open);
      return open;
    });
    this.#loading.set(console, loading);
    loading.catch(() => this.#loading.delete(console));
    return loading;
  }
}
