/** What the Network tab works out by itself: rates of connections, the scale and the lines of the graph. */
import { describe, expect, it, test } from 'vitest';
import { formatRate } from '../../emulator/quantities/rates.ts';
import type { FlowReport } from '../../preload/contract/card-activity.ts';
import { flowKey, FlowRates } from '../../renderer/views/network/flow-rates.ts';
import { areaPath, edgeRate, pieceAt, ratesOf } from '../../renderer/views/network/graph-lines.ts';
import { lastTime } from '../../preload/contract/traffic-words.ts';
import { cableWords } from '../../renderer/views/network/network-words.ts';

const flow = (toGuest: number, began = 0): FlowReport => ({
  ...{ protocol: 'tcp', guestPort: 40_000, peer: '192.0.2.1', peerPort: 80, opener: 'guest', state: 'open' },
  ...{ toGuest, fromGuest: 10, began, age: 0 },
});

describe('rates of connections', () => {
  it('are told over a second, and kept when somebody looks more often', () => {
    const rates = new FlowRates();
    const key = flowKey(flow(0));
    expect(rates.look([flow(1000)], 0).get(key)).toBe(0);
    expect(rates.look([flow(2000)], 500).get(key)).toBe(0);
    expect(rates.look([flow(3000)], 1000).get(key)).toBe(16_000);
    expect(rates.look([flow(3000)], 1500).get(key)).toBe(16_000);
    expect(rates.look([flow(3000)], 2000).get(key)).toBe(0);
  });
  it('of one on old ports begin anew', () => {
    const rates = new FlowRates();
    rates.look([flow(1_000_000)], 0);
    expect([...rates.look([flow(5, 9000)], 1000).values()]).toEqual([0]);
  });
});

test('the graph ends at a round number, and not below what is nothing', () => {
  expect([0, 9000, 10_001, 21_000, 5e6, 5.1e6].map(edgeRate)).toEqual([10_000, 10_000, 20_000, 50_000, 5e6, 1e7]);
});
test('the graph’s newest value is at the right edge, received above the middle and sent below', () => {
  const box = { width: 238, height: 100 };
  expect(areaPath([0, 100], 100, box, -1)).toBe('M237.0,50L237.0,50.0L238.0,1.0L238.0,50Z');
  expect(areaPath([0, 200], 100, box, 1)).toBe('M237.0,50L237.0,50.0L238.0,99.0L238.0,50Z');
  expect(areaPath([5], 100, box, 1)).toBe('');
  expect([pieceAt(238, box, 3), pieceAt(236, box, 3), pieceAt(235, box, 3)]).toEqual([0, 2, undefined]);
  const history = { everyMs: 500, last: 1, toGuest: [125], fromGuest: [0] };
  expect(ratesOf({ toGuest: 125, fromGuest: 0, history })).toEqual({ received: [2000], sent: [0] });
});
test('rates, cables and times in words', () => {
  expect([0, 812, 999.6, 56_000, 1_234_000, 99_960_000, 1e9].map(formatRate)).toEqual([
    ...['0 bit/s', '812 bit/s', '1 kbit/s', '56 kbit/s', '1.2 Mbit/s', '100 Mbit/s', '1 Gbit/s'],
  ]);
  expect(cableWords({ rate: 1e6, delay: 40, loss: 0.5 })).toBe('at most 1 Mbit/s, 40 ms on the way, 0.5 % lost, each way');
  expect(cableWords({ delay: 0, loss: 0 })).toBe('');
  expect([lastTime({ ago: 400, count: 1 }), lastTime({ ago: 30_000, count: 2 }), lastTime({ ago: 9e6, count: 1 })]).toEqual([
    ...['just now', '30 s ago, 2 times', '3 h ago'],
  ]);
});
