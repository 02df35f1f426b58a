/** A library with its store, and machines that are off unless a test says otherwise, around the disks' service. */
import { taskMessage } from '../../../preload/contract/task-words.ts';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Handlers } from '../../../preload/contract/contract.ts';
import type { disks } from '../../../preload/contract/disks.ts';
import type { DiskDefinition, MachineId } from '../../../preload/contract/machines.ts';
import { FileClaims } from '../../../main/claims/file-claims.ts';
import { machineDisks, type MachineDisks } from '../../../main/disks/machine-disks.ts';
import { openLibrary, type Library } from '../../../main/library/library.ts';
import { disksService, type DisksParts } from '../../../main/services/disks-service.ts';
import { open, type Store } from '../../../main/storage/index.ts';
import { taskList, type TaskList } from '../../../main/tasks/task-list.ts';
import { jobCalls } from '../../../main/jobs/storage.ts';
import { exportImage } from '../../../main/disks/export-image.ts';
import { writingJobs } from '../../../main/workers/writing-jobs.ts';
import { temporaryHome } from '../temporary-home.ts';
import { openOverlay, type Disk } from './overlay.ts';
import type { OverlaySetup } from '../../../main/disks/overlay-messages.ts';

export interface DiskLibrary {
  readonly folder: string;
  readonly library: Library;
  readonly store: Store;
  readonly tasks: TaskList;
  readonly service: Handlers<typeof disks>;
  readonly attaching: MachineDisks;
  /** A file's path in the home's folder. */
  path(name: string): string;
  machine(...disks: DiskDefinition[]): Promise<MachineId>;
  /** The machine's disk as its I/O thread would open it; it counts as running until `stop`. */
  start(id: MachineId, slot?: number): Promise<Disk>;
  stop(id: MachineId): Promise<void>;
  /** Waits for a task. @returns its last message where it failed */
  ended(task: { readonly task: string }): Promise<string>;
}

/** The same jobs, without threads. */
const jobs = { ...writingJobs, exportImage } as Readonly<Record<string, (...given: unknown[]) => Promise<unknown>>>;

export async function diskLibrary(): Promise<DiskLibrary> {
  const home = temporaryHome();
  mkdirSync(home.folder, { recursive: true });
  const library = await openLibrary(home, { program: 'a test' });
  const store = await open(join(home.folder, 'store.db'));
  const tasks = taskList(() => undefined);
  const running = new Map<MachineId, Disk>();
  const machines = new Map<MachineId, { record: Awaited<ReturnType<Library['machines']['get']>> }>();
  const storage = {
    file: join(home.folder, 'store.db'),
    run: jobCalls(Object.keys(jobs), (name, args, options) =>
      jobs[name]!(store, args, options?.progress ?? (() => undefined), options?.signal ?? new AbortController().signal),
    ),
  };
  const claims = new FileClaims(() => home.folder);
  const attaching = machineDisks({
    library,
    storage,
    claims,
    inBackground: (kind, path, work) => void tasks.begin(kind, { path }, (_, signal) => work(() => undefined, signal)),
  });
  const supervisor = {
    machine: (id: MachineId) => ({
      id,
      record: machines.get(id)!.record,
      agent: { freeze: () => Promise.resolve({ why: undefined, thaw: () => Promise.resolve(undefined) }) },
      life: {
        get isActive() {
          return running.has(id);
        },
        get state() {
          return running.has(id) ? 'running' : 'off';
        },
        requireGone: () => undefined,
        tellDisk: (_slot: number, message: unknown) => running.get(id)!.told(message),
      },
    }),
    async update(id: MachineId, patch: object) {
      machines.set(id, { record: await library.machines.update(id, patch) });
    },
  };
  const service = disksService({
    ...{ library, storage, claims, tasks, supervisor },
    events: { changed: () => undefined },
    alone: (_machine: MachineId, work: () => Promise<unknown>) => work(),
    stored: () => Promise.resolve(),
  } as unknown as DisksParts);
  onTestFinished(async () => {
    for (const disk of running.values()) await disk.close();
    await store.close();
    await library.close();
  });
  return {
    folder: home.folder,
    ...{ library, store, tasks, service, attaching },
    path: (name) => join(home.folder, name),
    async machine(...defined) {
      const record = await library.machines.create({
        ...{
          name: `machine ${machines.size + 1}`,
          board: 'riscv64-virt',
          cores: 1,
          memoryMiB: 64,
          engine: 'auto',
          boot: { kind: 'linux' },
        },
        ...{ disks: defined, ports: [], note: '' },
      });
      machines.set(record.id, { record });
      return record.id;
    },
    async start(id, slot = 0) {
      const { record } = machines.get(id)!;
      const attachment = (await attaching.attach(record, record.definition))[slot]!;
      const disk = await openOverlay((attachment as { setup: OverlaySetup }).setup);
      running.set(id, disk);
      return disk;
    },
    async stop(id) {
      await running.get(id)?.close();
      running.delete(id);
    },
    async ended({ task }) {
      for (;;) {
        const status = tasks.list().find((each) => each.id === task)!;
        if (status.state === 'cancelled') return 'cancelled';
        if (status.state !== 'running') return taskMessage(status);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}
