/** Going back where the running machine cannot become the other one in place, or none runs. */
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import type { TimelineChange } from '../library/timeline-records.ts';
import { discardHeads, headsFrom } from '../heads/head-keeping.ts';
import type { SnapshotStoring } from '../taking/storing.ts';
import { isKeptOff, isKeptRunning } from './kept-already.ts';
import type { MachinePresent } from '../taking/machine-present.ts';
import { disksBehind, headsBehind, type ReturnPlan } from './return-plan.ts';
import { holdRunning, keeping, recordOfDisks } from '../taking/taking.ts';

/**
 * By ending what runs; the next start goes on from the snapshot. One of disks only leaves the machine off.
 * @returns the snapshot that holds what was the present, where there was something to keep
 */
export async function elsewhere(present: MachinePresent, storing: SnapshotStoring, plan: ReturnPlan): Promise<SnapshotId | null> {
  const { machine, parts } = present;
  const { life } = machine;
  const { target } = plan;
  const heads = await headsFrom(parts, target, present.id);
  const change: TimelineChange = {
    newHeads: heads,
    switchTo: { machine: present.id, heads: heads.map(({ id }) => id), leave: plan.leave },
    present: { machine: present.id, parent: target.id, suspended: target.hasMemory },
    ...plan.redefine,
  };
  const kept = life.isActive ? await fromRunning(present, storing, plan, change) : await fromOff(present, storing, plan, change);
  await parts.refresh(present.id);
  parts.changed(present.id, []);
  return kept;
}

async function fromRunning(
  present: MachinePresent,
  storing: SnapshotStoring,
  plan: ReturnPlan,
  change: TimelineChange,
): Promise<SnapshotId | null> {
  const { life } = present.machine;
  const { target, removed } = plan;
  const old = headsBehind(plan);
  const because = faultWith('restoring', { name: target.name });
  if (removed.heads.length === 0 && (await isKeptRunning(present, storing))) {
    await present.parts.library.timeline.apply({ ...change, removeHeads: old.map(({ id }) => id) });
    await life.stop(because);
    await discard(present, plan);
    return null;
  }
  const paused = life.state === 'paused';
  if (!paused) await life.pause(faultWith('being-restored'));
  const { record, memory } = await holdRunning(present, storing, { ...keeping(target), paused }, { change, removed });
  // Its disks can be read when they are closed.
  await life.stop(because);
  return storing.begin(record, { memory, retired: old }).record.id;
}

async function fromOff(
  present: MachinePresent,
  storing: SnapshotStoring,
  plan: ReturnPlan,
  change: TimelineChange,
): Promise<SnapshotId | null> {
  const { timeline } = present.parts.library;
  const { target, used, removed } = plan;
  const old = headsBehind(plan);
  if (removed.heads.length === 0 && (await isKeptOff(present, used.heads))) {
    await timeline.apply({ ...change, removeHeads: old.map(({ id }) => id) });
    await discard(present, plan);
    return null;
  }
  const { parent } = await timeline.present(present.id);
  const record = recordOfDisks(present, keeping(target), parent, { heads: old, disks: disksBehind(plan) });
  await timeline.apply({ ...change, insert: [{ record, saved: { consoles: [] } }] });
  return storing.begin(record, { retired: old }).record.id;
}

async function discard(present: MachinePresent, plan: ReturnPlan): Promise<void> {
  const gone = headsBehind(plan).map(({ id }) => id);
  await discardHeads(present.parts, gone).catch((error: unknown) => present.warn(error));
}
