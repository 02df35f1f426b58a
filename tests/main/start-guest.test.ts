/** `--guest TEMPLATE`: one machine of the template, made when there is none, started when none runs. */
import { describe, expect, test } from 'vitest';
import { guestOf, startGuest } from '../../main/start-guest.ts';

/** A program with these machines; records the calls that change something. */
function program(machines: { id: string; state: string; template?: string }[]) {
  const calls: string[] = [];
  const dispatch = (service: string, method: string, args: readonly unknown[]) => {
    if (method === 'list') return Promise.resolve(machines.map(({ id, state, template }) => ({ id, state, definition: { template } })));
    calls.push(`${service}.${method} ${JSON.stringify(args)}`);
    return Promise.resolve({ id: 'new' });
  };
  return { dispatch, calls };
}

describe('a guest at start', () => {
  test('is made and started where there is none', async () => {
    const { dispatch, calls } = program([{ id: 'a', state: 'off', template: 'other' }]);
    await startGuest({ dispatch }, 'hello-riscv64');
    expect(calls).toEqual(['machines.create [{"template":"hello-riscv64"}]', 'machines.start ["new"]']);
  });
  test.each(['off', 'failed'])('that is %s is started, not made again', async (state) => {
    const { dispatch, calls } = program([{ id: 'a', state, template: 'hello-riscv64' }]);
    await startGuest({ dispatch }, 'hello-riscv64');
    expect(calls).toEqual(['machines.start ["a"]']);
  });
  test.each(['running', 'starting', 'paused'])('that is %s is left alone', async (state) => {
    const { dispatch, calls } = program([{ id: 'a', state, template: 'hello-riscv64' }]);
    await startGuest({ dispatch }, 'hello-riscv64');
    expect(calls).toEqual([]);
  });
  test('is read from the command line', () => {
    expect(guestOf(['electron', '.', '--guest', 'hello-riscv64'])).toBe('hello-riscv64');
    expect(guestOf(['electron', '.'])).toBeUndefined();
  });
});
