/** Snapshots in words and signs: what each kind is called, how it looks, and one sentence that says it all. */
import { wordsOf } from '../../preload/contract/errors/catalogue.ts';
import type { HardwareChange, Snapshot, SnapshotKind } from '../../preload/contract/snapshots.ts';
import type { IconName } from '../components/icons.ts';
import { formatBytes } from '../../emulator/quantities/bytes.ts';
import { agoWords, formatDuration } from '../../emulator/quantities/durations.ts';

export const KIND_WORDS: Readonly<Record<SnapshotKind, string>> = {
  manual: 'Snapshot',
  automatic: 'Checkpoint',
  kept: 'Kept before a restore',
  suspended: 'Suspended',
  booted: 'Booted template',
};
export const KIND_ICONS: Readonly<Record<SnapshotKind, IconName>> = {
  manual: 'camera',
  automatic: 'clock',
  kept: 'back',
  suspended: 'moon',
  booted: 'power',
};

/** What of the machine is in it. */
export const contentWords = ({ hasMemory, memoryMiB }: Snapshot): string =>
  hasMemory ? `Memory (${memoryMiB} MiB), devices and disks` : 'Disks only (the machine was off)';

/** How long the guest had run; nothing for one that was off. */
export const uptimeWords = ({ uptimeMs, hasMemory }: Snapshot): string => (hasMemory ? `Up ${formatDuration(uptimeMs / 1000)}` : 'Off');

/** One change of a machine's hardware: `memory: 256 MiB → 128 MiB`. */
export function hardwareWords({ what, before, after }: HardwareChange): string {
  if (before === null) return `${what}: added (${after})`;
  return after === null ? `${what}: removed (${before})` : `${what}: ${before} → ${after}`;
}

/** The whole snapshot as a sentence, for those who hear the window. */
export function spokenSnapshot(snapshot: Snapshot, now: number): string {
  const marks = [
    snapshot.pinned ? 'pinned' : '',
    snapshot.protected ? 'protected' : '',
    snapshot.state === 'storing' ? 'being stored' : '',
    snapshot.state === 'damaged' ? `damaged${snapshot.reason ? `: ${wordsOf(snapshot.reason)}` : ''}` : '',
  ];
  return [
    snapshot.name,
    KIND_WORDS[snapshot.kind],
    agoWords(snapshot.createdAt, now),
    uptimeWords(snapshot),
    `${formatBytes(snapshot.ownBytes)} own`,
    ...marks,
  ]
    .filter(Boolean)
    .join(', ');
}
