/** The pace of a console's output, in the milliseconds of a clock of its own. */
import { expect, test } from 'vitest';
import { BUFFERED_PACE, OutputPump, type Pace, TERMINAL_PACE } from '../../emulator/board/kit/output-pump.ts';

/** A guest that prints so many bytes each millisecond, and an owner that deals with them at once. */
function printing(bytesEach: number, pace: Pace = BUFFERED_PACE) {
  let now = 0;
  let ring = 0;
  let rate = bytesEach;
  const due: { at: number; action: () => void }[] = [];
  const batches: { at: number; bytes: number }[] = [];
  const pump = new OutputPump(
    (most) => {
      const count = Math.min(most, ring);
      ring -= count;
      return new Uint8Array(count);
    },
    ({ length }) => void batches.push({ at: now, bytes: length }),
    (milliseconds, action) => void due.push({ at: now + milliseconds, action }),
    () => false,
    pace,
  );
  const pass = (milliseconds: number) => {
    for (const until = now + milliseconds; now < until; now++) {
      ring += rate;
      const told = batches.length;
      for (const next of due.filter(({ at }) => at <= now)) {
        due.splice(due.indexOf(next), 1);
        next.action();
      }
      pump.notified();
      for (const { bytes } of batches.slice(told)) pump.acknowledge(bytes);
    }
  };
  /** When batches came within the next milliseconds, from now on. */
  const batchesIn = (milliseconds: number) => {
    const [began, from] = [now, batches.length];
    pass(milliseconds);
    return batches.slice(from).map(({ at }) => at - began);
  };
  return { pump, pass, batchesIn, batches, prints: (count: number) => (rate = count) };
}

test('a console that prints without end costs few batches, and loses nothing', () => {
  const { batchesIn, pass, batches } = printing(16);
  expect(batchesIn(80)).toHaveLength(16);
  pass(420);
  expect(batchesIn(300)).toHaveLength(10);
  expect(batches.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(800 * 16 - 30 * 16 - 1);
});

test('a key ends the rest, and what the guest says to it comes soon', () => {
  const { pump, pass, batchesIn } = printing(16);
  pass(500);
  while (batchesIn(1).length === 0);
  pass(2);
  pump.hasten();
  const after = batchesIn(70);
  expect([after[0], after.length]).toEqual([5, 14 - 1]);
  pass(200);
  expect(batchesIn(300), 'then it rests again').toHaveLength(10);
});

test('a console that was quiet for a moment is carried at once, and closely', () => {
  const { prints, pass, batchesIn } = printing(16);
  pass(500);
  prints(0);
  pass(200);
  prints(16);
  expect(batchesIn(80)).toHaveLength(16);
});

test('a guest that prints much, or that waits for each batch, is not slowed', () => {
  const much = printing(2048);
  much.pass(500);
  expect(much.batchesIn(100)).toHaveLength(20);
  const waits = printing(16, TERMINAL_PACE);
  waits.pass(500);
  expect(waits.batchesIn(100)).toHaveLength(20);
});

test('a guest that gets no processor for a moment has not been quiet', () => {
  const { prints, pass, batchesIn } = printing(16);
  pass(500);
  for (let moment = 0; moment < 5; moment++) {
    prints(0);
    pass(40);
    prints(16);
    pass(60);
  }
  expect(batchesIn(300).length).toBeLessThanOrEqual(11);
});
