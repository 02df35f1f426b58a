/** Captures: what tshark reads in them, and what becomes of frames when nobody takes them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Capture } from '../../../emulator/network/cable/capture.ts';
import { MergedCapture } from '../../../main/cli/network/merged-capture.ts';
import { seeded } from '../../devices/kit/test-board.ts';
import { describeWith, tool } from '../../kit/tools.ts';
import { FakeGuest } from './fake-guest.ts';

/** A capture whose reader takes as much as a test says. */
function captured(waits?: number) {
  const written: Uint8Array[] = [];
  let now = 1_800_000_000_123_456_789n;
  const sink = {
    waiting: 0,
    frames: 0,
    write: (bytes: Uint8Array) => void ((sink.waiting += bytes.length), written.push(bytes)),
    dropped: (frames: number) => void (sink.frames = frames),
  };
  const texts = { application: Buffer.from('test'), name: Buffer.from('nic0'), comment: Buffer.from('the card of “box”') };
  const capture = new Capture({ sink, wallClock: () => (now += 1_000_001n), ...texts, ...(waits === undefined ? {} : { waits }) });
  return { capture, sink, file: () => Buffer.concat(written) };
}
/** Frames of a guest that resolves a name, and of what it is answered. */
function traffic() {
  const guest = new FakeGuest();
  const frames: { bytes: Uint8Array<ArrayBuffer>; toGuest: boolean }[] = [];
  const send = guest.nat.send.bind(guest.nat);
  guest.nat.send = (all) => (all.forEach(({ bytes }) => frames.push({ bytes, toGuest: false })), send(all));
  guest.udp('10.0.2.2', 7777, Buffer.from('hello'));
  for (const { bytes } of guest.frames) frames.push({ bytes, toGuest: true });
  return frames;
}

describeWith(['tshark'], 'a capture', () => {
  const fields = (file: Buffer, ...names: readonly string[]) => {
    const folder = mkdtempSync(join(tmpdir(), 'vivarium-capture-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'file.pcapng'), file);
    const wanted = names.flatMap((name) => ['-e', name]);
    const run = spawnSync(String(tool('tshark')), ['-r', join(folder, 'file.pcapng'), '-T', 'fields', ...wanted], { encoding: 'utf8' });
    expect(run.status, run.stderr).toBe(0);
    return run.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split('\t'));
  };

  it('is read with its times in nanoseconds, its directions, its card and every byte', { timeout: 60_000 }, () => {
    const { capture, file } = captured();
    const frames = traffic();
    for (const { bytes, toGuest } of frames) capture.frame({ bytes }, toGuest);
    expect(frames.map(({ toGuest }) => toGuest)).toEqual([false, true]);
    const read = fields(
      file(),
      'frame.time_epoch',
      'frame.interface_name',
      'frame.packet_flags_direction',
      'frame.len',
      '_ws.col.Protocol',
    );
    expect(read.map(([, ...rest]) => rest)).toEqual([
      ['nic0', '0x00000002', String(frames[0]?.bytes.length), expect.any(String)],
      ['nic0', '0x00000001', String(frames[1]?.bytes.length), 'ICMP'],
    ]);
    expect(read[0]?.[0]).toContain('.12445679');
    expect(fields(file(), 'udp.payload')[0]).toEqual([Buffer.from('hello').toString('hex')]);
  });

  it('leaves out what a slow reader has no room for, counts it, and goes on when there is room', { timeout: 60_000 }, () => {
    const { capture, sink, file } = captured(2000);
    const bytes = new Uint8Array(600);
    for (let index = 0; index < 10; index++) capture.frame({ bytes }, true);
    const left = sink.frames;
    expect(left).toBeGreaterThan(5);
    sink.waiting = 0;
    capture.frame({ bytes }, false);
    expect(sink.frames).toBe(left);
    const read = fields(file(), 'frame.number', 'frame.drop_count');
    expect(read).toHaveLength(10 - left + 1);
    expect(read.at(-1)?.[1]).toBe(String(left));
  });

  it('of several cards is one file, whatever pieces each comes in', { timeout: 60_000 }, () => {
    const seed = Number(process.env['VIVARIUM_SEED'] ?? Date.now() % 100_000);
    const random = seeded(seed);
    const cards = [0, 1, 2].map(() => captured());
    const merged = new MergedCapture();
    const inlets = cards.map(() => merged.inlet());
    const whole: Uint8Array[] = [];
    const given = [0, 0, 0];
    const give = (card: number, count: number) => {
      const part = cards[card]!.file().subarray(given[card], given[card]! + count);
      given[card]! += part.length;
      whole.push(inlets[card]!.take(part));
    };
    for (let frame = 0; frame < 90; frame++) {
      cards[frame % 3]!.capture.frame({ bytes: new Uint8Array(100 + (frame % 3)) }, frame % 2 === 0);
      give(random(3), random(300));
    }
    for (const card of [2, 0, 1]) give(card, Infinity);
    const read = fields(Buffer.concat(whole), 'frame.interface_id', 'frame.len');
    expect(read, `VIVARIUM_SEED=${seed}`).toHaveLength(90);
    // Each interface has the frames of one card.
    const kinds = new Map(read.map(([id, length]) => [id, length]));
    expect([...kinds.values()].toSorted()).toEqual(['100', '101', '102']);
    for (const [id, length] of read) expect(kinds.get(id)).toBe(length);
  });
});
