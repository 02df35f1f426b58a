/** A difference between two snapshots as text: a line a file (A added, M changed, D removed), then clusters and pages. */
import type { DiskDiff, FileDiff, SnapshotDiff, VolumeDiff } from '../../../preload/contract/snapshots.ts';
import { safeText } from '../../../preload/contract/foreign-text.ts';
import { formatBytes } from '../../../emulator/quantities/bytes.ts';
import { countText } from '../../../emulator/quantities/numbers.ts';
import { hardwareLines } from './hardware-text.ts';

const PAGE_BYTES = 4096;
const LETTERS: Readonly<Record<FileDiff['change'], string>> = { added: 'A', changed: 'M', removed: 'D' };
/** What follows a name, as `ls -F` does it. */
const ENDINGS: Readonly<Record<FileDiff['kind'], string>> = { file: '', directory: '/', link: '@', other: '' };

function sizes({ kind, change, sizeBefore, sizeAfter }: FileDiff): string {
  if (kind !== 'file') return '';
  const [before, after] = [sizeBefore, sizeAfter].map((size) => (size === undefined ? undefined : formatBytes(size)));
  if (change === 'added') return after ?? '';
  if (change === 'removed') return before ?? '';
  if (before === undefined || after === undefined) return after ?? before ?? '';
  return sizeBefore === sizeAfter ? after : `${before} -> ${after}`;
}

function volumeLines({ place, kind, label, files, omitted }: VolumeDiff): readonly string[] {
  const title = `${place}: ${kind}${label === '' ? '' : ` "${safeText(label)}"`}`;
  const all = files.length + omitted;
  const lines = files.map((file) => {
    const size = sizes(file);
    return `  ${LETTERS[file.change]}  ${safeText(file.path)}${ENDINGS[file.kind]}${size === '' ? '' : `  (${size})`}`;
  });
  return [
    `${title}, ${all === 0 ? 'no files changed' : `${countText(all)} ${all === 1 ? 'file' : 'files'} changed`}`,
    ...lines,
    ...(omitted > 0 ? [`  and ${countText(omitted)} more`] : []),
  ];
}

function diskLines({ slot, clusters, clusterBytes, volumes, note }: DiskDiff): readonly string[] {
  const changed =
    clusters === 0
      ? 'nothing changed'
      : `${countText(clusters)} ${clusters === 1 ? 'cluster' : 'clusters'} changed (${formatBytes(clusters * clusterBytes)})`;
  const inside = [...volumes.flatMap(volumeLines), ...(note === undefined ? [] : [`files are not compared: ${note}`])];
  return [`disk ${slot + 1}: ${changed}`, ...inside.map((line) => `  ${line}`)];
}

function hardwareText({ hardware }: SnapshotDiff): readonly string[] {
  return hardware.length === 0 ? [] : ['hardware: changed', ...hardwareLines(hardware).map((line) => `  ${line}`)];
}

function memoryLine({ pages }: SnapshotDiff): string {
  if (!pages) return 'memory: not compared, one of the snapshots has none';
  if (pages.changed === 0) return 'memory: nothing changed';
  return `memory: ${countText(pages.changed)} of ${countText(pages.total)} pages changed (${formatBytes(pages.changed * PAGE_BYTES)})`;
}

/** Lines joined by newlines. */
export const diffText = (diff: SnapshotDiff): string =>
  [...hardwareText(diff), ...diff.disks.flatMap(diskLines), memoryLine(diff)].join('\n');
