/** A machine of the library with its life and its consoles: what the supervisor keeps for each. */
import type { MachineConfiguration, MachineFigures } from '../../emulator/index.ts';
import { ContractError } from '../../preload/contract/contract.ts';
import type { ConsoleDescription } from '../../preload/contract/consoles.ts';
import type { MachineActivity, MachineDefinition, MachineId, MachineStatus } from '../../preload/contract/machines.ts';
import type { Library } from '../library/library.ts';
import type { MachineRecord } from '../library/machine-records.ts';
import { activityOf } from './activity.ts';
import { MachineConsoles } from './machine-consoles.ts';
import { MachineLife, type StartMachine } from './machine-life.ts';
import { lastLine } from './plain-text.ts';

export interface MachineSurroundings {
  readonly library: Pick<Library, 'consoles' | 'runs'>;
  readonly startMachine: StartMachine;
  /** Makes the configuration of a definition, fetching what is needed. */
  resolve(definition: MachineDefinition, signal: AbortSignal): Promise<MachineConfiguration>;
  changed(machine: SupervisedMachine): void;
  /** The library could not be written; the machine runs on. */
  storeFailed(machine: SupervisedMachine, error: Error): void;
}

/** The guest's name for the serial port. */
const SERIAL_NAME = 'ttyS0';

export class SupervisedMachine {
  record: MachineRecord;
  readonly life: MachineLife;
  readonly consoles: MachineConsoles;
  readonly #surroundings: MachineSurroundings;
  #started: { readonly definition: string; readonly configuration: MachineConfiguration } | undefined;
  #figures: MachineFigures | undefined;
  #lastLine: string;
  #run: Promise<number | undefined> = Promise.resolve(undefined);

  constructor(record: MachineRecord, reason: string, printed: Uint8Array, surroundings: MachineSurroundings) {
    this.record = record;
    this.#surroundings = surroundings;
    this.#lastLine = lastLine(printed);
    const failed = (error: Error) => surroundings.storeFailed(this, error);
    this.consoles = new MachineConsoles(record.id, surroundings.library.consoles, failed);
    const { runs } = surroundings.library;
    this.life = new MachineLife(
      {
        startMachine: surroundings.startMachine,
        changed: () => surroundings.changed(this),
        began: (acknowledge) => {
          this.consoles.began(acknowledge);
          this.#run = runs.started(this.id).catch((error: Error) => (failed(error), undefined));
        },
        ended: (ending, why) => {
          this.#figures = undefined;
          const run = this.#run;
          this.#run = Promise.resolve(undefined);
          this.#run = run.then((number) => (number === undefined ? undefined : runs.ended(number, ending, why))).then(() => undefined);
          this.#run.catch(failed);
          this.refreshLastLine();
          void this.consoles.flush();
        },
        output: (console, bytes) => this.consoles.output(console, bytes),
      },
      reason,
    );
  }

  get id(): MachineId {
    return this.record.id;
  }

  status(): MachineStatus {
    const { state, reason, log, startedAt, isActive } = this.life;
    return {
      id: this.id,
      definition: this.record.definition,
      state,
      reason,
      ...(log === undefined ? {} : { log }),
      ...(startedAt === undefined ? {} : { startedAt }),
      needsRestart:
        isActive && this.#started !== undefined && this.#started.definition !== JSON.stringify(hardwareOf(this.record.definition)),
      lastLine: this.#lastLine,
      createdAt: this.record.createdAt,
    };
  }

  start(): Promise<void> {
    const { definition } = this.record;
    return this.life.start(async (signal) => {
      const configuration = await this.#surroundings.resolve(definition, signal);
      await this.consoles.prepare(1 + configuration.ports.length);
      this.#started = { definition: JSON.stringify(hardwareOf(definition)), configuration };
      return configuration;
    });
  }

  /** The consoles it has now, or would have when started. */
  describeConsoles(): readonly ConsoleDescription[] {
    const running = this.life.isActive ? this.#started?.configuration.ports : undefined;
    const ports = running ?? this.record.definition.ports.map(({ name }) => name);
    return [SERIAL_NAME, ...ports].map((name, index) => ({ index, name }));
  }

  /** @throws ContractError `missing` when it has no such console */
  requireConsole(console: number): void {
    const described = this.describeConsoles();
    if (console >= described.length)
      throw new ContractError(
        'missing',
        `"${this.record.definition.name}" has no console ${console}: its last is ${described.length - 1} (${described.at(-1)?.name})`,
      );
  }

  /** What happened since the last call; `undefined` while nothing runs. */
  activity(): MachineActivity | undefined {
    const figures = this.life.figures();
    if (!figures) return undefined;
    const activity = activityOf(this.id, figures, this.#figures);
    this.#figures = figures;
    return activity;
  }

  /** Looks at the console again; answers whether the last line is another one. */
  refreshLastLine(): boolean {
    const printed = this.consoles.newestLoaded();
    const line = printed ? lastLine(printed) : this.#lastLine;
    const changed = line !== this.#lastLine;
    this.#lastLine = line;
    return changed;
  }

  /** Resolves when history and the run's end are in the library. */
  async settled(): Promise<void> {
    await this.consoles.flush();
    await this.#run.catch(() => undefined);
  }
}

/** A name or a note may change under a running machine without a restart. */
function hardwareOf(definition: MachineDefinition): Partial<MachineDefinition> {
  return { ...definition, name: '', note: '' };
}
