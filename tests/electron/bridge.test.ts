/** The doorway: only declared names pass, errors keep their code, and the page's transport makes them errors again. */
import { describe, expect, test } from 'vitest';
import { connect, createBridge } from '../../preload/bridge.ts';
import { PORT_CHANNEL } from '../../preload/contract/bridge.ts';
import { ContractError } from '../../preload/contract/contract.ts';
import { contracts } from '../../preload/contract/index.ts';
import { encodeFrame, encodeMessage, FRAME, type ClientMessage, type ServerMessage } from '../../preload/contract/wire.ts';
import { createBridgeTransport } from '../../renderer/app/bridge-transport.ts';

/** A preload's link whose other end is played by the test. */
function opened(answer: (message: ClientMessage & { kind: 'call' }) => ServerMessage) {
  const channels: string[] = [];
  const calls: ClientMessage[] = [];
  const acknowledged: number[] = [];
  let port: MessagePort | undefined;
  const tell = (frame: string | Uint8Array) => port?.postMessage(frame);
  const wire = connect({
    postMessage(channel, _message, transfer) {
      channels.push(channel);
      port = transfer?.[0] as MessagePort;
      port.onmessage = ({ data }: MessageEvent<unknown>) => {
        if (typeof data === 'number') return void acknowledged.push(data);
        if (typeof data !== 'string') return;
        const message = JSON.parse(data) as ClientMessage;
        calls.push(message);
        if (message.kind === 'call') tell(encodeMessage(answer(message)));
      };
    },
  });
  return {
    bridge: createBridge(wire, (file) => `/home/ada/${(file as File).name}`),
    channels,
    calls,
    acknowledged,
    tell,
    end: () => port?.close(),
  };
}
const refuse = (message: ClientMessage & { kind: 'call' }): ServerMessage => ({
  kind: 'refusal',
  id: message.id,
  error: { code: 'machine-already', facts: { state: 'running' } },
});

describe('the doorway', () => {
  test('hands one port over at once, on its own channel', () => {
    const { channels, end } = opened(refuse);
    expect(channels).toEqual([PORT_CHANNEL]);
    end();
  });
  test('every declared call passes', async () => {
    const { bridge, calls, end } = opened(({ id, service, method }) => ({ kind: 'answer', id, ok: `${service}.${method}` }));
    for (const { name, members } of Object.values(contracts))
      for (const [member, { kind }] of Object.entries(members))
        if (kind === 'call') expect(await bridge.call(name, member, [1])).toEqual({ ok: `${name}.${member}` });
    expect(calls.length).toBeGreaterThan(10);
    end();
  });
  test.each([
    ['machines', 'destroyEverything'],
    ['machines', 'changed'],
    ['__proto__', 'toString'],
    ['machines', '__proto__'],
    ['', ''],
  ])('%s.%s is no call', async (service, method) => {
    const { bridge, calls, end } = opened(refuse);
    expect(await bridge.call(service, method, [])).toMatchObject({ error: { code: 'call-unknown' } });
    expect(calls).toEqual([]);
    end();
  });
  test('undeclared events are refused', () => {
    const { bridge, end } = opened(refuse);
    expect(() => bridge.on('machines', 'start', () => undefined)).toThrow('no event');
    end();
  });
  test('what arrives is acknowledged by its length', async () => {
    const { bridge, tell, acknowledged, end } = opened(refuse);
    const seen = new Promise((resolve) => bridge.on('machines', 'deleted', resolve));
    const text = encodeMessage({ kind: 'event', service: 'machines', name: 'deleted', payload: { id: 'x' } });
    tell(text);
    expect(await seen).toEqual({ id: 'x' });
    while (acknowledged.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(acknowledged).toEqual([text.length]);
    end();
  });
});

describe("the page's transport", () => {
  test('answers, and errors with their code', async () => {
    const made = opened((message) => (message.method === 'list' ? { kind: 'answer', id: message.id, ok: [] } : refuse(message)));
    const { services } = createBridgeTransport(made.bridge);
    expect(await services.machines.list()).toEqual([]);
    const error = await services.tasks.cancel('1').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ContractError);
    expect(error).toMatchObject({ code: 'machine-already', kind: 'conflict', message: 'the machine is already running' });
    made.end();
  });
  test('console bytes arrive whole', async () => {
    const made = opened(refuse);
    const channel = createBridgeTransport(made.bridge).openConsole('m', 0);
    const bytes = new Promise<Uint8Array>((resolve) => channel.onOutput(resolve));
    while (made.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const open = made.calls[0] as ClientMessage & { kind: 'open' };
    expect(open).toMatchObject({ kind: 'open', machine: 'm', console: 0 });
    made.tell(encodeFrame(FRAME.output, open.channel, new Uint8Array([72, 105])));
    expect([...(await bytes)]).toEqual([72, 105]);
    made.end();
  });
});
