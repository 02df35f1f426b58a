/** Answers the calls of the contract `files`: what is on a guest's disks, in a snapshot or now. */
import type { Handlers } from '../../preload/contract/contract.ts';
import type { files, GuestPath } from '../../preload/contract/files.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import type { listGuestFolder, readGuestFile, takeGuestFile } from '../compare/guest-files.ts';
import { hostPath } from '../images/files/host-path.ts';
import type { Report } from '../jobs/job.ts';
import type { Storage } from '../jobs/storage.ts';
import { TakingOut, type ReadDisk, type TakenOut, type TakingOutParts } from '../transfer/taking-out.ts';
import type { TaskList } from '../tasks/task-list.ts';

/** The jobs that read inside disks. */
export interface GuestFileJobs {
  readonly listGuestFolder: typeof listGuestFolder;
  readonly readGuestFile: typeof readGuestFile;
  readonly takeGuestFile: typeof takeGuestFile;
}
export interface FilesParts extends TakingOutParts {
  readonly storage: TakingOutParts['storage'] & Pick<Storage<GuestFileJobs>, 'run'>;
  readonly tasks: TaskList;
}

/** The handlers of `files`. */
export function filesService(parts: FilesParts): Handlers<typeof files> {
  const { storage, supervisor, tasks } = parts;
  const taking = new TakingOut(parts);

  function reading<T>(
    machine: MachineId,
    moment: SnapshotId | null,
    { slot }: GuestPath,
    read: ReadDisk<T>,
    progress: Report = () => undefined,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<TakenOut<T>> {
    return moment === null
      ? taking.present(machine, slot, read, progress, signal)
      : taking.snapshot(machine, moment, slot, read, progress, signal);
  }
  return {
    list: async (machine, moment, at) =>
      (await reading(machine, moment, at, (source) => storage.run.listGuestFolder({ source, at }))).value,
    read: async (machine, moment, at) => (await reading(machine, moment, at, (source) => storage.run.readGuestFile({ source, at }))).value,
    take: (machine, moment, at, given) => {
      const target = hostPath(given);
      const { name } = supervisor.machine(machine).record.definition;
      const subject = { machine, name, slot: at.slot, path: target, file: `/${at.path.replace(/^\/+/, '')}` };
      const work = (progress: Report, signal: AbortSignal) =>
        reading(machine, moment, at, (source) => storage.run.takeGuestFile({ source, at, target }, { progress, signal }), progress, signal);
      const task = tasks.begin('take-file', subject, work, ({ value, unrest }) => ({ ...value, ...(unrest ? { unrest } : {}) }));
      return { task: task.id };
    },
  };
}
