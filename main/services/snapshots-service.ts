/** Answers the calls of the contract `snapshots` from the timelines. */
import type { Handlers } from '../../preload/contract/contract.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { snapshots } from '../../preload/contract/snapshots.ts';
import type { OpenTimelines } from '../timeline/open-timelines.ts';
import { hostPath } from '../images/files/host-path.ts';

/** The handlers of `snapshots`. */
export function snapshotsService(timelines: OpenTimelines): Handlers<typeof snapshots> {
  return {
    timeline: (machine) => timelines.timeline(machine),
    create: async (machine, request) => {
      const { record, task } = await timelines.create(machine, request);
      return { snapshot: await timelines.snapshot(record.id), task: task as string };
    },
    estimate: async (machine) => {
      const { neededBytes, freeBytes } = await timelines.estimate(machine);
      return { neededBytes, freeBytes };
    },
    restore: (id) => timelines.restore(id),
    hardwareChanges: (id) => timelines.hardwareChanges(id),
    branch: (id, request) => timelines.branch(id, request),
    change: (id, patch) => timelines.change(id, patch),
    delete: (ids) => timelines.delete(ids),
    undelete: (ids) => timelines.undelete(ids),
    diff: (from, to) => timelines.carrying.diff(from, to),
    export: (machine, file) => timelines.carrying.export(machine, hostPath(file)),
    import: (file) => timelines.carrying.import(hostPath(file)),
    imported: (task): MachineId | null => timelines.carrying.imported(task),
    checkAll: () => timelines.checkAll(),
  };
}
