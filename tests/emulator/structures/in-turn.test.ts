/** The serial queue. */
import { expect, test } from 'vitest';
import { caughtUp, turns } from '../../../emulator/structures/in-turn.ts';

test('work runs one after the other, in the order in which it was given', async () => {
  const inTurn = turns();
  const seen: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = inTurn(async () => {
    seen.push('first begins');
    await promise;
    seen.push('first ends');
    return 1;
  });
  const second = inTurn(async () => seen.push('second'));
  await Promise.resolve();
  expect(seen).toEqual(['first begins']);
  resolve();
  expect(await first).toBe(1);
  await second;
  expect(seen).toEqual(['first begins', 'first ends', 'second']);
});

test("a failure is its giver's alone", async () => {
  const inTurn = turns();
  const failed = inTurn(() => Promise.reject(new Error('no')));
  const after = inTurn(async () => 'goes on');
  await expect(failed).rejects.toThrow('no');
  expect(await after).toBe('goes on');
});

test('work that throws at once rejects, too', async () => {
  const inTurn = turns();
  const failed = inTurn(() => {
    throw new Error('at once');
  });
  await expect(failed).rejects.toThrow('at once');
  expect(await inTurn(async () => 2)).toBe(2);
});

test('caught up means everything that was given before has ended', async () => {
  const inTurn = turns();
  const seen: number[] = [];
  for (const number of [1, 2, 3]) void inTurn(async () => void seen.push(number)).catch(() => undefined);
  await caughtUp(inTurn);
  expect(seen).toEqual([1, 2, 3]);
});
