/** The window over Electron's bridge: outcomes become answers and typed errors, events arrive until unsubscribed. */
import { describe, expect, test } from 'vitest';
import type { Bridge, Outcome } from '../../preload/contract/bridge.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import { createBridgeTransport } from '../../renderer/app/bridge-transport.ts';
import { FakeChannel } from './fake-transport.ts';

function bridgeThat(answers: Outcome) {
  const calls: unknown[] = [];
  const listeners = new Set<(payload: unknown) => void>();
  const bridge: Bridge = {
    async call(service, method, args) {
      calls.push([service, method, args]);
      return answers;
    },
    on(service, event, listener) {
      calls.push([service, event]);
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    openConsole(machine, console) {
      calls.push([machine, console]);
      return new FakeChannel();
    },
    pathOf: (file) => ((file as File).size === 0 ? '' : `/home/ada/${(file as File).name}`),
  };
  return { bridge, calls, listeners };
}

describe('the transport over the bridge', () => {
  test('says where a dropped file is, and nothing of one that is nowhere', () => {
    const { bridge } = bridgeThat({ ok: undefined });
    const { pathOf } = createBridgeTransport(bridge);
    expect([pathOf(new File(['x'], 'Image')), pathOf(new File([], 'made up'))]).toEqual(['/home/ada/Image', undefined]);
  });
  test('answers calls by their names and arguments', async () => {
    const { bridge, calls } = bridgeThat({ ok: [{ index: 0, name: 'ttyS0' }] });
    const { services } = createBridgeTransport(bridge);
    expect(await services.consoles.list('M' as MachineId)).toEqual([{ index: 0, name: 'ttyS0' }]);
    expect(calls).toEqual([['consoles', 'list', ['M']]]);
  });
  test('makes errors of refusals, with code and message', async () => {
    const { services } = createBridgeTransport(bridgeThat({ error: { code: 'machine-already', facts: { state: 'running' } } }).bridge);
    await expect(services.machines.delete('M' as MachineId)).rejects.toMatchObject({
      name: 'ContractError',
      code: 'machine-already',
      kind: 'conflict',
      message: 'the machine is already running',
    });
  });
  test('hands events on until unsubscribed', () => {
    const { bridge, calls, listeners } = bridgeThat({ ok: undefined });
    const heard: unknown[] = [];
    const stop = createBridgeTransport(bridge).services.machines.deleted.on((payload) => heard.push(payload));
    listeners.forEach((listener) => listener({ id: 'M' }));
    stop();
    expect(heard).toEqual([{ id: 'M' }]);
    expect(listeners.size).toBe(0);
    expect(calls).toEqual([['machines', 'deleted']]);
  });
  test('opens consoles, and is as lasting as the program', () => {
    const { bridge, calls } = bridgeThat({ ok: undefined });
    const transport = createBridgeTransport(bridge);
    expect(transport.openConsole('M', 2)).toBeInstanceOf(FakeChannel);
    expect(calls).toEqual([['M', 2]]);
    expect(transport.connection).toBe('connected');
  });
});
