/** The border lets through what the contracts name, checked, and says no in words to the rest. */
import { faultWith } from '../../../preload/contract/errors/contract-error.ts';
import { expect, test } from 'vitest';
import { asContractError, broadcaster, dispatcher, type ServiceHandlers } from '../../../main/border/border.ts';
import { serveSession, type Link, type SessionParts } from '../../../main/border/session.ts';
import { MachineError } from '../../../emulator/index.ts';
import { ContractError } from '../../../preload/contract/contract.ts';
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import { createWireClient } from '../../../preload/contract/wire-client.ts';
import {
  decodeServerMessage,
  encodeAcknowledgement,
  encodeFrame,
  encodeMessage,
  FRAME,
  WIRE_VERSION,
  type ClientMessage,
  type Frame,
  type ServerMessage,
} from '../../../preload/contract/wire.ts';

const quiet = () => undefined;
const handlersWith = (machines: object, others: object = {}) =>
  ({ application: {}, consoles: {}, images: {}, tasks: {}, ...others, machines }) as unknown as ServiceHandlers;

test('arguments are checked before the handler runs', async () => {
  const started: unknown[] = [];
  const dispatch = dispatcher(handlersWith({ start: (id: string) => void started.push(id) }), quiet);
  await dispatch('machines', 'start', ['a']);
  for (const args of [[], ['a', 'b'], [7], [''], [null], [{ toString: 'a' }], ['x'.repeat(65)], ['a\0b']])
    await expect(dispatch('machines', 'start', args)).rejects.toMatchObject({ kind: 'invalid' });
  expect(started).toEqual(['a']);
});

test('only calls that a contract names', async () => {
  const dispatch = dispatcher(handlersWith({ start: quiet, secret: () => 'told' }), quiet);
  for (const [service, method] of [
    ['machines', 'secret'],
    ['nobody', 'start'],
    ['machines', 'changed'],
    ['__proto__', 'start'],
    ['machines', 'constructor'],
    ['constructor', 'name'],
  ])
    await expect(dispatch(service as string, method as string, [])).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('there is no call'),
    });
});

test('unknown fields of a definition are refused, not stored', async () => {
  const dispatch = dispatcher(handlersWith({ update: quiet }), quiet);
  await expect(dispatch('machines', 'update', ['a', { memoryMiB: 64 }])).resolves.toBeUndefined();
  await expect(dispatch('machines', 'update', ['a', { memoryMiB: 64, extra: 1 }])).rejects.toThrow('argument 2.extra is not a known field');
  await expect(dispatch('machines', 'update', ['a', { memoryMiB: 1e9 }])).rejects.toThrow('memoryMiB');
});

test('errors for people keep their words, our own faults are reported', () => {
  const reported: Error[] = [];
  const report = (error: Error) => void reported.push(error);
  const typed = new ContractError('machine-already', { state: 'running' });
  expect(asContractError(typed, report)).toBe(typed);
  expect(asContractError(new MachineError('boot-truncated', { what: 'the kernel', kind: 'x86 kernel' }), report)).toMatchObject({
    code: 'boot-truncated',
    message: 'the kernel is a truncated x86 kernel: get the file again',
  });
  expect(reported).toEqual([]);
  expect(asContractError(new TypeError('x is undefined'), report)).toMatchObject({
    code: 'internal-fault',
    kind: 'internal',
    message: expect.stringContaining('x is undefined'),
  });
  expect(reported).toHaveLength(1);
});

/** A session whose sent frames are kept; `unread` pretends the transport keeps them. */
function session(change: Partial<SessionParts> = {}) {
  const sent: Frame[] = [];
  const state = { unread: 0, closed: false };
  const link: Link = { send: (frame) => void sent.push(frame), buffered: () => state.unread, close: () => void (state.closed = true) };
  const border = broadcaster();
  const parts: SessionParts = {
    version: '0',
    dispatch: async () => 'done',
    broadcaster: border,
    openConsole: () => Promise.reject(new ContractError('machine-no-console', { name: 'box', console: 3, last: 0, lastName: 'ttyS0' })),
    openCommand: () => Promise.reject(new ContractError('machine-gone')),
    openStream: () => Promise.reject(new ContractError('machine-gone')),
    openCable: () => Promise.reject(new ContractError('machine-gone')),
    report: quiet,
    ...change,
  };
  const served = serveSession(link, parts);
  const messages = () => sent.filter((frame) => typeof frame === 'string').map(decodeServerMessage);
  const ask = (message: ClientMessage) => served.receive(encodeMessage(message));
  return { sent, state, border, served, messages, ask };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));
const answered = (messages: ServerMessage[], id: number) => messages.find((message) => 'id' in message && message.id === id);

test('a session greets, answers, refuses and passes events on', async () => {
  const { messages, ask, border } = session({
    dispatch: async (_service, method) => {
      if (method === 'bad') throw new ContractError('machine-already', { state: 'running' });
      return { method };
    },
  });
  ask({ kind: 'call', id: 1, service: 'machines', method: 'list', args: [] });
  ask({ kind: 'call', id: 2, service: 'machines', method: 'bad', args: [] });
  border.events.machines.deleted({ id: 'a' as MachineStatus['id'] });
  await settle();
  expect(messages()[0]).toMatchObject({ kind: 'hello', wire: WIRE_VERSION });
  expect(answered(messages(), 1)).toEqual({ kind: 'answer', id: 1, ok: { method: 'list' } });
  expect(answered(messages(), 2)).toEqual({ kind: 'refusal', id: 2, error: { code: 'machine-already', facts: { state: 'running' } } });
  expect(messages()).toContainEqual({ kind: 'event', service: 'machines', name: 'deleted', payload: { id: 'a' } });
});

test.for([
  ['no JSON', 'hello?'],
  ['JSON that is no message', '[]'],
  ['a call without arguments', '{"kind":"call","id":1,"service":"a","method":"b"}'],
  ['an id that is no number', '{"kind":"call","id":"1","service":"a","method":"b","args":[]}'],
  [
    'a cable for a card that cannot be',
    '{"kind":"plug","channel":1,"request":{"network":"none","card":0,"mac":"52:54:00:00:00:01","machine":"a"}}',
  ],
  ['bytes that are no frame', Uint8Array.of(99, 0, 0, 0, 0)],
  ['too few bytes', Uint8Array.of(2)],
  ['what only the program sends', encodeFrame(FRAME.output, 1, new Uint8Array(3))],
  ['a frame beyond the limit', 'x'.repeat(5 * 1024 * 1024)],
] as const)('a client that sends %s is cut off', ([, frame]) => {
  const { served, state } = session();
  served.receive(frame);
  expect(state.closed).toBe(true);
});

test('a client that reads nothing is cut off instead of piling up memory', () => {
  const { border, state, sent } = session();
  state.unread = 9 * 1024 * 1024;
  border.events.tasks.changed({ id: '1', kind: 'check-library', subject: {}, state: 'running', message: '', startedAt: 0 });
  expect(state.closed).toBe(true);
  const count = sent.length;
  border.events.tasks.changed({ id: '1', kind: 'check-library', subject: {}, state: 'done', message: '', startedAt: 0 });
  expect(sent.length).toBe(count);
});

test('too many calls at once are refused one by one', async () => {
  const { ask, messages } = session({ dispatch: () => new Promise(() => undefined) });
  for (let id = 0; id < 300; id++) ask({ kind: 'call', id, service: 'machines', method: 'list', args: [] });
  await settle();
  expect(messages().filter(({ kind }) => kind === 'refusal')).toHaveLength(300 - 256);
});

test('a console: opened, output, input, acknowledgement, closed', async () => {
  const log: string[] = [];
  let print: (bytes: Uint8Array) => void = quiet;
  const { ask, served, sent, messages } = session({
    async openConsole(machine, number, _attachment, listener) {
      print = listener.output;
      return {
        historyBytes: 5,
        position: 70,
        begin: () => void log.push('begin'),
        acknowledge: (count: number) => void log.push(`acknowledged ${count}`),
        write: async (bytes: Uint8Array) => {
          log.push(`wrote ${new TextDecoder().decode(bytes)} to ${machine}/${number}`);
          return bytes.length;
        },
        finish: async () => undefined,
        close: () => void log.push('closed'),
      };
    },
  });
  ask({ kind: 'open', channel: 9, machine: 'm', console: 2, whole: false, terminal: true });
  await settle();
  expect(messages()).toContainEqual({ kind: 'opened', channel: 9, historyBytes: 5, position: 70 });
  print(new TextEncoder().encode('hi'));
  expect(sent.at(-1)).toEqual(encodeFrame(FRAME.output, 9, new TextEncoder().encode('hi')));
  served.receive(encodeFrame(FRAME.input, 9, new TextEncoder().encode('ls')));
  served.receive(encodeAcknowledgement(9, 2));
  served.closed();
  expect(log).toEqual(['begin', 'wrote ls to m/2', 'acknowledged 2', 'closed']);
});

test('a console that cannot be opened is closed with the reason', async () => {
  const { ask, messages } = session();
  ask({ kind: 'open', channel: 3, machine: 'm', console: 0, whole: false, terminal: true });
  await settle();
  expect(messages()).toContainEqual({
    kind: 'closed',
    channel: 3,
    reason: { code: 'machine-no-console', facts: { name: 'box', console: 3, last: 0, lastName: 'ttyS0' } },
  });
});

test('the client and the session understand each other', async () => {
  const client = createWireClient();
  const border = broadcaster();
  const link: Link = { send: (frame) => client.receive(frame), buffered: () => 0, close: quiet };
  const history = Uint8Array.of(1, 2, 3);
  const dispatch = dispatcher(
    handlersWith(
      { list: () => [], start: () => Promise.reject(new ContractError('machine-gone')) },
      { consoles: { history: () => history } },
    ),
    quiet,
  );
  const served = serveSession(link, {
    version: '0',
    dispatch,
    broadcaster: border,
    openConsole: () => Promise.reject(new Error('x')),
    openCommand: () => Promise.reject(new Error('x')),
    openStream: () => Promise.reject(new Error('x')),
    openCable: () => Promise.reject(new Error('x')),
    report: quiet,
  });
  client.attach((frame) => served.receive(frame));
  const id = 'a' as MachineStatus['id'];
  expect(await client.services.machines.list()).toEqual([]);
  expect(await client.services.consoles.history(id, 0)).toEqual(history);
  await expect(client.services.machines.start(id)).rejects.toMatchObject({ name: 'ContractError', code: 'machine-gone', kind: 'missing' });
  const heard: unknown[] = [];
  const stop = client.services.machines.deleted.on((payload) => heard.push(payload));
  border.events.machines.deleted({ id });
  stop();
  border.events.machines.deleted({ id });
  expect(heard).toEqual([{ id }]);
  client.detach(faultWith('wire-program-ended'));
  await expect(client.services.machines.list()).rejects.toMatchObject({ code: 'wire-program-ended', kind: 'unavailable' });
});
