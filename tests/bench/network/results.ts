/** What the network benchmark measured: bytes and connections a second on both sides. */
import { median } from '../means.ts';
import { amountOf, NETWORK_CASES, type NetworkCase } from './cases.ts';

export interface NetworkComparison {
  readonly title: string;
  readonly unit: NetworkCase['unit'];
  /** Bytes or connections a second, medians. */
  readonly ours: number;
  readonly peer: number;
  /** Above 1 is better than the peer. */
  readonly ratio: number;
}
export interface NetworkResult {
  readonly cases: Record<string, NetworkComparison>;
  /** Our throughput as a part of what the same guest's loopback carries. */
  readonly ofLoopback: { readonly send: number; readonly receive: number };
}

/** Seconds by case. */
export type NetworkLines = ReadonlyMap<string, number>;

/** The program's lines in a console's text. @throws Error where something got lost: no throughput is worth that */
export function readNetworkLines(console: string, quick: boolean): NetworkLines {
  const lines = new Map<string, number>();
  for (const [, name = '', done, seconds] of console.matchAll(/^net (\w+) (-?\d+) (\d+\.\d+)\r?$/gm)) {
    const wanted = NETWORK_CASES.find((each) => each.name === name);
    if (wanted && Number(done) !== amountOf(wanted, quick)) throw new Error(`${name}: ${done} arrived of ${amountOf(wanted, quick)}`);
    lines.set(name, Number(seconds));
  }
  return lines;
}

/** @throws Error when a case is missing */
export function networkResult(ours: readonly NetworkLines[], peer: readonly NetworkLines[], quick: boolean): NetworkResult {
  const cases: Record<string, NetworkComparison> = {};
  for (const each of NETWORK_CASES) {
    const rate = (runs: readonly NetworkLines[], side: string) =>
      amountOf(each, quick) /
      median(
        runs.map((run) => {
          const seconds = run.get(each.name);
          if (seconds === undefined) throw new Error(`${side} printed no result for ${each.name}`);
          return seconds;
        }),
      );
    const [a, b] = [rate(ours, 'our guest'), rate(peer, "the peer's guest")];
    cases[each.name] = { title: each.title, unit: each.unit, ours: a, peer: b, ratio: a / b };
  }
  const part = (name: NetworkCase['name']) => (cases[name]?.ours ?? 0) / (cases['loop']?.ours ?? 1);
  return { cases, ofLoopback: { send: part('send'), receive: part('receive') } };
}

const column = (text: string, width: number) => text.padStart(width);
const rateText = ({ unit }: NetworkComparison, rate: number): string =>
  unit === 'bytes' ? `${((rate * 8) / 1e6).toFixed(0)} Mbit/s` : `${rate.toFixed(0)} /s`;

/** The result for people. */
export const networkLines = ({ cases, ofLoopback }: NetworkResult): string[] => [
  `${'network'.padEnd(34)} ${column('ours', 12)} ${column('QEMU', 12)} ${column('ratio', 7)}`,
  ...Object.values(cases).map((each) =>
    [
      `${each.title}${each.unit === 'bytes' ? '' : ', connections'}`.padEnd(34),
      column(rateText(each, each.ours), 12),
      column(rateText(each, each.peer), 12),
      column(each.ratio.toFixed(2), 7),
    ].join(' '),
  ),
  `Of the loopback's rate, ours: to host ${ofLoopback.send.toFixed(2)}, to guest ${ofLoopback.receive.toFixed(2)}.`,
  'Ratios above 1: ours is better.',
];
