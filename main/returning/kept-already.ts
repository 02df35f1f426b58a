/** Whether a machine's present is a snapshot as it is, so that a return need not keep it. */
import { headPlace, type ContentPlace } from '../disks/content.ts';
import { headState, overlayFile } from '../disks/heads.ts';
import { sameHardware } from '../library/definition-parts.ts';
import type { HeadRecord } from '../library/head-records.ts';
import type { SnapshotRecord } from '../library/snapshot-records.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import { hasRows, placeIn } from '../heads/head-keeping.ts';
import type { SnapshotStoring } from '../taking/storing.ts';
import { definedAs } from '../taking/records.ts';
import type { MachinePresent } from '../taking/machine-present.ts';

/** The snapshot, where it is finished, nobody has deleted it, and the machine was defined then as it is now. */
async function standing({ parts, machine }: MachinePresent, id: SnapshotId | null): Promise<SnapshotRecord | undefined> {
  if (id === null) return undefined;
  const record = await parts.library.snapshots.get(id).catch(() => undefined);
  return record?.state === 'ready' && sameHardware(machine.record.definition, definedAs(record)) ? record : undefined;
}

/** Of a machine that runs or is paused. */
export async function isKeptRunning(present: MachinePresent, storing: SnapshotStoring): Promise<boolean> {
  const { base } = present;
  if (!present.isUnchanged || !base || storing.has(base.snapshot)) return false;
  return (await standing(present, base.snapshot)) !== undefined;
}

/** Of a machine that is off. @param heads those of its disks */
export async function isKeptOff(present: MachinePresent, heads: readonly HeadRecord[]): Promise<boolean> {
  const { parent, suspended } = await present.parts.library.timeline.present(present.id);
  const snapshot = await standing(present, parent);
  if (!snapshot) return false;
  if (suspended) return true;
  // One that cannot be read is set aside as it is.
  const held = await Promise.all(heads.map((head) => isIn(present, snapshot, head).catch(() => false)));
  return !held.includes(false);
}

/** Whether a head has what a snapshot has of its disk: a snapshot in between may have been deleted. */
async function isIn({ parts }: MachinePresent, snapshot: SnapshotRecord, { id, disk, sizeBytes }: HeadRecord): Promise<boolean> {
  const held = snapshot.disks.find((one) => one.disk === disk);
  if (held?.sizeBytes !== sizeBytes || (await hasRows(parts, id))) return false;
  const { settledVersion } = await headState(overlayFile(parts.library.home.folder, id));
  const head: { head?: ContentPlace } = settledVersion === undefined ? {} : { head: headPlace(id, settledVersion) };
  return parts.storage.run.sameContent({ snapshot: placeIn(snapshot.id, held.slot), ...head });
}
