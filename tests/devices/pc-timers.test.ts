/** Clocks of a PC, all of which count the machine's own time: the 8254, ACPI's timer and the real-time clock. */
import { describe, expect, it } from 'vitest';
import { settle, testOutside } from './kit/test-board.ts';
import { testPc } from './kit/test-pc.ts';

type Pc = ReturnType<typeof testPc>;
const MS = 1_000_000;
const SECOND = 1000 * MS;
const PIT_HZ = 1_193_182;
const counter = (pc: Pc, port: number) => pc.in(port) | (pc.in(port) << 8);

describe('the 8254', () => {
  it('counts down at its frequency, and shows a latched count until it is read', () => {
    const pc = testPc();
    pc.out(0x43, 0x34);
    pc.out(0x40, 0, 0);
    pc.pass(10 * MS);
    pc.out(0x43, 0x00);
    pc.pass(10 * MS);
    expect(counter(pc, 0x40)).toBe(0x1_0000 - Math.floor(PIT_HZ / 100));
    expect(counter(pc, 0x40)).toBe(0x1_0000 - Math.floor(PIT_HZ / 50));
  });

  it('interrupts periodically in mode 2, and says when it will', () => {
    const pc = testPc();
    pc.out(0x43, 0x34);
    pc.out(0x40, 11932 & 0xff, 11932 >> 8);
    const due = pc.board.timer(0);
    expect(due).toBeGreaterThan(99_000);
    expect(due).toBeLessThan(101_000);
    let edges = 0;
    // The output has risen when the mode was set.
    pc.out(0x20, 0x11);
    pc.out(0x21, 8, 4, 1);
    for (let ms = 0; ms < 100; ms++) {
      pc.pass(MS);
      pc.out(0x20, 0x0a);
      if ((pc.in(0x20) & 1) === 1) edges += 1;
      // Taken, so that the next edge shows.
      pc.out(0x20, 0x11);
      pc.out(0x21, 8, 4, 1);
    }
    expect(edges).toBe(9);
  });

  it('interrupts once in mode 0', () => {
    const pc = testPc();
    pc.out(0x43, 0x30);
    pc.out(0x40, 0xe8, 3);
    pc.pass(MS);
    expect(pc.board.timer(0)).toBe(Infinity);
    pc.out(0x43, 0xe2);
    expect(pc.in(0x40) & 0x80, 'the output is high').toBe(0x80);
  });

  it("gates counter 2 by port 61 and shows its output there: Linux's calibration", () => {
    const pc = testPc();
    pc.out(0x61, (pc.in(0x61) & ~2) | 1);
    pc.out(0x43, 0xb0);
    pc.out(0x42, 11_931 & 0xff, 11_931 >> 8);
    pc.pass(9 * MS);
    expect(pc.in(0x61) & 0x20).toBe(0);
    pc.pass(2 * MS);
    expect(pc.in(0x61) & 0x20).toBe(0x20);
  });

  it('toggles the refresh bit of port 61 every 15 microseconds', () => {
    const pc = testPc();
    pc.pass(7_000);
    const bits = Array.from({ length: 8 }, () => {
      pc.pass(15_085);
      return (pc.in(0x61) >> 4) & 1;
    });
    expect(bits).toEqual([1, 0, 1, 0, 1, 0, 1, 0]);
  });

  it('counts in decimal where it is told to', () => {
    const pc = testPc();
    pc.out(0x43, 0x35);
    pc.out(0x40, 0x00, 0x10);
    pc.pass(Math.ceil(SECOND / PIT_HZ));
    expect(counter(pc, 0x40)).toBe(0x999);
  });
});

describe("ACPI's timer", () => {
  it('counts 3.579545 MHz in 32 bits', () => {
    const pc = testPc();
    pc.pass(SECOND);
    expect(pc.board.ports.read(0x608, 4)).toBe(3_579_545);
    pc.clock.now = (2 ** 32 / 3_579_545) * 1e7 + 100;
    expect(pc.board.ports.read(0x608, 4)).toBeLessThan(100);
  });

  it('interrupts when its highest bit changes, if that is wanted', () => {
    const pc = testPc();
    pc.board.ports.write(0x602, 2, 1);
    const due = pc.board.timer(0);
    expect(due / 1e7).toBeCloseTo(2 ** 31 / 3_579_545, 3);
    pc.clock.now = due + 1;
    pc.board.timer(0);
    expect(pc.board.ports.read(0x600, 2) & 1).toBe(1);
    pc.board.ports.write(0x600, 2, 1);
    expect(pc.board.ports.read(0x600, 2) & 1).toBe(0);
  });
});

describe('the real-time clock', () => {
  const register = (pc: Pc, number: number) => {
    pc.out(0x70, number);
    return pc.in(0x71);
  };
  const set = (pc: Pc, number: number, value: number) => pc.out(0x70, number) ?? pc.out(0x71, value);
  const noon = BigInt(Date.UTC(2026, 10, 27, 21, 5, 7)) * 1_000_000n;
  const running = async () => {
    const pc = testPc();
    pc.board.attach(testOutside({ wallClock: () => noon }));
    await settle();
    return pc;
  };

  it('shows the date in decimal digits, and goes on with the machine', async () => {
    const pc = await running();
    const shown = () => [0x32, 9, 8, 7, 6, 4, 2, 0].map((number) => register(pc, number).toString(16));
    expect(shown()).toEqual(['20', '26', '11', '27', '6', '21', '5', '7']);
    pc.pass(3 * 3600 * SECOND);
    expect(shown()).toEqual(['20', '26', '11', '28', '7', '0', '5', '7']);
  });

  it('is binary and of twelve hours where register B says so', async () => {
    const pc = await running();
    set(pc, 0x0b, 0x04);
    expect([register(pc, 4), register(pc, 7)]).toEqual([0x80 | 9, 27]);
  });

  it('says that it is about to change for the last 244 microseconds of a second', async () => {
    const pc = await running();
    expect(register(pc, 0x0a) & 0x80).toBe(0);
    pc.pass(SECOND - 200_000);
    expect(register(pc, 0x0a) & 0x80).toBe(0x80);
    pc.pass(200_000);
    expect(register(pc, 0x0a) & 0x80).toBe(0);
  });

  it('can be set, standing or running', async () => {
    const pc = await running();
    set(pc, 0x0b, 0x82);
    set(pc, 2, 0x30);
    pc.pass(10 * SECOND);
    expect([register(pc, 2), register(pc, 0)]).toEqual([0x30, 0x07]);
    set(pc, 0x0b, 0x02);
    pc.pass(2 * SECOND);
    expect([register(pc, 2), register(pc, 0)]).toEqual([0x30, 0x09]);
  });

  it('interrupts for an alarm, for updates and at its rate; reading register C clears', async () => {
    const pc = await running();
    for (const [number, value] of [
      [1, 0x10],
      [3, 0x05],
      [5, 0x21],
    ] as const)
      set(pc, number, value);
    set(pc, 0x0b, 0x22);
    expect(pc.board.timer(0)).toBeLessThanOrEqual(1e7);
    pc.pass(2 * SECOND);
    expect(register(pc, 0x0c) & 0xa0).toBe(0);
    pc.pass(SECOND);
    expect(register(pc, 0x0c) & 0xa0).toBe(0xa0);
    expect(register(pc, 0x0c)).toBe(0);
    set(pc, 0x0a, 0x26);
    set(pc, 0x0b, 0x42);
    expect(pc.board.timer(0) - pc.clock.now).toBeLessThanOrEqual(1e7 / 1024 + 1);
    pc.pass(SECOND / 1000);
    expect(register(pc, 0x0c) & 0xc0).toBe(0xc0);
  });

  it('tells firmware of the memory', async () => {
    const pc = testPc({ cores: 3 });
    pc.board.attach(testOutside());
    await settle();
    expect([register(pc, 0x15) | (register(pc, 0x16) << 8), register(pc, 0x5f)]).toEqual([640, 2]);
    expect(register(pc, 0x30) | (register(pc, 0x31) << 8)).toBe(3 * 1024);
  });
});
