/** The threads of one machine, from birth to end, and what their owner may ask of them. */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { WasmMemory } from '../engine/wasm/webassembly.ts';
import { type Ending, type MachineConfiguration, MachineError, type MachineEvents } from '../index.ts';
import { faultOf, type Fault } from '../error/coded-error.ts';
import { receivedError, type SentError } from '../error/crossing.ts';
import { MachineClock } from '../machine/clock.ts';
import { MachineControl } from '../machine/control.ts';
import type { CoreStart } from '../board/kit/core-binding.ts';
import type { CoreResume } from '../machine/core-thread.ts';
import { STANDSTILL_MS } from '../machine/snapshot-point.ts';
import { controlState, type MachineLayout, type PageWork, pageWork, sharedRam, WISH } from '../machine/layout.ts';
import { bind } from '../snapshot/schema.ts';
import type { CoreModules } from './core-modules.ts';
import { type Closing, endThreads, type Threads } from './ending.ts';
import { InputReceipts } from './input-receipts.ts';
import { Liveness } from './liveness.ts';
import { MachineThread } from './machine-thread.ts';
import type { FromIo, TakenPoint, IoQuestion, ToIo, WorkerSetup } from './messages.ts';
import { within } from './patience.ts';
import type { ThreadSupply } from './thread-supply.ts';

/** What the process has for all its machines. */
export interface ThreadSources {
  readonly supply: ThreadSupply;
  readonly modules: CoreModules;
}

/** How long a pause waits for disk requests under way; a disk in trouble may not answer for hours. */
const ANSWERING_MS = 500;
/** Log lines kept for a failure's report. */
const LOG_LINES = 200;

export class MachineThreads {
  readonly pages: PageWork;
  readonly input = new InputReceipts();
  readonly #configuration: MachineConfiguration;
  readonly #memory: WasmMemory;
  readonly #layout: MachineLayout;
  readonly #events: MachineEvents;
  readonly #control: MachineControl;
  readonly #clock: MachineClock;
  readonly #log: string[] = [];
  #threads: Threads | undefined;
  #ending: Promise<void> | undefined;
  /** What the I/O thread says of its end. */
  readonly #begun = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #liveness: Liveness;
  /** Whoever waits for an answer of the I/O thread, by the number of the question. */
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();
  /** Whoever waits for former disks to be closed, by the number of the question that exchanged them. */
  readonly #detaching = new Map<number, () => void>();
  #questions = 0;
  #startedAt = 0;
  #pausedAt: number | undefined;
  #pausedFor = 0;

  constructor(configuration: MachineConfiguration, memory: WasmMemory, layout: MachineLayout, events: MachineEvents) {
    this.#configuration = configuration;
    this.#memory = memory;
    this.#layout = layout;
    this.#events = events;
    this.pages = pageWork(sharedRam(layout, memory.buffer));
    this.#control = new MachineControl(layout, memory.buffer, this.pages.absent);
    this.#clock = new MachineClock(bind(controlState, memory.buffer, layout.control), () => process.hrtime());
    this.#liveness = new Liveness(
      () => this.#threads?.io.post({ kind: 'ping' }),
      () => void this.#fail(new MachineError('machine-io-silent')),
    );
  }

  /**
   * Starts all threads; resolves when the guest runs, or could (`paused`).
   * @throws MachineError with everything ended; the signal's reason
   */
  async start(sources: ThreadSources, { saved, paused = false, signal }: Beginning): Promise<void> {
    const ready = Promise.withResolvers<Extract<FromIo, { kind: 'ready' }>['start']>();
    const aborted = () => ready.reject(signal?.reason as Error);
    signal?.addEventListener('abort', aborted);
    try {
      signal?.throwIfAborted();
      const built = this.#begin(sources, saved ? { saved, paused } : {}, ready);
      const [start] = await Promise.all([ready.promise, ...built]);
      await this.#letRun(start, paused);
    } catch (error) {
      this.#ending ??= Promise.resolve();
      await this.#close();
      throw error;
    } finally {
      signal?.removeEventListener('abort', aborted);
    }
    void this.pages.absent.whenLost(() => this.ended).then((lost) => (lost ? this.#fail(lost) : undefined));
  }

  /** Makes the threads and tells them what they are for. @returns what resolves when each core is built */
  #begin({ supply, modules }: ThreadSources, going: Pick<WorkerSetup, 'saved' | 'paused'>, ready: Ready): readonly Promise<void>[] {
    const configuration = this.#configuration;
    const { engine } = configuration;
    const setup: WorkerSetup = { configuration, memory: this.#memory, ...going };
    const failed = (name: string, also: (error: Error) => void) => (error: Error | undefined) => this.#died(name, error, also);
    const io: Threads['io'] = new MachineThread(supply.take('io'), 'the I/O thread', failed('the I/O thread', ready.reject));
    io.heed((message) => this.#heard(message, ready));
    const cache = modules.folder;
    io.post({ ...setup, ...(cache === undefined ? {} : { cache }) });
    const channels = engine === 'auto' ? this.#layout.cores.map(() => new MessageChannel()) : [];
    const kept = this.#layout.cores.map((_, index) => modules.files(this.#layout, engine, index));
    const building: Promise<void>[] = [];
    const cores = this.#layout.cores.map((_, index) => {
      const built = Promise.withResolvers<void>();
      building.push(built.promise);
      const core: Threads['cores'][number] = new MachineThread(supply.take('core'), 'a core thread', failed('a core thread', built.reject));
      core.heed((message) => {
        if (message.kind === 'ended') return void this.stop(message.ending);
        if (message.kind === 'log') return this.#note(message.line);
        if (message.made) void modules.add(this.#layout, engine, index, message.made);
        built.resolve();
      });
      const compiler = channels[index]?.port1;
      const module = modules.get(this.#layout, engine, index);
      const files = compiler ? kept[index] : undefined;
      core.post(
        { ...setup, index, ...(compiler ? { compiler } : {}), ...(module ? { module } : {}), ...(files ? { kept: files } : {}) },
        compiler ? [compiler] : [],
      );
      return core;
    });
    const ports = channels.map(({ port2 }) => port2);
    const compiler: Threads['compiler'] =
      ports.length > 0
        ? new MachineThread(supply.take('compiler'), 'the compiler thread', failed('the compiler thread', ready.reject))
        : undefined;
    compiler?.post({ ...setup, cores: ports, kept }, ports);
    this.#threads = { io, compiler, cores };
    return building;
  }

  async #letRun(start: CoreStart | CoreResume, paused: boolean): Promise<void> {
    this.#startedAt = performance.now();
    // The I/O thread has set the clock and holds it.
    if (paused) {
      this.#pausedAt = this.#startedAt;
      this.#control.change(WISH.run, WISH.pause);
    } else this.#clock.release();
    for (const core of this.#threads?.cores ?? []) core.post({ kind: 'start', start });
    if (paused) await this.#standstill();
    else this.toIo({ kind: 'resumed' });
  }

  #heard(message: FromIo, ready: Ready): void {
    if (message.kind === 'ready') ready.resolve(message.start);
    else if (message.kind === 'refused') ready.reject(errorOf(message.failure));
    else if (message.kind === 'output') this.#events.output(message.console, message.bytes);
    else if (message.kind === 'input taken') this.input.received(message.console, message.count);
    else if (message.kind === 'log') this.#note(message.line);
    else if (message.kind === 'disk trouble') this.#events.diskTrouble?.(message.slot, message.fault);
    else if (message.kind === 'answered') this.#asked.get(message.id)?.resolve(message.answer);
    else if (message.kind === 'failed') this.#asked.get(message.id)?.reject(errorOf(message.failure));
    else if (message.kind === 'detached') this.#detached(message.id);
    else if (message.kind === 'pong') this.#liveness.answered();
    else if (message.kind === 'closing') this.#begun.resolve();
    else if (message.kind === 'closed') this.#closed.resolve();
    else this.#crashed('the I/O thread', message, ready.reject);
  }
  /** A thread that ends before the machine's end makes the machine fail, and nothing else. */
  #died(name: string, error: Error | undefined, reject: (error: Error) => void): void {
    if (error) return this.#crashed(name, error, reject);
    if (this.#ending) return;
    const fault = new MachineError('machine-thread-ended', { thread: name });
    reject(fault);
    if (this.#startedAt) void this.#fail(fault);
  }
  #crashed(name: string, { message, stack }: { message: string; stack?: string | undefined }, reject: (error: Error) => void): void {
    this.#note(`${name}: ${stack ?? message}`);
    const fault = new MachineError('machine-thread-crashed', { thread: name, detail: message });
    reject(fault);
    if (this.#startedAt) void this.#fail(fault);
  }
  #fail(fault: Fault): Promise<void> {
    return this.stop(this.#failure(fault));
  }
  #note(line: string): void {
    this.#log.push(line);
    if (this.#log.length > LOG_LINES) this.#log.shift();
    this.#events.log(line);
  }

  /** Whether the machine has ended or is about to. */
  get ended(): boolean {
    return this.#ending !== undefined;
  }
  toIo(message: ToIo): void {
    if (!this.#ending) this.#threads?.io.post(message);
  }
  /** Takes the machine at one moment, or puts it back to another. @throws MachineError if it has ended or the state does not fit */
  async snapshotPoint(question: Extract<IoQuestion, { kind: 'snapshotPoint' }>, detached?: () => void): Promise<TakenPoint> {
    const snapshotPoint = (await this.ask(question, detached ? { detached } : {})) as TakenPoint;
    this.#pausedFor += snapshotPoint.pausedMs;
    return snapshotPoint;
  }
  /** Asks the I/O thread something. @throws what it throws; MachineError if the machine has ended */
  async ask(question: IoQuestion, { detached, transfer = [] }: Asking = {}): Promise<unknown> {
    if (this.#ending) throw hasEnded();
    const id = this.#questions++;
    const answered = Promise.withResolvers<unknown>();
    this.#asked.set(id, answered);
    if (detached) this.#detaching.set(id, detached);
    try {
      this.#threads?.io.post({ kind: 'asked', id, question }, [...transfer]);
      this.#liveness.watch(true);
      return await answered.promise;
    } catch (error) {
      this.#detaching.delete(id);
      throw error;
    } finally {
      this.#asked.delete(id);
      this.#liveness.watch(this.#asked.size > 0);
    }
  }
  #detached(id: number): void {
    const tell = this.#detaching.get(id);
    this.#detaching.delete(id);
    tell?.();
  }
  /** Wall seconds since start, pauses excluded. */
  seconds(): number {
    return ((this.#pausedAt ?? performance.now()) - this.#startedAt - this.#pausedFor) / 1000;
  }

  async pause(): Promise<void> {
    if (this.#ending || this.#pausedAt !== undefined) return;
    this.#pausedAt = performance.now();
    this.#control.change(WISH.run, WISH.pause);
    this.#clock.hold();
    if (!(await this.#standstill())) return;
    // A paused machine's memory does not change any more, unless its disks take very long to answer.
    await within(ANSWERING_MS, this.ask({ kind: 'pause' }));
  }
  /** Waits until all cores stand still. A core that never does is no use any more, and neither is its machine. */
  async #standstill(): Promise<boolean> {
    const limit = performance.now() + STANDSTILL_MS;
    const stand = await this.#control.allParked(() => this.ended || performance.now() > limit);
    if (!stand) await this.#fail(new MachineError('machine-core-silent'));
    return stand;
  }
  async resume(): Promise<void> {
    if (this.#ending || this.#pausedAt === undefined) return;
    // A guest that went back is told of it before it runs; only a disk in trouble keeps the I/O thread from answering.
    await within(ANSWERING_MS, this.ask({ kind: 'resume' }));
    if (this.ended) return;
    this.#pausedFor += performance.now() - this.#pausedAt;
    this.#pausedAt = undefined;
    this.#clock.release();
    this.toIo({ kind: 'resumed' });
    this.#control.change(WISH.pause, WISH.run);
  }

  /** Ends the run: stops the cores, lets the I/O thread hand over last output, ends the threads, tells the owner. */
  stop(ending: Ending): Promise<void> {
    this.#ending ??= this.#end(ending);
    return this.#ending;
  }
  async #end(ending: Ending): Promise<void> {
    this.#pausedAt ??= performance.now();
    const fenced = await this.#close();
    for (const waiting of this.#asked.values()) waiting.reject(hasEnded());
    for (const id of [...this.#detaching.keys()]) if (!this.#asked.has(id)) this.#detached(id);
    this.#events.ended(fenced === undefined || ending.kind === 'failed' ? ending : this.#failure(fenced));
  }
  /** Ends the threads. @returns why one was left alone, where that was so */
  async #close(): Promise<Fault | undefined> {
    const closing: Closing = { begun: this.#begun.promise, closed: this.#closed.promise };
    const threads = this.#threads;
    const fenced = threads && (await endThreads(threads, this.#control, closing, this.#startedAt > 0)).fenced;
    this.input.end();
    this.pages.absent.end();
    this.pages.keeper.end();
    this.#liveness.watch(false);
    if (threads && fenced !== undefined) this.#events.lingers?.(threads.io.gone);
    return fenced;
  }
  #failure(fault: Fault): Ending {
    return { kind: 'failed', fault: faultOf(fault), log: this.#log.join('\n') };
  }
}

/** How a machine begins. */
export interface Beginning {
  /** State to go on from. Absent: it boots. */
  readonly saved?: Uint8Array | undefined;
  readonly paused?: boolean | undefined;
  /** Gives the start up. */
  readonly signal?: AbortSignal | undefined;
}

/** What goes with a question. */
interface Asking {
  /** Called when the disks that it exchanged are closed. */
  readonly detached?: () => void;
  /** Ports in it, which become the I/O thread's. */
  readonly transfer?: readonly MessagePort[];
}

type Ready = PromiseWithResolvers<CoreStart | CoreResume>;

const hasEnded = () => new MachineError('machine-ended-nothing-to-save');
const errorOf = (failure: SentError) => receivedError(failure, (fault) => MachineError.of(fault));
