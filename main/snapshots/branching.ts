/** A new machine from a snapshot: it names the same chunks, and both go their own ways from there. */
import { ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { MachineDefinition, MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import type { Library } from '../library/library.ts';
import type { NewSnapshotRecord } from '../library/snapshot-records.ts';
import { ulid } from '../library/ulid.ts';
import { discardHeads, headsFrom } from '../heads/head-keeping.ts';
import { newRecord } from '../taking/records.ts';
import { ownerOf } from '../storage/owners.ts';
import type { TimelineParts } from '../taking/timeline-parts.ts';

/**
 * Makes a machine whose first snapshot, and present, is what `source` is; with memory, its first start goes on from there.
 * @returns the machine's id; its row is in the library
 * @throws ContractError `conflict` for a taken name
 */
export async function branch(
  parts: Pick<TimelineParts, 'library' | 'storage' | 'spareHeads'>,
  source: NewSnapshotRecord,
  name: string,
  note = source.definition.note,
): Promise<MachineId> {
  if (source.state !== 'ready')
    throw new ContractError('snapshot-unusable', { name: source.name, why: source.reason ?? faultWith('snapshot-gone') });
  const { library, storage } = parts;
  const machine = ulid() as MachineId;
  const id = ulid() as SnapshotId;
  const { state, consoles } = await library.snapshots.saved(source.id);
  const renamed = (definition: MachineDefinition): MachineDefinition => ({ ...definition, name, note });
  const definition = renamed(source.definition);
  const next = source.next ? { next: renamed(source.next) } : {};
  const { kind, uptimeMs, paused, thumbnail, disks, configuration, hasMemory } = source;
  const record: NewSnapshotRecord = {
    ...newRecord({
      id,
      machine,
      parent: null,
      kind: 'manual',
      name: source.name,
      note: source.note,
      uptimeMs,
      paused,
      thumbnail,
      definition,
      ...next,
      disks,
      unfinished: [],
    }),
    kind: kind === 'booted' ? 'booted' : 'manual',
    hasMemory,
    ...(configuration ? { configuration } : {}),
    state: 'ready',
  };
  await storage.run.copyOwner({ from: ownerOf(source.id), to: ownerOf(id) });
  const heads = await headsFrom(parts, source, machine);
  try {
    await library.timeline.apply({
      newMachine: { id: machine, definition: next.next ?? definition },
      insert: [{ record, saved: { ...(state ? { state } : {}), consoles } }],
      newHeads: heads.map((head) => ({ ...head, present: true })),
      present: { machine, parent: id, suspended: hasMemory },
    });
  } catch (error) {
    await discardHeads(
      parts,
      heads.map((head) => head.id),
    ).catch(() => undefined);
    await storage.run.dropOwners({ owners: [ownerOf(id)] }).catch(() => undefined);
    throw error;
  }
  await showScreens(library, machine, consoles);
  return machine;
}

/** Lets the consoles of a new machine begin with what they showed at its snapshot point. */
export async function showScreens(
  { consoles }: Pick<Library, 'consoles'>,
  machine: MachineId,
  screens: readonly Uint8Array[],
): Promise<void> {
  for (const [console, bytes] of screens.entries()) if (bytes.length > 0) await consoles.put(machine, console, 0, bytes);
}
