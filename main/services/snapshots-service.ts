/** Answers the calls of the contract `snapshots` from the history of machines. */
import type { Handlers } from '../../preload/contract/contract.ts';
import type { snapshots } from '../../preload/contract/snapshots.ts';
import type { History } from '../history/history.ts';
import { hostPath } from '../images/files/host-path.ts';

/** The handlers of `snapshots`. */
export function snapshotsService(history: History): Handlers<typeof snapshots> {
  const { timelines } = history;
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
    branch: (id, request) => history.branch(id, request),
    fork: (machine, moment, name) => history.fork(machine, moment, name),
    change: (id, patch) => timelines.change(id, patch),
    delete: (ids) => timelines.delete(ids),
    undelete: (ids) => timelines.undelete(ids),
    diff: (from, to) => history.carrying.diff(from, to),
    export: (machine, file) => history.carrying.export(machine, hostPath(file)),
    import: (file) => history.carrying.import(hostPath(file)),
    checkAll: () => history.checkAll(),
  };
}
