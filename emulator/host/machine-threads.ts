/** The threads of one machine, from birth to end, and what their owner may ask of them. */
import { MessageChannel, type Worker } from 'node:worker_threads';
import type { WasmMemory, WasmModule } from '../engine/wasm/webassembly.ts';
import { type Ending, type MachineConfiguration, MachineError, type MachineEvents } from '../index.ts';
import { MachineClock } from '../machine/clock.ts';
import { MachineControl } from '../machine/control.ts';
import { controlState, type MachineLayout, type PageWork, pageWork, sharedRam, WISH } from '../machine/layout.ts';
import { bind } from '../snapshot/schema.ts';
import type { CoreModules } from './core-modules.ts';
import type { CompilerSetup, CoreSetup, Failure, FromCore, FromIo, Instant, IoQuestion, ToIo, WorkerSetup } from './messages.ts';
import type { ThreadSupply } from './thread-supply.ts';

/** What the process has for all its machines. */
export interface ThreadSources {
  readonly supply: ThreadSupply;
  readonly modules: CoreModules;
}

/** How long the I/O thread may take to hand over last output and close disks before it is ended regardless. */
const CLOSING_MS = 5_000;
/** How long a pause waits for disk requests under way; a disk in trouble may not answer for hours. */
const ANSWERING_MS = 500;
/** How long the cores may take to end; one that is dead or hangs is not waited for longer. */
const SETTLING_MS = 1_000;
/** Log lines kept for a failure's report. */
const LOG_LINES = 200;

export class MachineThreads {
  readonly pages: PageWork;
  readonly #configuration: MachineConfiguration;
  readonly #memory: WasmMemory;
  readonly #layout: MachineLayout;
  readonly #events: MachineEvents;
  readonly #control: MachineControl;
  readonly #clock: MachineClock;
  readonly #log: string[] = [];
  #io: Worker | undefined;
  #cores: Worker[] = [];
  #compiler: Worker | undefined;
  #ending: Promise<void> | undefined;
  #closed = (): void => undefined;
  /** The I/O thread is no more: nobody will say that it has closed. */
  #ioGone = false;
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
    this.#clock = new MachineClock(bind(controlState, memory.buffer, layout.control), () => process.hrtime.bigint());
  }

  /**
   * Starts all threads; resolves when the guest runs, or could (`paused`).
   * @throws MachineError with everything ended
   */
  async start({ supply, modules }: ThreadSources, saved?: Uint8Array, paused = false): Promise<void> {
    const configuration = this.#configuration;
    const { engine } = configuration;
    const setup = { configuration, memory: this.#memory, ...(saved ? { saved, paused } : {}) };
    const io = supply.take('io');
    this.#io = io;
    io.postMessage(setup satisfies WorkerSetup);
    const channels = engine === 'auto' ? this.#layout.cores.map(() => new MessageChannel()) : [];
    this.#cores = this.#layout.cores.map((_, hartId) => {
      const core = supply.take('core');
      const compiler = channels[hartId]?.port1;
      const module = modules.get(this.#layout, engine, hartId);
      const own = { ...setup, hartId, ...(compiler ? { compiler } : {}), ...(module ? { module } : {}) };
      core.postMessage(own satisfies CoreSetup, compiler ? [compiler] : []);
      return core;
    });
    const ports = channels.map(({ port2 }) => port2);
    if (ports.length > 0) {
      this.#compiler = supply.take('compiler');
      this.#compiler.postMessage({ ...setup, cores: ports } satisfies CompilerSetup, ports);
    }
    try {
      const ready = this.#whenReady(io);
      const built = this.#cores.map((core, hartId) => this.#whenBuilt(core, (module) => modules.add(this.#layout, engine, hartId, module)));
      if (this.#compiler) this.#watch(this.#compiler, 'the compiler thread', () => undefined);
      const [start] = await Promise.all([ready, ...built]);
      this.#startedAt = performance.now();
      // The I/O thread has set the clock and holds it.
      if (paused) {
        this.#pausedAt = this.#startedAt;
        this.#control.change(WISH.run, WISH.pause);
      } else this.#clock.release();
      for (const core of this.#cores) core.postMessage({ kind: 'start', start });
      if (paused) await this.#control.allParked(() => this.ended);
      else this.toIo({ kind: 'resumed' });
    } catch (error) {
      this.#ending = Promise.resolve();
      await this.#terminate();
      throw error;
    }
    void this.pages.absent
      .whenLost(() => this.ended)
      .then((reason) => {
        if (reason !== undefined) void this.stop({ kind: 'failed', reason, log: this.#log.join('\n') });
      });
  }

  #whenReady(io: Worker): Promise<unknown> {
    return new Promise((resolve, reject) => {
      io.on('message', (message: FromIo) => {
        if (message.kind === 'ready') resolve(message.start);
        else if (message.kind === 'refused') reject(errorOf(message.failure));
        else if (message.kind === 'output') this.#events.output(message.console, message.bytes);
        else if (message.kind === 'log') this.#note(message.line);
        else if (message.kind === 'disk trouble') this.#events.diskTrouble?.(message.slot, message.message);
        else if (message.kind === 'answered') this.#asked.get(message.id)?.resolve(message.answer);
        else if (message.kind === 'failed') this.#asked.get(message.id)?.reject(errorOf(message.failure));
        else if (message.kind === 'detached') this.#detached(message.id);
        else this.#closed();
      });
      this.#watch(io, 'the I/O thread', reject);
      io.on('exit', () => {
        this.#ioGone = true;
        this.#closed();
      });
    });
  }
  #whenBuilt(core: Worker, keep: (module: WasmModule) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      core.on('message', (message: FromCore) => {
        if (message.kind === 'built') {
          if (message.module) keep(message.module);
          resolve();
        } else if (message.kind === 'log') this.#note(message.line);
        else void this.stop(message.ending);
      });
      this.#watch(core, 'a core thread', reject);
    });
  }
  /** A thread that dies before the machine's end makes the machine fail, and nothing else. */
  #watch(worker: Worker, name: string, reject: (error: Error) => void): void {
    const failed = (reason: string) => {
      reject(new Error(reason));
      if (this.#startedAt) void this.stop({ kind: 'failed', reason, log: this.#log.join('\n') });
    };
    worker.on('error', (error) => {
      this.#note(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      failed(`${name} ended with an error: ${error instanceof Error ? error.message : String(error)}`);
    });
    worker.on('exit', () => {
      if (!this.#ending) failed(`${name} ended unexpectedly`);
    });
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
    if (!this.#ending) this.#io?.postMessage(message);
  }
  /** Takes the machine at one instant, or puts it back to another. @throws MachineError if it has ended or the state does not fit */
  async instant(question: Extract<IoQuestion, { kind: 'instant' }>, detached?: () => void): Promise<Instant> {
    const instant = (await this.ask(question, detached)) as Instant;
    this.#pausedFor += instant.pausedMs;
    return instant;
  }
  /** Asks the I/O thread something. @throws what it throws; MachineError if the machine has ended */
  async ask(question: IoQuestion, detached?: () => void): Promise<unknown> {
    if (this.#ending) throw hasEnded();
    const id = this.#questions++;
    const answered = Promise.withResolvers<unknown>();
    this.#asked.set(id, answered);
    if (detached) this.#detaching.set(id, detached);
    try {
      this.#io?.postMessage({ kind: 'asked', id, question } satisfies ToIo);
      return await answered.promise;
    } catch (error) {
      this.#detaching.delete(id);
      throw error;
    } finally {
      this.#asked.delete(id);
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
    await this.#control.allParked(() => this.ended);
    // A paused machine's memory does not change any more, unless its disks take very long to answer.
    await this.#patiently(this.ask({ kind: 'pause' }));
  }
  async #patiently(asked: Promise<unknown>): Promise<void> {
    const patience = new Promise<void>((resolve) => setTimeout(resolve, ANSWERING_MS).unref());
    await Promise.race([asked.catch(() => undefined), patience]);
  }
  async resume(): Promise<void> {
    if (this.#ending || this.#pausedAt === undefined) return;
    // A guest that went back is told of it before it runs; only a disk in trouble keeps the I/O thread from answering.
    await this.#patiently(this.ask({ kind: 'resume' }));
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
    this.#control.stop();
    const closed = new Promise<void>((resolve) => {
      this.#closed = resolve;
      setTimeout(resolve, CLOSING_MS).unref();
    });
    const limit = performance.now() + SETTLING_MS;
    await this.#control.allParked(() => performance.now() > limit);
    this.#io?.postMessage({ kind: 'close' } satisfies ToIo);
    if (!this.#ioGone) await closed;
    await this.#terminate();
    for (const waiting of this.#asked.values()) waiting.reject(hasEnded());
    for (const id of [...this.#detaching.keys()]) if (!this.#asked.has(id)) this.#detached(id);
    this.#events.ended(ending);
  }
  async #terminate(): Promise<void> {
    await Promise.all(
      [this.#io, this.#compiler, ...this.#cores].filter((worker) => worker !== undefined).map((worker) => worker.terminate()),
    );
    this.pages.absent.end();
    this.pages.keeper.end();
  }
}

const hasEnded = () => new MachineError('the machine has ended: there is nothing to save');
const errorOf = ({ message, mistake }: Failure) => (mistake ? new MachineError(message) : new Error(message));
