/** A program of its own over a home: library, machines with the real emulator (or another) and their timelines. */
import type { Fault } from '../../../emulator/error/coded-error.ts';
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { onTestFinished } from 'vitest';
import { startMachine } from '../../../emulator/host/index.ts';
import { FileClaims } from '../../../main/claims/file-claims.ts';
import { machineDisks } from '../../../main/disks/machine-disks.ts';
import { GuestKit } from '../../../main/images/index.ts';
import { openLibrary } from '../../../main/library/library.ts';
import type { StartMachine } from '../../../main/supervisor/machine-life.ts';
import { needsTemplate, requireFiles, resolveConfiguration } from '../../../main/supervisor/resolve-configuration.ts';
import { openSupervisor, type Supervisor } from '../../../main/supervisor/supervisor.ts';
import { templateDefinition } from '../../../main/supervisor/template-definition.ts';
import { taskList } from '../../../main/tasks/task-list.ts';
import type { FreeSpace } from '../../../main/storage/free-space.ts';
import { openHistory } from '../../../main/history/history.ts';
import { storageOf } from '../../../main/workers/storage.ts';
import type { MachineDefinition, MachineId, MachineStatus } from '../../../preload/contract/machines.ts';
import type { Present, Snapshot, SnapshotId } from '../../../preload/contract/snapshots.ts';
import type { TaskStatus } from '../../../preload/contract/tasks.ts';
import { temporaryHome } from '../temporary-home.ts';

export interface ProgramOptions {
  readonly home?: ReturnType<typeof temporaryHome>;
  readonly startMachine?: StartMachine;
  readonly freeSpace?: () => Promise<FreeSpace>;
  /** The template of its machines: one of those without an operating system. */
  readonly guest?: BareGuest;
}

/** The programs that greet and echo: one for each board. */
export const BARE_GUESTS = ['hello-riscv64', 'hello-amd64'] as const;
export type BareGuest = (typeof BARE_GUESTS)[number];

export async function timelineProgram({ home = temporaryHome(), guest = 'hello-riscv64', ...options }: ProgramOptions = {}) {
  const library = await openLibrary(home, { program: 'the test' });
  const storage = storageOf(home);
  const kit = new GuestKit();
  const told = {
    machines: [] as MachineStatus[],
    snapshots: [] as Snapshot[],
    removed: [] as SnapshotId[],
    presents: [] as Present[],
    notices: [] as string[],
    tasks: [] as TaskStatus[],
  };
  const tasks = taskList((status) => void told.tasks.push(status));
  const starting = options.startMachine ?? startMachine;
  const notice = (_level: string, what: Fault) => void told.notices.push(wordsOf(what));
  const disks = machineDisks({ library, storage, claims: new FileClaims(() => home.folder) });
  const supervisor: Supervisor = await openSupervisor({
    library,
    startMachine: starting,
    begin: (machine, signal) => history.timelines.startOf(machine.id, signal),
    changed: (machine) => history.machineChanged(machine),
    diskTrouble: (machine, slot, message) => history.diskTrouble(machine, slot, message),
    events: {
      changed: (status) => void told.machines.push(status),
      deleted: () => undefined,
      activity: () => undefined,
      notice,
    },
  });
  const history = openHistory({
    ...{ library, storage, tasks, disks, notice, supervisor, version: 'test', startMachine: starting },
    ...(options.freeSpace ? { freeSpace: options.freeSpace } : {}),
    events: {
      changed: (snapshot) => void told.snapshots.push(snapshot),
      removed: ({ id }) => void told.removed.push(id),
      present: (present) => void told.presents.push(present),
    },
    async configure(definition, attached) {
      const prepared = needsTemplate(definition) ? await kit.prepare(definition.template as string) : undefined;
      const configuration = resolveConfiguration(definition, prepared, attached);
      await requireFiles(configuration);
      return configuration;
    },
  });
  let closing: Promise<void> | undefined;
  const end = async () => {
    await history.leave();
    await supervisor.close();
    await history.close();
    await library.close();
  };
  const close = () => (closing ??= end());
  onTestFinished(close);

  /** A machine that greets and echoes, from the template without an operating system. */
  const hello = async (change: Partial<MachineDefinition> = {}): Promise<MachineId> => {
    const definition = templateDefinition(
      kit.template(guest),
      undefined,
      supervisor.list().map((machine) => machine.definition.name),
    );
    return (await supervisor.create({ ...definition, ...change })).id;
  };
  const printed = async (id: MachineId) => new TextDecoder().decode((await supervisor.machine(id).consoles.log(0)).tail());
  /** Waits for a text on the console, typed or printed after `from` characters. */
  const shows = async (id: MachineId, text: string | RegExp, from = 0) => {
    const until = Date.now() + 20_000;
    for (;;) {
      const all = (await printed(id)).slice(from);
      if (typeof text === 'string' ? all.includes(text) : text.test(all)) return all;
      if (Date.now() > until) throw new Error(`"${String(text)}" did not come: ${JSON.stringify(all.slice(-300))}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const type = (id: MachineId, text: string) => supervisor.machine(id).life.write(0, new TextEncoder().encode(text));
  return { home, library, storage, supervisor, history, timelines: history.timelines, tasks, told, close, hello, printed, shows, type };
}
