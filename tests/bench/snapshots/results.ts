/** What the snapshot benchmark measured, against what was promised. */
import { median } from '../means.ts';

export interface SnapshotResult {
  /** Live snapshots of a guest under load: how long it stood still, in milliseconds. */
  readonly pauses: readonly number[];
  /** The guest's rounds a second of its own clock while nothing is stored, and while snapshots are. */
  readonly normalRate: number;
  readonly storingRate: number;
  /** From the call to durable, under load, in seconds. */
  readonly loadSeconds: readonly number[];
  /** All that a freshly booted machine takes, in bytes. */
  readonly bootedBytes: number;
  readonly bootedSeconds: number;
  /** A second snapshot of an idle guest. */
  readonly secondBytes: number;
  readonly secondSeconds: number;
  /** Milliseconds from the call until the guest executes, and until its console answers. */
  readonly restores: Readonly<
    Record<
      'in place' | 'machine off' | 'program just started',
      { readonly executes: readonly number[]; readonly answers: readonly number[] }
    >
  >;
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const milliseconds = (value: number): string => `${value.toFixed(1)} ms`;
const row = (what: string, value: string, goal: string): string => `${what.padEnd(46)} ${value.padStart(26)}   ${goal}`.trimEnd();
const middleAndMost = (values: readonly number[]): string => `${milliseconds(median(values))}, most ${milliseconds(Math.max(...values))}`;

export function snapshotLines(result: SnapshotResult): string[] {
  const { pauses, normalRate, storingRate, bootedBytes, bootedSeconds, secondBytes, secondSeconds, restores, loadSeconds } = result;
  return [
    'Snapshots of a Debian guest with 512 MiB',
    row(`pause under load, ${pauses.length} snapshots`, middleAndMost(pauses), 'goal: 20, most 50'),
    row('throughput while storing', `${((100 * storingRate) / normalRate).toFixed(0)} % of normal`, 'goal: 70 %'),
    row('durable under load', `${median(loadSeconds).toFixed(2)} s`, ''),
    row('freshly booted, stored', `${mebibytes(bootedBytes)} in ${bootedSeconds.toFixed(2)} s`, 'goal: 60 MiB'),
    row('second of an idle guest', `${mebibytes(secondBytes)} in ${secondSeconds.toFixed(2)} s`, 'goal: 5 MiB, 1 s'),
    ...Object.entries(restores).flatMap(([before, { executes, answers }]) => [
      row(`restore, ${before}: executes, ${executes.length} times`, middleAndMost(executes), before === 'in place' ? 'goal: 100' : ''),
      row(`restore, ${before}: console answers`, middleAndMost(answers), ''),
    ]),
  ];
}
