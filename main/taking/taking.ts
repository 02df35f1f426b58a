/** Taking a snapshot point: of a running or paused machine all of it, of one that is off its disks. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { MachineConfiguration } from '../../emulator/index.ts';
import { NAME_MAX } from '../../preload/contract/schema/shapes.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import type { Snapshot, SnapshotId, SnapshotKind } from '../../preload/contract/snapshots.ts';
import { sameHardware } from '../library/definition-parts.ts';
import type { NewSnapshotRecord, SnapshotDisk } from '../library/snapshot-records.ts';
import { ulid } from '../library/ulid.ts';
import { disksOn, headsOf } from '../heads/head-keeping.ts';
import type { TimelineChange } from '../library/timeline-records.ts';
import type { SnapshotStoring, MemoryStoring, Taken, StoringTask } from './storing.ts';
import { newRecord, type SnapshotPoint } from './records.ts';
import { timeText } from '../../emulator/quantities/moments.ts';
import type { MachinePresent } from './machine-present.ts';
import type { HeadRecord } from '../library/head-records.ts';
import { CONSOLE_TAIL, thumbnailOf } from './screens.ts';

/** Heads as they go into a snapshot. */
export interface DisksBehind {
  readonly heads: readonly HeadRecord[];
  readonly disks: readonly SnapshotDisk[];
}

/** What is asked for. */
export interface TakeRequest {
  readonly kind: SnapshotKind;
  readonly name: string;
  readonly note?: string;
  /** Shown among the tasks; absent: no task. */
  readonly task?: StoringTask;
  /** Whether the machine is paused when it comes back; absent: as it is now. */
  readonly paused?: boolean;
  /** Nobody sees it: it is only made to be read, and purged. */
  readonly hidden?: boolean;
}

/** How the present is kept. Names do not nest: of one that was kept itself, the time tells which. */
export function keeping({ kind, name, createdAt }: Pick<Snapshot, 'kind' | 'name' | 'createdAt'>): TakeRequest {
  const which = kind === 'kept' ? `the one of ${timeText(createdAt)}` : name;
  return { kind: 'kept', name: `before restoring ${which}`.slice(0, NAME_MAX) };
}

/** The parts of a snapshot point that follow from the request. */
export function requested(
  present: MachinePresent,
  { kind, name, note, hidden }: TakeRequest,
  parent: SnapshotId | null,
  consoles: readonly Uint8Array[],
): Pick<SnapshotPoint, 'machine' | 'kind' | 'name' | 'note' | 'parent' | 'thumbnail' | 'deletedAt'> {
  return {
    machine: present.id,
    kind,
    name,
    parent,
    thumbnail: thumbnailOf(consoles),
    ...(note === undefined ? {} : { note }),
    ...(hidden ? { deletedAt: Date.now() } : {}),
  };
}

/** What the machine is defined as for its next start, where that is not what runs. */
export function nextDefinition({ machine }: MachinePresent): Pick<SnapshotPoint, 'next'> {
  const { definition } = machine.record;
  return sameHardware(definition, machine.runningDefinition) ? {} : { next: definition };
}

/** A snapshot point whose memory is on its way, and whose row is there. */
export interface Held {
  readonly record: NewSnapshotRecord;
  readonly memory: MemoryStoring;
}

/** Takes a snapshot point of a machine that runs or is paused, and goes on from it. In turn. */
export async function takeRunning(present: MachinePresent, storing: SnapshotStoring, request: TakeRequest): Promise<Taken> {
  const { record, memory } = await holdRunning(present, storing, request);
  return storing.begin(record, { memory, retired: [], ...(request.task ? { task: request.task } : {}) });
}

/**
 * Takes a snapshot point of a machine that runs or is paused; its disks are still to be stored. In turn.
 * @param last the machine does not go on after this snapshot point, but does this; disks that are kept although it does not use them
 */
export async function holdRunning(
  present: MachinePresent,
  storing: SnapshotStoring,
  request: TakeRequest,
  last?: { readonly change: TimelineChange; readonly removed: DisksBehind },
): Promise<Held> {
  const { machine, base, heads, parts } = present;
  const { life } = machine;
  const definition = machine.runningDefinition;
  refuseDirect(definition);
  const configuration = life.configuration as MachineConfiguration;
  const paused = request.paused ?? life.state === 'paused';
  const { parent } = await parts.library.timeline.present(present.id);
  const { ram, state, uptimeMs, disks: marks } = await life.save(base !== undefined);
  const id = ulid() as SnapshotId;
  const memory = storing.memory(id, ram, base);
  const consoles = machine.consoles.tails(CONSOLE_TAIL);
  const { removed = { heads: [], disks: [] } } = last ?? {};
  const unfinished = [
    ...heads.map(({ slot, id: head }) => ({ slot, head, ...(last ? {} : { mark: marks[slot] }) })),
    ...removed.heads.map(({ slot, id: head }) => ({ slot, head })),
  ];
  const common = requested(present, request, parent, consoles);
  const record = newRecord({
    ...common,
    ...nextDefinition(present),
    ...{ id, definition, configuration, paused, uptimeMs, disks: [...disksOn(heads, definition), ...removed.disks], unfinished },
  });
  try {
    await parts.library.timeline.apply({
      present: { machine: present.id, parent: id, suspended: false },
      ...last?.change,
      insert: [{ record, saved: { state, consoles } }],
    });
  } catch (error) {
    memory.abort.abort();
    if (base) present.forget(base.snapshot);
    throw error;
  }
  present.standsOn(id);
  return { record, memory };
}

/** Takes the disks of a machine that is off; resolves when they are stored, as it must not write to them meanwhile. In turn. */
export async function takeOff(present: MachinePresent, storing: SnapshotStoring, request: TakeRequest): Promise<Taken> {
  const { machine, parts } = present;
  refuseDirect(machine.record.definition);
  // Of a machine that was never started, the disks are made now.
  await parts.disks.attach(machine.record, machine.record.definition);
  const heads = headsOf(await parts.library.heads.present(present.id), machine.record.definition);
  if (heads.length === 0) throw new ContractError('snapshot-needs-disk', { name: machine.record.definition.name });
  const { parent, suspended } = await parts.library.timeline.present(present.id);
  if (suspended) throw new ContractError('snapshot-is-suspended', { name: machine.record.definition.name });
  const record = recordOfDisks(present, request, parent, { heads, disks: disksOn(heads, machine.record.definition) });
  await parts.library.timeline.apply({
    insert: [{ record, saved: { consoles: [] } }],
    present: { machine: present.id, parent: record.id, suspended: false },
  });
  const taken = storing.begin(record, { retired: [], ...(request.task ? { task: request.task } : {}) });
  await taken.stored;
  return taken;
}

/** The row of a snapshot point of which only disks are there. */
export function recordOfDisks(
  present: MachinePresent,
  request: TakeRequest,
  parent: SnapshotId | null,
  { heads, disks }: DisksBehind,
): NewSnapshotRecord {
  const { definition } = present.machine.record;
  const common = requested(present, request, parent, present.machine.consoles.tails(CONSOLE_TAIL));
  const unfinished = heads.map(({ slot, id }) => ({ slot, head: id }));
  return newRecord({ ...common, definition, paused: false, uptimeMs: 0, disks, unfinished });
}

/** @throws ContractError for a machine whose writes go where no snapshot can hold them */
export function refuseDirect({ disks }: MachineDefinition): void {
  const slot = disks.findIndex(({ readonly, writes }) => !readonly && (writes ?? 'direct') === 'direct');
  if (slot >= 0) throw new ContractError('disk-direct-snapshot', { slot });
}
