/** Snapshots in words and signs: what each kind is called, how it looks, and one sentence that says it all. */
import type { HardwareChange, Snapshot, SnapshotKind } from '../../preload/contract/snapshots.ts';
import type { IconName } from '../components/icons.ts';
import { agoWords, formatBytes, formatDuration } from '../words/quantities.ts';
import { t } from '../words/words.ts';
import { wordsOf } from '../words/contract-words.ts';

/** What a kind of snapshot is called. */
export const kindWords = (kind: SnapshotKind): string => t(`snapshots.${kind}`);
export const KIND_ICONS: Readonly<Record<SnapshotKind, IconName>> = {
  manual: 'camera',
  automatic: 'clock',
  kept: 'back',
  suspended: 'moon',
  booted: 'power',
};

/** What of the machine is in it. */
export const contentWords = ({ hasMemory, memoryMiB }: Snapshot): string =>
  hasMemory ? t('snapshots.withMemory', { memoryMiB }) : t('snapshots.disksOnly');

/** How long the guest had run; nothing for one that was off. */
export const uptimeWords = ({ uptimeMs, hasMemory }: Snapshot): string =>
  hasMemory ? t('snapshots.up', { duration: formatDuration(uptimeMs / 1000) }) : t('snapshots.off');

/** One change of a machine's hardware: `memory: 256 MiB → 128 MiB`. */
export function hardwareWords({ what, before, after }: HardwareChange): string {
  if (before === null) return t('snapshots.added', { what, after: after ?? '' });
  return after === null ? t('snapshots.removed', { what, before }) : `${what}: ${before} → ${after}`;
}

/** The whole snapshot as a sentence, for those who hear the window. */
export function spokenSnapshot(snapshot: Snapshot, now: number): string {
  const marks = [
    snapshot.pinned ? t('snapshots.pinned') : '',
    snapshot.protected ? t('snapshots.protected') : '',
    snapshot.state === 'storing' ? t('snapshots.storing') : '',
    snapshot.state === 'damaged'
      ? snapshot.reason
        ? t('snapshots.damagedWhy', { why: wordsOf(snapshot.reason) })
        : t('snapshots.damaged')
      : '',
  ];
  return [
    snapshot.name,
    kindWords(snapshot.kind),
    agoWords(snapshot.createdAt, now),
    uptimeWords(snapshot),
    t('snapshots.own', { size: formatBytes(snapshot.ownBytes) }),
    ...marks,
  ]
    .filter(Boolean)
    .join(', ');
}
