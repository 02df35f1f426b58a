/** The threads of one machine, from birth to end, and what their owner may ask of them. */
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import type { WasmMemory } from '../engine/wasm/webassembly.ts';
import { type Ending, type MachineConfiguration, MachineError, type MachineEvents } from '../index.ts';
import { controlState, type MachineLayout, WISH } from '../machine/layout.ts';
import type { FromCore, FromIo, ToIo } from './messages.ts';

/** Makes a worker of a file of this folder; ports in its data are transferred. */
export type Spawn = (file: string, workerData: unknown, transfer: readonly MessagePort[]) => Worker;

/** How long the I/O thread may take to hand over last output and close disks before it is ended regardless. */
const CLOSING_MS = 5_000;
/** Index of `parked` in the control words. */
const PARKED = controlState.offsets.parked / 4;
/** Log lines kept for a failure's report. */
const LOG_LINES = 200;

export class MachineThreads {
  readonly #configuration: MachineConfiguration;
  readonly #memory: WasmMemory;
  readonly #layout: MachineLayout;
  readonly #events: MachineEvents;
  readonly #control: Int32Array;
  readonly #origin: BigInt64Array;
  readonly #log: string[] = [];
  #io: Worker | undefined;
  #cores: Worker[] = [];
  #compiler: Worker | undefined;
  #ending: Promise<void> | undefined;
  #closed = (): void => undefined;
  /** Whoever waits for the state that `save` asks for. */
  #saving: PromiseWithResolvers<Uint8Array> | undefined;
  #startedAt = 0;
  #pausedAt: number | undefined;
  #pausedFor = 0;

  constructor(configuration: MachineConfiguration, memory: WasmMemory, layout: MachineLayout, events: MachineEvents) {
    this.#configuration = configuration;
    this.#memory = memory;
    this.#layout = layout;
    this.#events = events;
    this.#control = new Int32Array(memory.buffer, layout.control, 2);
    this.#origin = new BigInt64Array(memory.buffer, layout.control + controlState.offsets.clockOrigin, 1);
  }

  /** Starts all threads; resolves when the guest runs. @throws MachineError with everything ended */
  async start(spawn: Spawn, saved?: Uint8Array): Promise<void> {
    const setup = { configuration: this.#configuration, memory: this.#memory, ...(saved ? { saved } : {}) };
    const io = spawn('./io-worker.ts', setup, []);
    this.#io = io;
    const channels = this.#configuration.engine === 'auto' ? this.#layout.cores.map(() => new MessageChannel()) : [];
    this.#cores = this.#layout.cores.map((_, hartId) => {
      const compiler = channels[hartId]?.port1;
      return spawn('./core-worker.ts', { ...setup, hartId, ...(compiler ? { compiler } : {}) }, compiler ? [compiler] : []);
    });
    const ports = channels.map(({ port2 }) => port2);
    if (ports.length > 0) this.#compiler = spawn('./compiler-worker.ts', { ...setup, cores: ports }, ports);
    try {
      const ready = this.#whenReady(io);
      const built = this.#cores.map((core) => this.#whenBuilt(core));
      if (this.#compiler) this.#watch(this.#compiler, 'the compiler thread', () => undefined);
      const [start] = await Promise.all([ready, ...built]);
      this.#startedAt = performance.now();
      for (const core of this.#cores) core.postMessage({ kind: 'start', start });
    } catch (error) {
      this.#ending = Promise.resolve();
      await this.#terminate();
      throw error;
    }
  }

  #whenReady(io: Worker): Promise<unknown> {
    return new Promise((resolve, reject) => {
      io.on('message', (message: FromIo) => {
        if (message.kind === 'ready') resolve(message.start);
        else if (message.kind === 'refused') reject(message.mistake ? new MachineError(message.message) : new Error(message.message));
        else if (message.kind === 'output') this.#events.output(message.console, message.bytes);
        else if (message.kind === 'log') this.#note(message.line);
        else if (message.kind === 'state') this.#saving?.resolve(message.bytes);
        else this.#closed();
      });
      this.#watch(io, 'the I/O thread', reject);
    });
  }
  #whenBuilt(core: Worker): Promise<void> {
    return new Promise((resolve, reject) => {
      core.on('message', (message: FromCore) => {
        if (message.kind === 'built') resolve();
        else if (message.kind === 'log') this.#note(message.line);
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

  toIo(message: ToIo): void {
    if (!this.#ending) this.#io?.postMessage(message);
  }
  /** Wall seconds since start, pauses excluded. */
  seconds(): number {
    return ((this.#pausedAt ?? performance.now()) - this.#startedAt - this.#pausedFor) / 1000;
  }

  #wish(wish: number): void {
    Atomics.store(this.#control, 0, wish);
    Atomics.notify(this.#control, 0);
    // Cores waiting for room to print must come back; those asleep must wake.
    const release = new Int32Array(this.#memory.buffer, this.#layout.board.release, 1);
    Atomics.store(release, 0, wish === WISH.run ? 0 : 1);
    Atomics.notify(release, 0);
    for (const { attention } of this.#layout.cores) {
      const word = new Int32Array(this.#memory.buffer, attention, 1);
      Atomics.store(word, 0, 1);
      Atomics.notify(word, 0);
    }
  }
  async #allParked(): Promise<void> {
    for (;;) {
      const parked = Atomics.load(this.#control, PARKED);
      if (parked >= this.#cores.length || this.#ending) return;
      await Atomics.waitAsync(this.#control, PARKED, parked, 100).value;
    }
  }
  async pause(): Promise<void> {
    if (this.#ending || this.#pausedAt !== undefined) return;
    this.#pausedAt = performance.now();
    this.#wish(WISH.pause);
    await this.#allParked();
  }
  /**
   * Holds the machine still for as long as `copy` takes: it gets the state beside RAM and may read RAM meanwhile. A
   * machine that was paused stays paused.
   */
  async whileStill<T>(copy: (state: Uint8Array) => T): Promise<T> {
    const wasRunning = this.#pausedAt === undefined;
    if (wasRunning) await this.pause();
    try {
      this.#saving = Promise.withResolvers();
      if (this.#ending) this.#refuseSaving();
      this.toIo({ kind: 'save' });
      const state = await this.#saving.promise;
      return copy(state);
    } finally {
      this.#saving = undefined;
      this.toIo({ kind: 'saved' });
      if (wasRunning) await this.resume();
    }
  }
  #refuseSaving(): void {
    this.#saving?.reject(new MachineError('the machine has ended: there is nothing to save'));
  }
  async resume(): Promise<void> {
    if (this.#ending || this.#pausedAt === undefined) return;
    const paused = performance.now() - this.#pausedAt;
    this.#pausedFor += paused;
    this.#pausedAt = undefined;
    // The guest's clock stands still while paused.
    Atomics.add(this.#origin, 0, BigInt(Math.round(paused * 1e6)));
    this.toIo({ kind: 'resumed' });
    this.#wish(WISH.run);
  }

  /** Ends the run: stops the cores, lets the I/O thread hand over last output, ends the threads, tells the owner. */
  stop(ending: Ending): Promise<void> {
    this.#ending ??= this.#end(ending);
    return this.#ending;
  }
  async #end(ending: Ending): Promise<void> {
    this.#pausedAt ??= performance.now();
    this.#refuseSaving();
    this.#wish(WISH.stop);
    const closed = new Promise<void>((resolve) => {
      this.#closed = resolve;
      setTimeout(resolve, CLOSING_MS).unref();
    });
    await this.#settled();
    this.#io?.postMessage({ kind: 'close' } satisfies ToIo);
    await closed;
    await this.#terminate();
    this.#events.ended(ending);
  }
  /** Waits until the cores have stopped and their figures are final; one that is dead or hangs is not waited for long. */
  async #settled(): Promise<void> {
    for (let waited = 0; waited < 20; waited++) {
      const parked = Atomics.load(this.#control, PARKED);
      if (parked >= this.#cores.length) return;
      await Atomics.waitAsync(this.#control, PARKED, parked, 50).value;
    }
  }
  async #terminate(): Promise<void> {
    await Promise.all(
      [this.#io, this.#compiler, ...this.#cores].filter((worker) => worker !== undefined).map((worker) => worker.terminate()),
    );
  }
}
