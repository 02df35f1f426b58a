/**
 * Going back to a snapshot point: in place where the running machine is the same, else by a start. The present is kept
 * first, and which heads are the machine's is durable before the guest goes on.
 */
import { CodedError } from '../../emulator/error/coded-error.ts';
import { ContractError, faultWith, causeOf } from '../../preload/contract/errors/contract-error.ts';
import type { DiskAttachment, MachineConfiguration, RestorePoint, SavedPoint } from '../../emulator/index.ts';
import { failPages } from '../../emulator/host/pages.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import type { Present, SnapshotId } from '../../preload/contract/snapshots.ts';
import type { HeadRecord } from '../library/head-records.ts';
import type { NewSnapshotRecord, SavedParts, SnapshotRecord } from '../library/snapshot-records.ts';
import { sameHardware } from '../library/definition-parts.ts';
import { discardHeads, headsFrom } from '../heads/head-keeping.ts';
import type { SnapshotStoring } from '../taking/storing.ts';
import { newRecord, sameShape } from '../taking/records.ts';
import { isKeptRunning } from './kept-already.ts';
import { PAGE_BYTES } from '../storage/owners.ts';
import type { Base, MachinePresent } from '../taking/machine-present.ts';
import { CONSOLE_TAIL, screensAfterReturn } from '../taking/screens.ts';
import { disksBehind, headsBehind, planReturn, type ReturnPlan } from './return-plan.ts';
import { elsewhere } from './returning-elsewhere.ts';
import { keeping, nextDefinition, refuseDirect, requested } from '../taking/taking.ts';

/**
 * Goes back. In turn; the machine must not be starting or stopping.
 * @returns the snapshot that holds what was the present, where there was something to keep
 * @throws ContractError `unavailable` when what the snapshot needs of the host is gone or has changed; nothing has changed then
 */
export async function goBack(present: MachinePresent, storing: SnapshotStoring, wanted: SnapshotRecord): Promise<SnapshotId | null> {
  const { machine, parts } = present;
  const { life } = machine;
  if (life.state === 'starting' || life.state === 'stopping')
    throw new ContractError('machine-busy', { name: machine.record.definition.name, state: life.state });
  if (life.isActive) refuseDirect(machine.runningDefinition);
  const plan = await planReturn(present, wanted);
  const { configuration, state, definition } = plan.target;
  const running = life.isActive ? life.configuration : undefined;
  const isSame = running && configuration && sameShape(running, configuration, definition.disks.length);
  if (!isSame || state !== 'ready' || !sameHardware(machine.runningDefinition, definition)) return elsewhere(present, storing, plan);
  return inPlace(present, storing, plan, { saved: await parts.library.snapshots.saved(wanted.id), running });
}

/** Fills a memory in the background; a fault is told, and the machine fails by itself when it needs the page. */
export function pointOf(present: MachinePresent, target: SnapshotRecord, state: Uint8Array, differs: Uint8Array): RestorePoint {
  const { parts } = present;
  return {
    state,
    differs,
    paused: target.paused,
    fill(ram) {
      const lost = () => failPages(ram, faultWith('thread-ended'));
      const done = parts.storage.run.fillMemory({ ram, snapshot: target.id }, { lost }).then(
        () => undefined,
        async (error: unknown) => {
          present.warn(error);
          if (error instanceof CodedError && error.kind === 'damaged') await parts.damaged(target.id, causeOf(error));
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

async function differences(present: MachinePresent, storing: SnapshotStoring, target: SnapshotRecord): Promise<Uint8Array> {
  const { base, parts } = present;
  const pages = (target.memoryMiB * 1024 * 1024) / PAGE_BYTES;
  // What is just being stored cannot be compared yet; then every page comes from the target.
  if (!base || storing.has(base.snapshot)) return new Uint8Array(Math.ceil(pages / 8)).fill(0xff);
  return (await parts.storage.run.compareMemory({ from: base.snapshot, to: target.id })).differs;
}

async function inPlace(
  present: MachinePresent,
  storing: SnapshotStoring,
  plan: ReturnPlan,
  { saved, running }: { readonly saved: SavedParts; readonly running: MachineConfiguration },
): Promise<SnapshotId | null> {
  const { machine, parts, base } = present;
  const { life } = machine;
  const { target, redefine } = plan;
  const old = headsBehind(plan);
  const defined = machine.record.definition;
  const { timeline } = parts.library;
  const [differs, heads, before] = await Promise.all([
    differences(present, storing, target),
    headsFrom(parts, target, present.id),
    timeline.present(present.id),
  ]);
  const configuration = { ...running, disks: attachments(present, target, heads, running) };
  const wasPaused = life.state === 'paused';
  if (target.paused && !wasPaused) await life.pause();
  const unchanged = await isKeptRunning(present, storing);
  const definition = machine.runningDefinition;
  const consoles = machine.consoles.tails(CONSOLE_TAIL);
  const kept = unchanged
    ? undefined
    : newRecord({
        ...requested(present, keeping(target), before.parent, consoles),
        ...nextDefinition(present),
        ...{ definition, configuration: running, paused: wasPaused, uptimeMs: 0, disks: disksBehind(plan) },
        unfinished: old.map(({ slot, id }) => ({ slot, head: id })),
      });
  const after: Present = { machine: present.id, parent: target.id, suspended: false };
  const ids = heads.map(({ id }) => id);
  await timeline.apply({
    ...(kept ? { insert: [{ record: kept, saved: { consoles: [] } }] } : {}),
    newHeads: heads,
    switchTo: { machine: present.id, heads: ids },
    present: after,
    ...redefine,
    // Unchanged since the last snapshot point: that one holds the disks too.
    ...(unchanged ? { removeHeads: old.map(({ id }) => id) } : {}),
  });
  // The former disks write what they hold when they are closed, which may be after the guest goes on.
  const closed = Promise.withResolvers<void>();
  if (heads.length === 0) closed.resolve();
  let snapshotPoint: SavedPoint | undefined;
  try {
    const point = pointOf(present, target, saved.state as Uint8Array, differs);
    const keep = kept ? { onlyChanged: base !== undefined } : undefined;
    const swapped = heads.length > 0 ? { disks: configuration.disks, detached: closed.resolve } : {};
    snapshotPoint = await life.restore({ ...point, ...swapped }, configuration, keep);
  } catch (error) {
    if (life.isActive) await takeBack(present, { kept, before, old, heads: ids, unchanged, ...(redefine.redefine ? { defined } : {}) });
    else if (kept) await keepDisks(present, storing, kept, old);
    throw error;
  }
  if (kept && snapshotPoint) keepSnapshotPoint(present, storing, kept, { snapshotPoint, base, consoles, old, closed: closed.promise });
  present.standsOn(target.id);
  present.heads = heads;
  machine.runsAs(target.definition, configuration.ports);
  machine.show(screensAfterReturn(saved.consoles, target.name));
  if (unchanged) {
    const gone = old.map(({ id }) => id);
    void closed.promise.then(() => present.inTurn(() => discardHeads(parts, gone))).catch((error: unknown) => present.warn(error));
  }
  if (redefine.redefine) await parts.refresh(present.id);
  parts.changed(present.id, []);
  if (wasPaused && !target.paused && life.state === 'paused') await life.resume();
  return kept?.id ?? null;
}

/** Has what was the present stored in the background; the guest goes on already. */
function keepSnapshotPoint(
  present: MachinePresent,
  storing: SnapshotStoring,
  kept: NewSnapshotRecord,
  was: {
    readonly snapshotPoint: SavedPoint;
    readonly base: Base | undefined;
    readonly consoles: readonly Uint8Array[];
    readonly old: readonly HeadRecord[];
    readonly closed: Promise<void>;
  },
): void {
  const { snapshotPoint, base, consoles, old, closed } = was;
  const memory = storing.memory(kept.id, snapshotPoint.ram, base);
  const complete = { id: kept.id, saved: { state: snapshotPoint.state, consoles }, uptimeMs: snapshotPoint.uptimeMs };
  const completed = present.parts.library.timeline.apply({ complete });
  storing.begin(kept, { memory, retired: old, closed: Promise.all([closed, completed]) });
}

/** Of a present whose memory is lost, its disks are kept. */
async function keepDisks(
  present: MachinePresent,
  storing: SnapshotStoring,
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
    /** What it was defined as, where that is another definition now. */
    readonly defined?: MachineDefinition;
  },
): Promise<void> {
  const { parts } = present;
  await parts.library.timeline.apply({
    ...(was.unchanged ? { newHeads: was.old.map((head) => ({ ...head, present: false })) } : {}),
    switchTo: { machine: present.id, heads: was.old.map(({ id }) => id) },
    removeHeads: was.heads,
    remove: was.kept ? [was.kept.id] : [],
    present: was.before,
    ...(was.defined ? { redefine: { machine: present.id, as: was.defined } } : {}),
  });
  if (was.defined) await parts.refresh(present.id);
  await discardHeads(parts, was.heads);
}
