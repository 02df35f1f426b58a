/**
 * Going back to an instant: in place where the running machine has its shape, else by a cold start. The present is kept
 * first, and which heads are the machine's is durable before the guest goes on.
 */
import type { DiskAttachment, MachineConfiguration, RestorePoint, SavedInstant } from '../../emulator/index.ts';
import { failPages } from '../../emulator/host/pages.ts';
import { ContractError } from '../../preload/contract/contract.ts';
import type { Present, SnapshotId } from '../../preload/contract/snapshots.ts';
import type { HeadRecord } from '../library/head-records.ts';
import type { NewSnapshotRecord, SavedParts, SnapshotRecord } from '../library/snapshot-records.ts';
import type { TimelineChange } from '../library/timeline-records.ts';
import { discardHeads, disksOn, hasRows, headsFrom, headsOf } from './head-keeping.ts';
import { StorageError } from '../storage/index.ts';
import type { InstantStoring } from './instant-storing.ts';
import { clockTime, newRecord, sameShape } from './instants.ts';
import { PAGE_BYTES } from './job.ts';
import type { Base, MachinePresent } from './machine-present.ts';
import { CONSOLE_TAIL, screensAfterReturn } from './screens.ts';
import { holdRunning, recordOfDisks, refuseDirect, requested, type TakeRequest } from './taking.ts';

/** As for names that people give (preload/contract/checks.ts). */
const LONGEST_NAME = 100;
/** How the present is kept. Names do not nest: of one that was kept itself, the time tells which. */
function keeping({ kind, name, createdAt }: SnapshotRecord): TakeRequest {
  const which = kind === 'kept' ? `the one of ${clockTime(createdAt)}` : name;
  return { kind: 'kept', name: `before restoring ${which}`.slice(0, LONGEST_NAME) };
}

/**
 * Goes back. In turn; the machine must not be starting or stopping.
 * @returns the snapshot that holds what was the present, where there was something to keep
 */
export async function goBack(present: MachinePresent, storing: InstantStoring, target: SnapshotRecord): Promise<SnapshotId | null> {
  const { machine, parts } = present;
  const { life } = machine;
  if (life.state === 'starting' || life.state === 'stopping')
    throw new ContractError('conflict', `"${machine.record.definition.name}" is ${life.state}: wait a moment and try again`);
  if (life.isActive) refuseDirect(machine.runningDefinition);
  const saved = await parts.library.snapshots.saved(target.id);
  const { configuration, state } = target;
  const running = life.isActive ? life.configuration : undefined;
  if (running && configuration && state === 'ready' && sameShape(running, configuration, target.definition.disks.length))
    return inPlace(present, storing, target, { saved, running });
  return elsewhere(present, storing, target);
}

/** Fills a memory behind the guest; a fault is told, and the machine fails by itself when it needs the page. */
export function pointOf(present: MachinePresent, target: SnapshotRecord, state: Uint8Array, differs: Uint8Array): RestorePoint {
  const { parts } = present;
  return {
    state,
    differs,
    paused: target.paused,
    fill(ram) {
      const lost = () => failPages(ram, 'the thread that reads its memory ended');
      const done = parts.storage.run('fillMemory', { ram, snapshot: target.id }, { lost }).then(
        () => undefined,
        async (error: unknown) => {
          present.warn(error);
          if (error instanceof StorageError && error.problem === 'damaged') await parts.damaged(target.id, error.message);
        },
      );
      const fill = { snapshot: target.id, done };
      present.fill = fill;
      void done.then(() => (present.fill === fill ? (present.fill = undefined) : undefined));
    },
  };
}

/** The disks of a machine that goes on from a snapshot, on these heads. */
function attachments(present: MachinePresent, { definition }: SnapshotRecord, heads: readonly HeadRecord[], running: MachineConfiguration) {
  return definition.disks.map((disk, slot): DiskAttachment => {
    const head = heads.find((candidate) => candidate.slot === slot);
    return head ? present.parts.disks.attachment(head, disk) : (running.disks[slot] as DiskAttachment);
  });
}

async function differences(present: MachinePresent, storing: InstantStoring, target: SnapshotRecord): Promise<Uint8Array> {
  const { base, parts } = present;
  const pages = (target.memoryMiB * 1024 * 1024) / PAGE_BYTES;
  // What is just being stored cannot be compared yet; then every page comes from the target.
  if (!base || storing.has(base.snapshot)) return new Uint8Array(Math.ceil(pages / 8)).fill(0xff);
  return (await parts.storage.run('compareMemory', { from: base.snapshot, to: target.id })).differs;
}

async function inPlace(
  present: MachinePresent,
  storing: InstantStoring,
  target: SnapshotRecord,
  { saved, running }: { readonly saved: SavedParts; readonly running: MachineConfiguration },
): Promise<SnapshotId | null> {
  const { machine, parts, heads: old, base } = present;
  const { life } = machine;
  const { timeline } = parts.library;
  const [differs, heads, before] = await Promise.all([
    differences(present, storing, target),
    headsFrom(parts, target, present.id),
    timeline.present(present.id),
  ]);
  const configuration = { ...running, disks: attachments(present, target, heads, running) };
  const wasPaused = life.state === 'paused';
  if (target.paused && !wasPaused) await life.pause();
  const unchanged = isKept(present, storing);
  const definition = machine.runningDefinition;
  const consoles = machine.consoles.tails(CONSOLE_TAIL);
  const kept = unchanged
    ? undefined
    : newRecord({
        ...requested(present, keeping(target), before.parent, consoles),
        ...{ definition, configuration: running, paused: wasPaused, uptimeMs: 0, disks: disksOn(old, definition) },
        unfinished: old.map(({ slot, id }) => ({ slot, head: id })),
      });
  const after: Present = { machine: present.id, parent: target.id, suspended: false };
  const ids = heads.map(({ id }) => id);
  await timeline.apply({
    ...(kept ? { insert: [{ record: kept, saved: { consoles: [] } }] } : {}),
    newHeads: heads,
    switchTo: { machine: present.id, heads: ids },
    present: after,
    // Unchanged since the last instant: that one holds the disks too.
    ...(unchanged ? { removeHeads: old.map(({ id }) => id) } : {}),
  });
  // The former disks write what they hold when they are closed, which may be after the guest goes on.
  const closed = Promise.withResolvers<void>();
  if (heads.length === 0) closed.resolve();
  let instant: SavedInstant | undefined;
  try {
    const point = pointOf(present, target, saved.state as Uint8Array, differs);
    const keep = kept ? { onlyChanged: base !== undefined } : undefined;
    const swapped = heads.length > 0 ? { disks: configuration.disks, detached: closed.resolve } : {};
    instant = await life.restore({ ...point, ...swapped }, configuration, keep);
  } catch (error) {
    if (life.isActive) await takeBack(present, { kept, before, old, heads: ids, unchanged });
    else if (kept) await keepDisks(present, storing, kept, old);
    throw error;
  }
  if (kept && instant) keepInstant(present, storing, kept, { instant, base, consoles, old, closed: closed.promise });
  present.standsOn(target.id);
  present.heads = heads;
  machine.runsAs(target.definition, configuration.ports);
  machine.show(screensAfterReturn(saved.consoles, target.name));
  if (unchanged) {
    const gone = old.map(({ id }) => id);
    void closed.promise.then(() => present.inTurn(() => discardHeads(parts, gone))).catch((error: unknown) => present.warn(error));
  }
  parts.changed(present.id, []);
  if (wasPaused && !target.paused && life.state === 'paused') await life.resume();
  return kept?.id ?? null;
}

/** Has what was the present stored behind; the guest goes on already. */
function keepInstant(
  present: MachinePresent,
  storing: InstantStoring,
  kept: NewSnapshotRecord,
  was: {
    readonly instant: SavedInstant;
    readonly base: Base | undefined;
    readonly consoles: readonly Uint8Array[];
    readonly old: readonly HeadRecord[];
    readonly closed: Promise<void>;
  },
): void {
  const { instant, base, consoles, old, closed } = was;
  const memory = storing.memory(kept.id, instant.ram, base);
  const complete = { id: kept.id, saved: { state: instant.state, consoles }, uptimeMs: instant.uptimeMs };
  const completed = present.parts.library.timeline.apply({ complete });
  storing.begin(kept, { memory, retired: old, closed: Promise.all([closed, completed]) });
}

/** Of a present whose memory is lost, its disks are kept. */
async function keepDisks(
  present: MachinePresent,
  storing: InstantStoring,
  kept: NewSnapshotRecord,
  old: readonly HeadRecord[],
): Promise<void> {
  if (old.length > 0) storing.begin(kept, { retired: old });
  else await present.parts.library.timeline.apply({ remove: [kept.id] });
}

/** The machine refused: everything is as before. */
async function takeBack(
  present: MachinePresent,
  was: {
    readonly kept: NewSnapshotRecord | undefined;
    readonly before: Present;
    readonly old: readonly HeadRecord[];
    readonly heads: readonly HeadRecord['id'][];
    readonly unchanged: boolean;
  },
): Promise<void> {
  const { parts } = present;
  await parts.library.timeline.apply({
    ...(was.unchanged ? { newHeads: was.old.map((head) => ({ ...head, present: false })) } : {}),
    switchTo: { machine: present.id, heads: was.old.map(({ id }) => id) },
    removeHeads: was.heads,
    remove: was.kept ? [was.kept.id] : [],
    present: was.before,
  });
  await discardHeads(parts, was.heads);
}

/** By ending what runs; the next start goes on from the snapshot. One of disks only leaves the machine off. */
async function elsewhere(present: MachinePresent, storing: InstantStoring, target: SnapshotRecord): Promise<SnapshotId | null> {
  const { machine, parts } = present;
  const { life } = machine;
  const { timeline, heads: records } = parts.library;
  const heads = await headsFrom(parts, target, present.id);
  const change: TimelineChange = {
    newHeads: heads,
    switchTo: { machine: present.id, heads: heads.map(({ id }) => id) },
    present: { machine: present.id, parent: target.id, suspended: target.hasMemory },
  };
  const definition = life.isActive ? machine.runningDefinition : machine.record.definition;
  const old = headsOf(await records.present(present.id), definition);
  const replaced = old.filter(({ disk }) => heads.some((head) => head.disk === disk));
  const isSame = life.isActive ? isKept(present, storing) : await nothingWritten(present, old);
  let kept: SnapshotId | null = null;
  if (isSame) {
    await timeline.apply({ ...change, removeHeads: replaced.map(({ id }) => id) });
    if (life.isActive) await life.stop(`going back to “${target.name}”`);
    await discardHeads(
      parts,
      replaced.map(({ id }) => id),
    ).catch((error: unknown) => present.warn(error));
  } else if (life.isActive) {
    const paused = life.state === 'paused';
    if (!paused) await life.pause('going back');
    const { record, memory } = await holdRunning(present, storing, { ...keeping(target), paused }, change);
    // Its disks can be read when they are closed.
    await life.stop(`going back to “${target.name}”`);
    kept = storing.begin(record, { memory, retired: replaced }).record.id;
  } else {
    const { parent } = await timeline.present(present.id);
    const record = recordOfDisks(present, keeping(target), parent, old);
    await timeline.apply({ ...change, insert: [{ record, saved: { consoles: [] } }] });
    kept = storing.begin(record, { retired: replaced }).record.id;
  }
  parts.changed(present.id, []);
  await parts.refresh(present.id);
  return kept;
}

/** Whether the running machine's present is a finished snapshot as it is. */
function isKept(present: MachinePresent, storing: InstantStoring): boolean {
  return present.isUnchanged && present.base !== undefined && !storing.has(present.base.snapshot);
}

/** Whether the disks of a machine that is off hold nothing that a snapshot has not. */
async function nothingWritten(present: MachinePresent, heads: readonly HeadRecord[]): Promise<boolean> {
  const { suspended } = await present.parts.library.timeline.present(present.id);
  if (suspended) return true;
  // One that cannot be read is set aside as it is.
  const written = await Promise.all(heads.map(({ id }) => hasRows(present.parts, id).catch(() => true)));
  return !written.includes(true);
}
