/** The benchmark's result as a table for people. */
import { geometricMean } from './means.ts';
import { networkLines } from './network/results.ts';
import { snapshotLines } from './snapshots/results.ts';
import type { ShareResult } from './share/results.ts';
import { SYSTEM_CASES } from './system/cases.ts';
import type { DiskResult } from './disk/results.ts';
import type { BenchResult, Comparison, GroupResult, ProgramsResult, V86Result } from './measures.ts';

const row = (name: string, ours: string, peer: string, ratio: string, width = 22): string =>
  [name.padEnd(width), ours.padStart(10), peer.padStart(10), ratio.padStart(8)].join(' ');
const seconds = (name: string, { ours, peer, ratio }: Comparison, width?: number): string =>
  row(name, `${ours.toFixed(3)} s`, `${peer.toFixed(3)} s`, ratio.toFixed(2), width);
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

function diskLines({ cases, ratio, withFlushes }: DiskResult): string[] {
  const rate = (operations: number): string => `${operations.toFixed(0)} /s`;
  return [
    row('disk, 4 KiB, overlay', 'ours', 'QEMU', 'ratio', 27),
    ...Object.values(cases).map(({ title, ours, peer, ratio: each }) => row(title, rate(ours), rate(peer), each.toFixed(2), 27)),
    row('geometric mean', '', '', ratio.toFixed(2), 27),
    row('with flushes', '', '', withFlushes.toFixed(2), 27),
    'Ratios above 1: ours is better.',
  ];
}

function v86Lines({ same, wide }: V86Result): string[] {
  const lines = ({ cases, ratio }: GroupResult) => [
    ...Object.entries(cases).map(([name, comparison]) => seconds(name, comparison)),
    row('geometric mean', '', '', ratio.toFixed(2)),
  ];
  return [
    row('same 32-bit kernel', 'ours', 'v86', 'ratio'),
    ...lines(same),
    row('64-bit; 32-bit', 'ours', 'v86', 'ratio'),
    ...lines(wide),
    'Ratios below 1: ours is better.',
  ];
}
function programLines({ wall, processor }: ProgramsResult): string[] {
  const mean = geometricMean(Object.values(processor).map(({ ratio }) => ratio));
  return [
    row('programs, wall time', 'ours', 'QEMU', 'ratio'),
    ...Object.entries(wall.cases).map(([name, comparison]) => seconds(name, comparison)),
    row('geometric mean', '', '', wall.ratio.toFixed(2)),
    row('with boot, processor', 'ours', 'QEMU', 'ratio'),
    ...Object.entries(processor).map(([name, comparison]) => seconds(name, comparison)),
    row('geometric mean', '', '', mean.toFixed(2)),
    'Ratios below 1: ours is better.',
  ];
}
function systemLines({ cases, ratio }: GroupResult): string[] {
  return [
    row('asked of the kernel', 'ours', 'QEMU', 'ratio', 27),
    ...SYSTEM_CASES.flatMap(({ name, title }) => {
      const found = cases[name];
      return found ? [seconds(title, found, 27)] : [];
    }),
    row('geometric mean', '', '', ratio.toFixed(2), 27),
    'Ratios below 1: ours is better.',
  ];
}
function shareLines({ cases, ratio }: ShareResult): string[] {
  return [
    row('shared folder', 'ours', 'QEMU 9p', 'ratio', 27),
    ...Object.values(cases).map(({ title, ours, peer, ratio: each }) =>
      row(title, `${ours.toFixed(2)} s`, `${peer.toFixed(2)} s`, each.toFixed(2), 27),
    ),
    row('geometric mean', '', '', ratio.toFixed(2), 27),
    'Ratios above 1: ours is better.',
  ];
}

export function table(result: BenchResult): string {
  const lines = [row('', 'ours', 'QEMU', 'ratio')];
  for (const group of ['integer', 'float'] as const) {
    const found = result[group];
    if (!found) continue;
    for (const [name, comparison] of Object.entries(found.cases)) lines.push(seconds(name, comparison));
    lines.push(row(`${group}, geometric mean`, '', '', found.ratio.toFixed(2)));
  }
  if (result.boot) lines.push(seconds('start to power-off', result.boot));
  if (result.prompt) lines.push(seconds('start to prompt', result.prompt));
  if (result.memory)
    lines.push(row('peak memory', mebibytes(result.memory.ours), mebibytes(result.memory.peer), result.memory.ratio.toFixed(2)));
  lines.push('Ratios below 1: ours is better.');
  if (result.programs) lines.push('', ...programLines(result.programs));
  if (result.system) lines.push('', ...systemLines(result.system));
  if (result.v86) lines.push('', ...v86Lines(result.v86));
  if (result.disk) lines.push('', ...diskLines(result.disk));
  if (result.snapshots) lines.push('', ...snapshotLines(result.snapshots));
  if (result.network) lines.push('', ...networkLines(result.network));
  if (result.share) lines.push('', ...shareLines(result.share));
  return lines.join('\n');
}
