/** The host's end of the guest's agent, against a guest that is played: streams, windows, beginnings and ends. */
import { said } from '../../kit/said.ts';
import { describe, expect, test } from 'vitest';
import { GuestAgent } from '../../../main/exec/guest-agent.ts';
import { encodeRequest, HEADER_BYTES, REPORT, REQUEST, REQUEST_BYTES } from '../../../main/exec/messages.ts';
import { PanicWatch } from '../../../main/exec/panic-watch.ts';
import type { CommandEvents } from '../../../preload/contract/commands.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (content: Uint8Array) => new TextDecoder().decode(content);

/** What the host has sent, message by message, and a way to answer. */
function played() {
  const sent: Uint8Array[] = [];
  let dealtWith = 0;
  const agent = new GuestAgent({ write: (message) => void sent.push(message), acknowledge: (count) => void (dealtWith += count) });
  const messages = () =>
    sent.flatMap((written) => {
      const found = [];
      for (let at = 0; at < written.length;) {
        const view = new DataView(written.buffer, written.byteOffset + at, HEADER_BYTES);
        const length = view.getUint32(4, true);
        const payload = written.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
        found.push({ kind: view.getUint8(0), detail: view.getUint8(1), channel: view.getUint16(2, true), payload });
        at += HEADER_BYTES + length;
      }
      return found;
    });
  const report = (kind: number, channel: number, payload: Uint8Array = new Uint8Array(), detail = 0) =>
    encodeRequest(kind, channel, payload, detail);
  const greeting = () => report(REPORT.hello, 0, messages().findLast(({ kind }) => kind === REQUEST.reset)!.payload);
  return { agent, sent, messages, report, greeting, dealtWith: () => dealtWith };
}

/** Keeps what a command tells. */
function listener() {
  const told: unknown[] = [];
  const events: CommandEvents = {
    output: (stream, content) => void told.push([stream, text(content)]),
    inputRoom: (count) => void told.push({ room: count }),
    inputClosed: () => void told.push('input closed'),
    ended: (end) => void told.push(end),
    lost: (loss) => void told.push(loss),
  };
  return { told, events };
}

async function started() {
  const guest = played();
  const connected = guest.agent.connected();
  guest.agent.received(guest.greeting());
  await connected;
  const { told, events } = listener();
  const command = guest.agent.start({ text: 'true' }, events);
  const { channel } = guest.messages().find(({ kind }) => kind === REQUEST.start)!;
  return { ...guest, told, command, channel };
}

describe('the beginning', () => {
  test('what an earlier snapshot point left in the stream is passed over, however it is cut', async () => {
    const { agent, greeting, dealtWith } = played();
    const connected = agent.connected();
    const all = Buffer.concat([bytes('half a message, vivarium.exec'), greeting()]);
    for (const byte of all) agent.received(Uint8Array.of(byte));
    await connected;
    expect(dealtWith()).toBe(all.length);
  });

  test('another greeting’s answer is none', async () => {
    const { agent, greeting, messages } = played();
    void agent.connected().catch(() => undefined);
    const former = greeting();
    agent.disconnected({ kind: 'went back', reason: said('it went back') });
    let there = false;
    const connected = agent.connected().then(() => (there = true));
    agent.received(former);
    await new Promise((resolve) => setImmediate(resolve));
    expect([there, messages().filter(({ kind }) => kind === REQUEST.reset).length]).toEqual([false, 2]);
    agent.received(greeting());
    await connected;
  });
});

describe('a command', () => {
  test('hears of room, output and its end in order, and nothing afterwards', async () => {
    const { agent, report, told, channel, command, sent } = await started();
    const stream = Buffer.concat([
      report(REPORT.credit, channel, Uint8Array.of(0, 0, 1, 0)),
      report(REPORT.output, channel, bytes('out'), 1),
      report(REPORT.output, channel, bytes('err'), 2),
      report(REPORT.inputClosed, channel),
      report(REPORT.ended, channel, Uint8Array.of(7, 0, 0, 0)),
      report(REPORT.output, channel, bytes('late'), 1),
    ]);
    for (let at = 0; at < stream.length; at += 5) agent.received(Uint8Array.from(stream.subarray(at, at + 5)));
    expect(told).toEqual([{ room: 65536 }, [1, 'out'], [2, 'err'], 'input closed', { status: 7, outOfMemory: false }]);
    const before = sent.length;
    command.write(bytes('more'));
    command.signal(2);
    expect(sent).toHaveLength(before);
  });

  test('that a signal ended has the status of a shell', async () => {
    const { agent, report, told, channel } = await started();
    agent.received(report(REPORT.ended, channel, Uint8Array.of(0, 9, 1, 0)));
    expect(told).toEqual([{ status: 137, outOfMemory: true }]);
  });

  test('its long input goes out in buffers of the device, each with a header', async () => {
    const { command, sent, messages } = await started();
    command.write(new Uint8Array(10_000).fill(1));
    expect(sent.at(-1)?.length).toBe(10_000 + 3 * HEADER_BYTES);
    const pieces = messages().filter(({ kind }) => kind === REQUEST.input);
    expect(pieces.map(({ payload }) => payload.length)).toEqual([REQUEST_BYTES - 8, REQUEST_BYTES - 8, 10_000 - 2 * (REQUEST_BYTES - 8)]);
  });

  test('the window is widened by what was dealt with, in large steps', async () => {
    const { command, messages } = await started();
    const windows = () =>
      messages()
        .filter(({ kind }) => kind === REQUEST.window)
        .map(({ detail, payload }) => [detail, new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0, true)]);
    command.acknowledge(1, 60_000);
    expect(windows()).toEqual([]);
    command.acknowledge(1, 6000);
    command.acknowledge(2, 70_000);
    expect(windows()).toEqual([
      [1, 66_000],
      [2, 70_000],
    ]);
  });

  test('is lost with its guest, for the reason given', async () => {
    const { agent, told } = await started();
    agent.disconnected({ kind: 'powered off', reason: said('it is off') });
    expect(told).toEqual([{ kind: 'powered off', reason: said('it is off') }]);
  });

  test('a stream that is none ends every command', async () => {
    const { agent, told } = await started();
    agent.received(Uint8Array.of(2, 1, 1, 0, 255, 255, 255, 255));
    expect(told).toMatchObject([{ kind: 'failed' }]);
  });

  test('that is too long, holds a zero byte or is one too many is refused', async () => {
    const { agent } = await started();
    const { events } = listener();
    expect(() => agent.start({ text: 'x'.repeat(131_072) }, events)).toThrow(/longer than 131071/);
    expect(() => agent.start({ text: 'a\0b' }, events)).toThrow(/zero byte/);
    for (let count = 1; count < 12; count++) agent.start({ text: 'true' }, events);
    expect(() => agent.start({ text: 'true' }, events)).toThrow(/12 commands/);
  });
});

test('the terminal’s size is told when the agent is there', async () => {
  const { agent, greeting, messages } = played();
  agent.resizeConsole({ columns: 100, rows: 30 });
  const sizes = () => messages().filter(({ kind }) => kind === REQUEST.size);
  const connected = agent.connected();
  expect(sizes()).toEqual([]);
  agent.received(greeting());
  await connected;
  expect(sizes()).toMatchObject([{ channel: 0xffff, payload: Uint8Array.of(100, 0, 30, 0) }]);
});

describe('a panic', () => {
  const line = '[   13.9] Kernel panic - not syncing: sysrq triggered crash\r\n';
  test('is found in output that comes in pieces', () => {
    const watch = new PanicWatch();
    const found = [...`noise\r\n${line}`].map((letter) => watch.output(bytes(letter))).filter((panic) => panic !== undefined);
    expect(found).toEqual([{ reason: 'sysrq triggered crash', outOfMemory: false }]);
  });
  test('for want of memory is told apart; the line that ends a report is no other one', () => {
    const watch = new PanicWatch();
    expect(watch.output(bytes('Kernel panic - not syncing: System is deadlocked on memory\n'))).toMatchObject({ outOfMemory: true });
    expect(watch.output(bytes('---[ end Kernel panic - not syncing: System is deadlocked on memory ]---\n'))).toBeUndefined();
  });
});
