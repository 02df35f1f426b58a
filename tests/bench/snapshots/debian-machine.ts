/** The snapshot benchmark's machine: the Debian guest at its prompt in a library of its own, with an empty disk. */
import { told } from '../../kit/said.ts';
import { setTimeout as wait } from 'node:timers/promises';
import { findHome } from '../../../main/library/home.ts';
import type { MachineId } from '../../../preload/contract/machines.ts';
import type { SnapshotId } from '../../../preload/contract/snapshots.ts';
import type { GuestBoardName } from '../boards.ts';
import { openWholeProgram, type WholeProgram } from '../../kit/whole-program.ts';

const DISK_BYTES = 256 * 2 ** 20;
const PATIENCE_MS = 300_000;
const COUNTED_MS = 1500;

/** A line of the load (guest/load.c). */
export interface Rounds {
  readonly rounds: number;
  /** Of the guest's clock. */
  readonly seconds: number;
  /** Of this process, in milliseconds. */
  readonly at: number;
}

export class DebianMachine {
  readonly #home;
  readonly #board: GuestBoardName;
  #printed = '';
  #line = '';
  #changed = Promise.withResolvers<void>();
  readonly rounds: Rounds[] = [];
  readonly pauses: number[] = [];
  program!: WholeProgram;
  id!: MachineId;

  constructor(folder: string, board: GuestBoardName = 'riscv64-virt') {
    this.#board = board;
    this.#home = findHome({ VIVARIUM_HOME: folder });
  }

  async open(): Promise<void> {
    this.program = await openWholeProgram(this.#home, {
      output: (_, text) => this.#output(text),
      saved: (_, pausedMs) => void this.pauses.push(pausedMs),
    });
  }

  /** Makes the machine and waits for its prompt. */
  async boot({ kernel, initrd, commandLine }: { kernel: string; initrd?: string; commandLine: string }): Promise<void> {
    const { machines } = this.program;
    const made = await machines.create({
      definition: {
        name: 'measured',
        board: this.#board,
        cores: 1,
        memoryMiB: 512,
        engine: 'auto',
        boot: { kind: 'linux', kernel, commandLine, ...(initrd === undefined ? {} : { initrd }) },
        disks: [{ readonly: false, writes: 'overlay', sizeBytes: DISK_BYTES }],
        ports: [],
        note: '',
        onQuit: 'stop',
      },
    });
    this.id = made.id;
    await machines.start(this.id);
    await this.shows('# ');
  }

  /** Waits until the console has shown a text since the last `type` or `forget`. */
  async shows(text: string): Promise<void> {
    const limit = Date.now() + PATIENCE_MS;
    while (!this.#printed.includes(text)) {
      if (Date.now() > limit) throw new Error(`the guest did not show "${text}"; its console ends with:\n${this.#printed.slice(-500)}`);
      await Promise.race([this.#changed.promise, wait(1000)]);
    }
  }
  /** What was printed counts no more for `shows`. */
  forget(): void {
    this.#printed = '';
  }
  type(text: string): void {
    this.forget();
    this.program.type(this.id, text);
  }

  /** Takes a snapshot. @returns its id and the seconds until it was durable */
  async snapshot(): Promise<{ id: SnapshotId; seconds: number }> {
    const from = performance.now();
    const { snapshot } = await this.program.snapshots.create(this.id, {});
    const stored = await this.program.stored(this.id, snapshot.id);
    if (stored?.state !== 'ready') throw new Error(`the snapshot was not stored: ${stored ? told(stored).reason : 'it is gone'}`);
    return { id: snapshot.id, seconds: (performance.now() - from) / 1000 };
  }

  /** What all snapshots of the machine take together, in bytes; counted a moment after they are stored. */
  async storedBytes(): Promise<number> {
    for (let last = -1; ;) {
      const { storedBytes } = await this.program.snapshots.timeline(this.id);
      if (storedBytes > 0 && storedBytes === last) return storedBytes;
      last = storedBytes;
      await wait(COUNTED_MS);
    }
  }

  /** Goes back, types a command and waits for its answer. @returns milliseconds from the call */
  async restore(id: SnapshotId): Promise<{ executes: number; answers: number }> {
    const from = performance.now();
    await this.program.snapshots.restore(id);
    const executes = performance.now() - from;
    // The echo of what is typed must not look like the answer.
    this.type('echo $((6 * 7))answered\r');
    await this.shows('42answered');
    return { executes, answers: performance.now() - from };
  }

  #output(text: string): void {
    this.#printed += text;
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) {
      const [, rounds, microseconds] = /^load (\d+) (\d+)/.exec(line) ?? [];
      if (rounds !== undefined) this.rounds.push({ rounds: Number(rounds), seconds: Number(microseconds) / 1e6, at: performance.now() });
    }
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
