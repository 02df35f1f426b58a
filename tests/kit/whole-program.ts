/**
 * The whole program in this process, for trials and measurements: its calls by contract, and the machines it runs within
 * reach: what they print, what they do when they are saved, and their memory.
 */
import { wordsOf } from '../../preload/contract/errors/catalogue.ts';
import type { TaskStatus } from '../../preload/contract/tasks.ts';
import { taskMessage, taskTitle } from '../../preload/contract/task-words.ts';
import { setTimeout as wait } from 'node:timers/promises';
import { startMachine } from '../../emulator/host/index.ts';
import type { RunningMachine, SharedRam } from '../../emulator/index.ts';
import { pageWork } from '../../emulator/machine/layout.ts';
import { createApplication } from '../../main/application.ts';
import { openDatabase } from '../../main/library/database.ts';
import type { Home } from '../../main/library/home.ts';
import { application as applicationContract } from '../../preload/contract/application.ts';
import type { Client, Contract } from '../../preload/contract/contract.ts';
import { images } from '../../preload/contract/images.ts';
import { disks } from '../../preload/contract/disks.ts';
import { machines, type MachineId } from '../../preload/contract/machines.ts';
import { snapshots, type Snapshot, type SnapshotId } from '../../preload/contract/snapshots.ts';
import { tasks } from '../../preload/contract/tasks.ts';
import { hashOfRam } from './memory-hash.ts';

export interface WholeProgram {
  readonly application: Client<typeof applicationContract>;
  readonly machines: Client<typeof machines>;
  readonly snapshots: Client<typeof snapshots>;
  readonly disks: Client<typeof disks>;
  readonly tasks: Client<typeof tasks>;
  readonly images: Client<typeof images>;
  /** Waits for a task. @throws Error with its message when it has failed */
  task(id: string): Promise<TaskStatus>;
  /** Waits until a snapshot is stored; undefined where it went away. */
  stored(machine: MachineId, id: SnapshotId): Promise<Snapshot | undefined>;
  /** Waits until a machine is off. @throws Error when it failed */
  stopped(machine: MachineId): Promise<void>;
  /** Types on the serial console of a machine that runs. */
  type(machine: MachineId, text: string): void;
  /**
   * SHA-256 of the memory of a machine that is paused, once its devices have answered what was under way; undefined where
   * nothing was saved or restored of this run yet.
   */
  memoryHash(machine: MachineId): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface Watching {
  /** What a guest prints on its serial console. A machine is known by its first disk: one without is `unknown`. */
  output(machine: string, text: string): void;
  /** The machine has gone back to a snapshot point: what it prints from now on is of then. */
  returned?(machine: string): void;
  /** A snapshot point was taken: how long the guest stood still, in milliseconds. */
  saved?(machine: string, pausedMs: number): void;
}

/** A disk's answer that was under way comes well within this. */
const SETTLING_MS = 30;

interface Running {
  readonly machine: RunningMachine;
  ram?: SharedRam;
}

/** @throws ContractError when the library cannot be opened */
export async function openWholeProgram(home: Home, watching: Watching): Promise<WholeProgram> {
  const running = new Map<string, Running>();
  const application = await createApplication({
    shell: 'cli',
    program: 'the tests',
    home,
    async startMachine(configuration, events, from) {
      const id = await ownerOf(home, JSON.stringify(configuration.disks));
      let ram: SharedRam | undefined;
      const point = from && { ...from, fill: (filling: SharedRam) => void from.fill((ram = filling)) };
      const machine = await startMachine(
        configuration,
        {
          ...events,
          output(console, bytes) {
            if (console === 0) watching.output(id, Buffer.from(bytes).toString('latin1'));
            events.output(console, bytes);
          },
        },
        point,
      );
      const entry: Running = { machine, ...(ram ? { ram } : {}) };
      running.set(id, entry);
      if (from) watching.returned?.(id);
      const watched: Pick<RunningMachine, 'save' | 'restore'> = {
        async save(options) {
          const snapshotPoint = await machine.save(options);
          entry.ram = snapshotPoint.ram;
          watching.saved?.(id, snapshotPoint.pausedMs);
          return snapshotPoint;
        },
        async restore(to, options) {
          const kept = await machine.restore({ ...to, fill: (filling) => void to.fill((entry.ram = filling)) }, options);
          watching.returned?.(id);
          return kept;
        },
      };
      return new Proxy(machine, {
        get(target, name) {
          const member: unknown = Reflect.get(name in watched ? watched : target, name);
          return typeof member === 'function' ? (member.bind(target) as unknown) : member;
        },
      });
    },
  });

  // The contract says what there is; the dispatcher checks the arguments.
  const client = <C extends Contract>({ name }: C) =>
    new Proxy(
      {},
      {
        get:
          (_, method) =>
          (...args: unknown[]) =>
            application.dispatch(name, String(method), args),
      },
    ) as Client<C>;
  const program = {
    ...{ application: client(applicationContract), machines: client(machines), snapshots: client(snapshots) },
    ...{ disks: client(disks), tasks: client(tasks), images: client(images) },
  };
  return {
    ...program,
    async task(id) {
      for (;;) {
        const status = (await program.tasks.list()).find((task) => task.id === id);
        if (!status) throw new Error(`there is no task ${id} any more`);
        if (status.state === 'done') return status;
        if (status.state !== 'running') throw new Error(`${taskTitle(status)}: ${taskMessage(status)}`);
        await wait(5);
      }
    },
    async stored(machine, id) {
      for (;;) {
        const { snapshots: all } = await program.snapshots.timeline(machine);
        const found = all.find((snapshot) => snapshot.id === id);
        if (found?.state !== 'storing') return found;
        await wait(5);
      }
    },
    async stopped(machine) {
      for (;;) {
        const { state, reason } = await program.machines.get(machine);
        if (state === 'off') return;
        if (state === 'failed') throw new Error(`the machine failed: ${wordsOf(reason)}`);
        await wait(5);
      }
    },
    type: (machine, text) => void running.get(machine)?.machine.write(0, Buffer.from(text)),
    async memoryHash(machine) {
      const ram = running.get(machine)?.ram;
      if (!ram) return undefined;
      // A page that was not brought back yet is not in memory.
      while (pageWork(ram).absent.absent(0, 1).length > 0) await wait(2);
      const hash = () => hashOfRam(new Uint8Array(ram.buffer, ram.places['ram'], ram.sizeBytes));
      for (let last = hash(); ;) {
        await wait(SETTLING_MS);
        const next = hash();
        if (next === last) return next;
        last = next;
      }
    },
    close: () => application.close(),
  };
}

/** Whose disk it is: a configuration names heads, not machines. */
async function ownerOf(home: Home, disksAsText: string): Promise<string> {
  const database = await openDatabase(home.library);
  try {
    await database.script('PRAGMA query_only = ON; PRAGMA busy_timeout = 3000');
    const rows = await database.all('SELECT id, machine FROM heads');
    return String(rows.find(({ id }) => disksAsText.includes(String(id)))?.['machine'] ?? 'unknown');
  } finally {
    await database.close();
  }
}
