/** A folder on a machine's disks that is looked at, and the words of its address: `timeline/files/MOMENT/DISK[.PARTITION]/etc/default`. */
import type { GuestPath } from '../../preload/contract/files.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';

export interface Browsed extends GuestPath {
  readonly moment: SnapshotId | 'now';
}

const WHOLE = 'whole disk';
const PARTITION = 'partition ';

/** People count disks from 1; partition 0 is the disk without one, and none is the first file system that has the path. */
export function browsedWords({ moment, slot, place, path }: Browsed): readonly string[] {
  const partition = place === undefined ? '' : place.startsWith(PARTITION) ? `.${place.slice(PARTITION.length)}` : '.0';
  return [moment, `${slot + 1}${partition}`, ...path.split('/').filter(Boolean)];
}

/** @returns nothing for words that name no moment */
export function browsedFrom([moment, disk = '1', ...path]: readonly string[]): Browsed | undefined {
  if (moment === undefined) return undefined;
  const [, number, partition] = /^([1-9]\d?)(?:\.(\d{1,4}))?$/.exec(disk) ?? [];
  return {
    moment: moment as Browsed['moment'],
    slot: number === undefined ? 0 : Number(number) - 1,
    ...(partition === undefined ? {} : { place: Number(partition) === 0 ? WHOLE : `${PARTITION}${Number(partition)}` }),
    path: path.join('/'),
  };
}
