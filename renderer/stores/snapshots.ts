/** Mirrors the timelines of machines: read when somebody looks at one, kept up by events while somebody does. */
import { defineStore } from 'pinia';
import { shallowReactive } from 'vue';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { Snapshot, SnapshotId, Timeline } from '../../preload/contract/snapshots.ts';
import { useServices } from '../composables/border.ts';

/** Sizes that snapshots share change with every other snapshot, and come with no event: they are read again, rarely. */
const REFRESH_MS = 1500;

/** A snapshot put into its place in the order they were taken, or in the place of what it was. */
export function withSnapshot(timeline: Timeline, snapshot: Snapshot): Timeline {
  const others = timeline.snapshots.filter(({ id }) => id !== snapshot.id);
  const at = others.findLastIndex(({ sequence }) => sequence <= snapshot.sequence) + 1;
  return { ...timeline, snapshots: others.toSpliced(at, 0, snapshot) };
}

/** Without a snapshot; what came after it now comes after its parent. */
export function withoutSnapshot(timeline: Timeline, id: SnapshotId): Timeline {
  const parent = timeline.snapshots.find((snapshot) => snapshot.id === id)?.parent ?? null;
  const { present } = timeline;
  return {
    ...timeline,
    snapshots: timeline.snapshots
      .filter((snapshot) => snapshot.id !== id)
      .map((snapshot) => (snapshot.parent === id ? { ...snapshot, parent } : snapshot)),
    present: present.parent === id ? { ...present, parent } : present,
  };
}

export const useSnapshots = defineStore('snapshots', () => {
  const client = useServices().snapshots;
  const byMachine = shallowReactive(new Map<MachineId, Timeline>());
  const followers = new Map<MachineId, number>();
  const timers = new Map<MachineId, ReturnType<typeof setTimeout>>();

  async function load(machine: MachineId) {
    byMachine.set(machine, await client.timeline(machine));
  }
  /** Reads a followed timeline again a little later; what cannot be read then is read at the next event. */
  function refreshLater(machine: MachineId) {
    if (!followers.has(machine) || timers.has(machine)) return;
    const refresh = () => {
      timers.delete(machine);
      if (followers.has(machine)) load(machine).catch(() => undefined);
    };
    timers.set(machine, setTimeout(refresh, REFRESH_MS));
  }
  function change(machine: MachineId, next: (timeline: Timeline) => Timeline) {
    const timeline = byMachine.get(machine);
    if (timeline) byMachine.set(machine, next(timeline));
    refreshLater(machine);
  }
  client.changed.on((snapshot) => change(snapshot.machine, (timeline) => withSnapshot(timeline, snapshot)));
  client.removed.on(({ machine, id }) => change(machine, (timeline) => withoutSnapshot(timeline, id)));
  client.present.on((present) => change(present.machine, (timeline) => ({ ...timeline, present })));

  /** Keeps a machine's timeline read until the answer is called; the caller loads it. */
  function follow(machine: MachineId): () => void {
    followers.set(machine, (followers.get(machine) ?? 0) + 1);
    return () => {
      const left = (followers.get(machine) ?? 1) - 1;
      if (left > 0) followers.set(machine, left);
      else followers.delete(machine);
    };
  }
  /** Everything that is looked at, after a lost connection; the rest is read when it is looked at. */
  async function reload() {
    for (const machine of byMachine.keys()) if (!followers.has(machine)) byMachine.delete(machine);
    await Promise.all([...followers.keys()].map(load));
  }
  const get = (machine: MachineId) => byMachine.get(machine);
  const find = (machine: MachineId, id: SnapshotId | null) => byMachine.get(machine)?.snapshots.find((snapshot) => snapshot.id === id);

  async function patch(id: SnapshotId, wanted: Parameters<typeof client.change>[1]) {
    const changed = await client.change(id, wanted);
    change(changed.machine, (timeline) => withSnapshot(timeline, changed));
    return changed;
  }
  async function create(machine: MachineId, request: Parameters<typeof client.create>[1]) {
    const made = await client.create(machine, request);
    // Its end may have been told before its beginning was answered.
    if (!find(machine, made.snapshot.id)) change(machine, (timeline) => withSnapshot(timeline, made.snapshot));
    return made;
  }
  async function remove(machine: MachineId, ids: readonly SnapshotId[]) {
    await client.delete(ids);
    for (const id of ids) change(machine, (timeline) => withoutSnapshot(timeline, id));
  }
  async function undelete(machine: MachineId, ids: readonly SnapshotId[]) {
    await client.undelete(ids);
    await load(machine);
  }
  return {
    get,
    find,
    load,
    follow,
    reload,
    create,
    patch,
    remove,
    undelete,
    estimate: client.estimate,
    restore: client.restore,
    hardwareChanges: client.hardwareChanges,
    branch: client.branch,
    fork: client.fork,
    diff: client.diff,
    exportMachine: client.export,
    importMachine: client.import,
    checkAll: client.checkAll,
  };
});
