/** Two clients on one console, over the wire: who answers the guest's questions, input that is lost, and a channel that finishes. */
import { faultWith } from '../../../preload/contract/errors/contract-error.ts';
import { said } from '../../kit/said.ts';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createApplication } from '../../../main/application.ts';
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import {
  CHANNEL_WINDOW,
  decodeFrame,
  decodeServerMessage,
  encodeAcknowledgement,
  encodeFrame,
  encodeMessage,
  FRAME,
  type ClientMessage,
  type Frame,
  type ServerMessage,
} from '../../../preload/contract/wire.ts';
import { bareDefinition, scriptedEmulator, type ScriptedMachine } from '../scripted-machine.ts';
import { temporaryHome } from '../temporary-home.ts';

const CHANNEL = 5;

/** A program with one machine that runs, played by the test. */
async function running() {
  const emulator = scriptedEmulator();
  const { startMachine } = emulator;
  const application = await createApplication({ shell: 'browser', program: 'the tests', home: temporaryHome(), startMachine });
  onTestFinished(() => application.close());
  const definition = bareDefinition('box', { onQuit: 'stop' });
  const { id } = (await application.dispatch('machines', 'create', [{ definition }])) as MachineStatus;
  await application.dispatch('machines', 'start', [id]);
  return { application, id, guest: emulator.machines[0] as ScriptedMachine };
}
type Running = Awaited<ReturnType<typeof running>>;

/** A client attached to the machine's console; it acknowledges what it gets unless it `isSlow`. */
async function attached({ application, id }: Running, { terminal = true, whole = false, isSlow = false } = {}) {
  const messages: ServerMessage[] = [];
  let text = '';
  let unread = 0;
  const session = application.serve({
    buffered: () => 0,
    close: () => messages.push({ kind: 'closed', channel: CHANNEL, reason: said('cut off') }),
    send(frame: Frame) {
      if (typeof frame === 'string') return void messages.push(decodeServerMessage(frame));
      const { kind, payload } = decodeFrame(frame);
      if (kind !== FRAME.output) return;
      text += new TextDecoder().decode(payload);
      unread += payload.length;
      if (!isSlow) acknowledge();
    },
  });
  const acknowledge = () => {
    if (unread > 0) session.receive(encodeAcknowledgement(CHANNEL, unread));
    unread = 0;
  };
  const ask = (message: ClientMessage) => session.receive(encodeMessage(message));
  ask({ kind: 'open', channel: CHANNEL, machine: id, console: 0, whole, terminal });
  const got = (kind: ServerMessage['kind']) => messages.filter((message) => message.kind === kind);
  await vi.waitFor(() => expect(got('opened')).toHaveLength(1));
  return {
    text: () => text,
    got,
    /** What it was told last of answering. */
    answers: () => (got('answers').at(-1) as { answers: boolean } | undefined)?.answers,
    type: (keys: string) => session.receive(encodeFrame(FRAME.input, CHANNEL, new TextEncoder().encode(keys))),
    /** Reads what has come, now and from then on. */
    read: () => {
      isSlow = false;
      acknowledge();
    },
    finish: () => ask({ kind: 'finish', channel: CHANNEL }),
    leave: () => ask({ kind: 'close', channel: CHANNEL }),
  };
}

test('of two terminals the one that was active last answers, and both see everything', async () => {
  const machine = await running();
  const first = await attached(machine);
  await vi.waitFor(() => expect(first.answers()).toBe(true));
  const second = await attached(machine);
  await vi.waitFor(() => expect([first.answers(), second.answers()]).toEqual([false, true]));
  // One that is no terminal, as a pipe, never answers and takes nobody's place.
  const pipe = await attached(machine, { terminal: false });
  first.type('a');
  await vi.waitFor(() => expect([first.answers(), second.answers()]).toEqual([true, false]));
  expect(pipe.got('answers')).toEqual([]);
  machine.guest.print('seen by all');
  await vi.waitFor(() => expect([first, second, pipe].map((client) => client.text())).toEqual(Array(3).fill('seen by all')));
  first.leave();
  await vi.waitFor(() => expect(second.answers()).toBe(true));
  expect(machine.guest.written).toEqual(['0:a']);
});

test('input that the guest has not taken is counted, for the client that sent it alone', async () => {
  const machine = await running();
  const [first, second] = [await attached(machine), await attached(machine)];
  vi.spyOn(machine.guest, 'write').mockResolvedValue(3);
  first.type('hello');
  await vi.waitFor(() => expect(first.got('lost')).toEqual([{ kind: 'lost', channel: CHANNEL, bytes: 2 }]));
  vi.mocked(machine.guest.write).mockRejectedValue(new Error('the machine is gone'));
  first.type('more');
  await vi.waitFor(() => expect(first.got('lost').at(-1)).toEqual({ kind: 'lost', channel: CHANNEL, bytes: 4 }));
  expect(second.got('lost')).toEqual([]);
});

test('a client that sends beyond the window is cut off, and the other goes on', async () => {
  const machine = await running();
  const [first, second] = [await attached(machine), await attached(machine)];
  machine.guest.takesInput = false;
  for (let sent = 0; sent <= CHANNEL_WINDOW; sent += 4096) first.type('x'.repeat(4096));
  expect(first.got('closed')).toEqual([{ kind: 'closed', channel: CHANNEL, reason: said('cut off') }]);
  machine.guest.takeInput();
  second.type('still here');
  await vi.waitFor(() => expect(machine.guest.written.at(-1)).toBe('0:still here'));
  expect(second.got('closed')).toEqual([]);
});

test('a channel that finishes is closed when it has got all, however slowly it reads; the other stays', async () => {
  const machine = await running();
  const slow = await attached(machine, { whole: true, terminal: false, isSlow: true });
  const other = await attached(machine);
  const line = `${'0123456789'.repeat(100)}\n`;
  let printed = '';
  while (printed.length < 2 * CHANNEL_WINDOW) {
    // The guest waits while nothing is read: what fits is printed.
    const count = machine.guest.print(line);
    if (count === 0) break;
    printed += line.slice(0, count);
  }
  slow.finish();
  await vi.waitFor(() => expect(other.text()).toBe(printed));
  expect(slow.got('closed')).toEqual([]);
  expect(slow.text().length).toBeLessThanOrEqual(CHANNEL_WINDOW);
  slow.read();
  await vi.waitFor(() => expect(slow.got('closed')).toHaveLength(1));
  expect(slow.got('closed')).toEqual([{ kind: 'closed', channel: CHANNEL, reason: faultWith('output-complete') }]);
  expect([slow.text(), slow.got('skipped')]).toEqual([printed, []]);
  machine.guest.acknowledge(0, 0);
  machine.guest.print('after');
  await vi.waitFor(() => expect(other.text()).toBe(`${printed}after`));
  expect(slow.text()).toBe(printed);
});
