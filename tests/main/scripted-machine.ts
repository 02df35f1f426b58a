/** A machine without an engine: the test plays the guest. It keeps the promises of `RunningMachine`. */
import {
  type Ending,
  type MachineConfiguration,
  MachineError,
  type MachineEvents,
  type MachineFigures,
  type RunningMachine,
  type SavedPoint,
} from '../../emulator/index.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import type { StartMachine } from '../../main/supervisor/machine-life.ts';

/** What the emulator lets out before it waits for acknowledgements. */
const GUEST_WINDOW = 100 * 1024;

export class ScriptedMachine implements RunningMachine {
  readonly configuration: MachineConfiguration;
  readonly events: MachineEvents;
  readonly calls: string[] = [];
  readonly written: string[] = [];
  figuresNow: MachineFigures = { instructions: 0, compiledInstructions: 0, fragments: 0, seconds: 0, hostCpuSeconds: 0 };
  unacknowledged = 0;
  /** Whether the guest takes input when it comes. */
  takesInput = true;
  readonly waiting: (() => void)[] = [];
  /** Whether its board has one. */
  hasPowerButton = false;
  ended = false;

  constructor(configuration: MachineConfiguration, events: MachineEvents) {
    this.configuration = configuration;
    this.events = events;
  }
  async pause() {
    this.calls.push('pause');
  }
  async resume() {
    this.calls.push('resume');
  }
  async stop() {
    this.calls.push('stop');
    this.end({ kind: 'stopped' });
  }
  async write(console: number, bytes: Uint8Array) {
    this.written.push(`${console}:${new TextDecoder().decode(bytes)}`);
    return this.takesInput ? bytes.length : new Promise<number>((resolve) => this.waiting.push(() => resolve(bytes.length)));
  }
  /** Goes on taking input, with what has been waiting. */
  takeInput() {
    this.takesInput = true;
    for (const take of this.waiting.splice(0)) take();
  }
  acknowledge(_console: number, count: number) {
    this.unacknowledged -= count;
  }
  resize(console: number, columns: number, rows: number) {
    this.calls.push(`resize ${console} ${columns}x${rows}`);
  }
  figures() {
    return this.figuresNow;
  }
  async pressPowerButton() {
    this.calls.push('power button');
    return this.hasPowerButton;
  }
  async devices() {
    return [];
  }
  async save(): Promise<SavedPoint> {
    throw new MachineError('machine-ended-nothing-to-save');
  }
  async restore(): Promise<undefined> {
    throw new MachineError('state-other-machine');
  }
  async tellDisk() {
    throw new MachineError('disk-absent', { slot: 0 });
  }

  /** Messages to network cards' links. */
  readonly told: unknown[] = [];
  async tellShare(_share: number, message: unknown) {
    this.told.push(message);
    return { readonly: true };
  }
  async tellNetwork(_card: number, message: unknown) {
    this.told.push(message);
    return [];
  }

  end(ending: Ending) {
    if (this.ended) return;
    this.ended = true;
    this.events.ended(ending);
  }
  /** Prints as far as the window allows. @returns how many bytes were printed */
  print(text: string | Uint8Array, console = 0): number {
    const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
    const count = Math.min(bytes.length, GUEST_WINDOW - this.unacknowledged);
    if (count > 0) {
      this.unacknowledged += count;
      this.events.output(console, bytes.slice(0, count));
    }
    return count;
  }
}

/** An emulator of scripted machines; `machines` holds those started, in order. */
export function scriptedEmulator(): { startMachine: StartMachine; machines: ScriptedMachine[]; failNext(error: Error): void } {
  const machines: ScriptedMachine[] = [];
  let failure: Error | undefined;
  return {
    machines,
    failNext: (error) => void (failure = error),
    async startMachine(configuration, events) {
      const error = failure;
      failure = undefined;
      if (error) throw error;
      const machine = new ScriptedMachine(configuration, events);
      machines.push(machine);
      return machine;
    },
  };
}

/** A definition whose program is any file that exists. */
export const bareDefinition = (name: string, change: Partial<MachineDefinition> = {}): MachineDefinition => ({
  name,
  board: 'riscv64-virt',
  cores: 1,
  memoryMiB: 16,
  engine: 'auto',
  boot: { kind: 'bare', program: process.execPath },
  disks: [],
  ports: [],
  note: '',
  ...change,
});
