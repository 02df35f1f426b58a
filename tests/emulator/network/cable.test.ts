/** The cable between card and link: watched, pulled, slow, long, lossy; and frames as a wire carries them. */
import { describe, expect, it } from 'vitest';
import type { Frame, NetworkCard, NetworkLink } from '../../../emulator/device/kit/network.ts';
import { Cable } from '../../../emulator/network/cable/cable.ts';
import { checksumOf, folded, pseudoHeader, sumOf } from '../../../emulator/network/wire/checksum.ts';
import { ETHERNET_BYTES, ethernetFrame, TYPE_IPV4, TYPE_IPV6 } from '../../../emulator/network/wire/ethernet.ts';
import { asOnWire, withChecksum } from '../../../emulator/network/wire/finish.ts';
import { IPV4_BYTES, readIpv4, writeIpv4 } from '../../../emulator/network/wire/ipv4.ts';
import { PROTOCOL } from '../../../emulator/network/wire/packet.ts';
import { ACK, FIN, PSH, readTcp, writeTcp } from '../../../emulator/network/wire/tcp.ts';
import { seeded } from '../../devices/kit/test-board.ts';

const frame = (number: number, length = 60): Frame => ({ bytes: new Uint8Array(length).fill(number) });
const numbers = (frames: readonly Frame[]) => frames.map(({ bytes }) => bytes[0]);

/** A cable between a card and a link that keep what they get, and a clock that the test moves. */
function laid() {
  const sent: Frame[] = [];
  const got: Frame[] = [];
  const calls: string[] = [];
  let now = 0;
  let due: { at: number; action: () => void }[] = [];
  const card = {
    address: new Uint8Array(6),
    takes: { checksum: true, tcp4: true, tcp6: false },
    hasDriver: true,
    isUp: true,
    isPlugged: true,
    mtu: 1500,
    room: Infinity,
  };
  const end: NetworkCard & { room: number; isPlugged: boolean } = {
    ...card,
    receive(frames) {
      const taken = Math.min(end.room, frames.length);
      got.push(...frames.slice(0, taken));
      end.room -= taken;
      return taken;
    },
    setLink: (isUp) => void (end.isPlugged = isUp),
  };
  const link: NetworkLink = {
    plugged: () => undefined,
    send: (frames) => void sent.push(...frames),
    ready: () => void calls.push('ready'),
    setHeld: (held) => void calls.push(held ? 'held' : 'goes on'),
    returned: () => void calls.push('returned'),
  };
  const cable = new Cable({ link, now: () => now, later: (milliseconds, action) => void due.push({ at: now + milliseconds, action }) });
  cable.plugged(end);
  const pass = (milliseconds: number) => {
    for (const until = now + milliseconds; now < until;) {
      now = Math.min(until, ...due.map(({ at }) => at).filter((at) => at > now));
      const ready = due.filter(({ at }) => at <= now);
      due = due.filter(({ at }) => at > now);
      for (const { action } of ready) action();
    }
  };
  return { cable, sent, got, calls, end, pass };
}

describe('a cable', () => {
  it('blinks where it is in, and stays out where it was pulled meanwhile', () => {
    const { cable, end, pass } = laid();
    cable.blink(500);
    expect(end.isPlugged).toBe(false);
    expect(cable.status.isUp).toBe(false);
    pass(499);
    expect(end.isPlugged).toBe(false);
    pass(1);
    expect(end.isPlugged).toBe(true);
    cable.blink(500);
    cable.setLink(false);
    pass(500);
    expect(end.isPlugged).toBe(false);
    cable.blink(500);
    pass(500);
    expect(end.isPlugged).toBe(false);
  });
  it('hands everything on at once, and shows what reached either end', () => {
    const { cable, sent, got, end } = laid();
    const seen: [number | undefined, boolean][] = [];
    const stop = cable.watch(({ bytes }, toGuest) => void seen.push([bytes[0], toGuest]));
    cable.send([frame(1), frame(2)]);
    end.room = 1;
    expect(cable.receive([frame(3), frame(4)])).toBe(1);
    expect([numbers(sent), numbers(got)]).toEqual([[1, 2], [3]]);
    expect(seen).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ]);
    stop();
    cable.send([frame(5)]);
    expect(seen).toHaveLength(3);
    cable.setLink(false);
    expect([cable.isPlugged, cable.status.isUp]).toEqual([false, false]);
  });

  it('is in or out as it was left, whatever state the guest goes back to, and counts what reached either end', () => {
    const { cable, end } = laid();
    cable.setLink(false);
    end.setLink(true);
    cable.returned();
    expect(end.isPlugged).toBe(false);
    const out = new Cable({ link: cable, now: () => 0, later: () => undefined, isUp: false });
    out.plugged(end);
    end.setLink(true);
    out.returned();
    expect(end.isPlugged).toBe(false);
    end.room = 1;
    cable.send([frame(1, 100)]);
    cable.receive([frame(2, 60), frame(3, 60)]);
    expect(cable.traffic).toMatchObject({ fromGuest: 100, toGuest: 60 });
  });

  it('delays both ways, in order, and stands still with the machine', () => {
    const { cable, sent, got, pass } = laid();
    cable.impair({ delay: 100 }, 1);
    cable.send([frame(1)]);
    expect(cable.receive([frame(2)])).toBe(1);
    pass(99);
    expect([sent, got]).toEqual([[], []]);
    cable.setHeld(true);
    pass(1000);
    expect([sent, got]).toEqual([[], []]);
    cable.setHeld(false);
    cable.impair({ delay: 0 }, 1);
    cable.send([frame(3)]);
    pass(1);
    expect([numbers(sent), numbers(got)]).toEqual([[1, 3], [2]]);
  });

  it('carries no more than its rate after a burst, and drops what waits too long a row', () => {
    const { cable, got, pass } = laid();
    cable.impair({ rate: 8_000_000 }, 1);
    cable.receive(Array.from({ length: 1200 }, (_, index) => frame(index & 0xff, 1000)));
    // 64 KiB go at once; then a thousand bytes take a millisecond.
    const first = got.length;
    expect(first).toBe(65);
    pass(100);
    expect(got.length).toBe(first + 100);
    pass(10_000);
    expect(got.length + cable.status.lost).toBe(1200);
    expect(cable.status.lost).toBeGreaterThan(0);
  });

  it('loses its share of the first frames too, whatever the seed', () => {
    const lostAt = (index: number) => {
      const seeds = Array.from({ length: 1000 }, (_, seed) => seed);
      return seeds.filter((seed) => {
        const { cable, sent, got, end } = laid();
        cable.impair({ loss: 10 }, seed);
        for (let number = 0; number < 4; number++) {
          cable.send([frame(number)]);
          end.room = Infinity;
          cable.receive([frame(number)]);
        }
        return !numbers(index < 4 ? sent : got).includes(index % 4);
      }).length;
    };
    // Of 1000 throws, with the same seeds each time, 10 % are 100, and 38 more or less is four times their deviation.
    for (let index = 0; index < 8; index++) expect(Math.abs(lostAt(index) - 100), `frame ${index}`).toBeLessThan(38);
  });
  it('loses what its seed says, and nothing else', () => {
    const run = (seed: number) => {
      const { cable, sent } = laid();
      cable.impair({ loss: 25 }, seed);
      for (let index = 0; index < 200; index++) cable.send([frame(index)]);
      expect(sent.length + cable.status.lost).toBe(200);
      return numbers(sent);
    };
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
    expect(run(7).length).toBeGreaterThan(120);
    expect(run(7).length).toBeLessThan(180);
  });

  it('keeps what finds no room until the guest has some; a return forgets it', () => {
    const { cable, got, end, calls, pass } = laid();
    cable.impair({ delay: 5 }, 1);
    end.room = 1;
    cable.receive([frame(1), frame(2), frame(3)]);
    pass(10);
    expect(numbers(got)).toEqual([1]);
    end.room = 1;
    cable.ready();
    expect(numbers(got)).toEqual([1, 2]);
    cable.returned();
    end.room = Infinity;
    cable.ready();
    pass(100);
    expect(numbers(got)).toEqual([1, 2]);
    expect(calls).toEqual(['ready', 'returned', 'ready']);
  });
});

const HEADERS = ETHERNET_BYTES + IPV4_BYTES + 20;
/** A long segment as a guest leaves it to its card. */
function long(length: number, size: number): Frame {
  const bytes = ethernetFrame(new Uint8Array(6), new Uint8Array(6), TYPE_IPV4, HEADERS - ETHERNET_BYTES + length);
  writeIpv4(bytes, '10.0.2.15', '10.0.2.2', PROTOCOL.tcp, 20 + length);
  const at = ETHERNET_BYTES + IPV4_BYTES;
  writeTcp(bytes, at, {
    sourcePort: 1,
    destinationPort: 2,
    sequence: 0xffff_ff00,
    acknowledged: 5,
    flags: ACK | PSH | FIN,
    window: 9,
    options: {},
  });
  for (let index = 0; index < length; index++) bytes[HEADERS + index] = index & 0xff;
  const pseudo = folded(pseudoHeader(bytes.subarray(at - 8, at), PROTOCOL.tcp, 20 + length));
  bytes.set([pseudo >> 8, pseudo & 0xff], at + 16);
  return { bytes, unfinished: { checksum: { start: at, offset: 16 }, segments: { kind: 'tcp4', size, headerLength: HEADERS } } };
}

describe('a frame on a wire', () => {
  it('has its checksum', () => {
    const { bytes } = long(100, 1460);
    const whole = withChecksum({ bytes, unfinished: { checksum: { start: 34, offset: 16 } } });
    expect(readTcp(readIpv4(whole)!, false)?.data).toHaveLength(100);
    expect(whole).not.toBe(bytes);
  });

  it('is cut into segments that say together what it said', () => {
    const parts = asOnWire(long(4000, 1460)).map(({ bytes }) => readTcp(readIpv4(bytes as Uint8Array<ArrayBuffer>)!, false)!);
    expect(parts.map(({ sequence, flags, data }) => [sequence, flags, data.length])).toEqual([
      [0xffff_ff00, ACK, 1460],
      [(0xffff_ff00 + 1460) >>> 0, ACK, 1460],
      [(0xffff_ff00 + 2920) >>> 0, ACK | PSH | FIN, 1080],
    ]);
    expect(parts.flatMap(({ data }) => [...data])).toEqual(Array.from({ length: 4000 }, (_, index) => index & 0xff));
  });

  it('of version 6, too', () => {
    const tcp = ETHERNET_BYTES + 40;
    const bytes = new Uint8Array(tcp + 20 + 3000);
    bytes.set([TYPE_IPV6 >> 8, TYPE_IPV6 & 0xff, 0x60], 12);
    bytes[ETHERNET_BYTES + 6] = PROTOCOL.tcp;
    bytes[tcp + 12] = 5 << 4;
    const parts = asOnWire({
      bytes,
      unfinished: { checksum: { start: tcp, offset: 16 }, segments: { kind: 'tcp6', size: 1400, headerLength: tcp + 20 } },
    });
    expect(parts.map(({ bytes: { length } }) => length - tcp - 20)).toEqual([1400, 1400, 200]);
    for (const { bytes: part } of parts) {
      const pseudo = pseudoHeader(part.subarray(ETHERNET_BYTES + 8, tcp), PROTOCOL.tcp, part.length - tcp);
      expect(folded(sumOf(part, tcp, part.length, pseudo))).toBe(0xffff);
      expect(checksumOf(part, tcp, part.length, pseudo)).toBe(0);
    }
  });

  it('that lies is cut into nothing that is longer than it was', () => {
    const seed = 20_261_128;
    const next = seeded(seed);
    for (let round = 0; round < 2000; round++) {
      const { bytes, unfinished } = long(next(3000), 1 + next(1500));
      for (let spoilt = 0; spoilt < 8; spoilt++) bytes[next(HEADERS)] = next(256);
      const parts = asOnWire({ bytes: bytes.slice(0, 14 + next(bytes.length - 14)), unfinished });
      for (const part of parts) expect(part.bytes.length, `seed ${seed}, round ${round}`).toBeLessThanOrEqual(bytes.length);
    }
  });
});
