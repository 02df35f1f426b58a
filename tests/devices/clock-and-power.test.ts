/** The real-time clock and the finisher. */
import { describe, expect, it } from 'vitest';
import { SEIP } from '../../emulator/device/plic/lines.ts';
import type { InputEvent } from '../../emulator/device/kit/input-gate.ts';
import { FINISHER, PLIC, RTC, RTC_LINE } from '../../emulator/board/riscv64-virt/memory-map.ts';
import { testBoard, testOutside } from './kit/test-board.ts';

describe('goldfish RTC', () => {
  const rtc = () => {
    const test = testBoard();
    const read = (offset: number) => test.board.read(RTC.at + offset, 4);
    const write = (offset: number, value: number) => test.board.write(RTC.at + offset, 4, value);
    const time = () => {
      const low = BigInt(read(0));
      return (BigInt(read(4)) << 32n) | low;
    };
    return { ...test, read, write, time };
  };
  const WALL = 1_700_000_000_123_456_700n;

  it('shows the wall clock, which entered through the gate, and goes with the machine', async () => {
    const { board, clock, time } = rtc();
    const seen: InputEvent[] = [];
    const gate = { admit: (event: InputEvent, apply: () => void) => (seen.push(event), apply()) };
    clock.now = 1000;
    board.attach(testOutside({ wallClock: () => WALL, gate }));
    expect(time()).toBe(WALL);
    clock.now += 10_000_000;
    expect(time()).toBe(WALL + 1_000_000_000n);
    expect(seen.filter(({ kind }) => kind === 'time')).toEqual([{ kind: 'time', nanoseconds: WALL }]);
    await board.outside.close();
  });

  it('can be set by the guest', () => {
    const { write, time } = rtc();
    write(4, 0x1234);
    write(0, 0x5678_9abc);
    expect(time()).toBe(0x1234_5678_9abcn);
  });

  it("fires its alarm through hart 0's timer", () => {
    const { board, clock, read, write } = rtc();
    board.write(PLIC.at + 4 * RTC_LINE, 4, 1);
    board.write(PLIC.at + 0x2080, 4, 1 << RTC_LINE);
    write(0x10, 1);
    write(0x0c, 0);
    write(0x08, 1_000_000);
    expect(read(0x18)).toBe(1);
    const deadline = board.timer(0);
    expect(deadline).toBeGreaterThanOrEqual(10_000);
    expect(deadline).toBeLessThanOrEqual(10_001);
    expect(board.signals(0).lines & SEIP).toBe(0);
    clock.now = deadline;
    expect(board.timer(0)).toBe(Infinity);
    expect(board.signals(0).lines & SEIP).toBe(SEIP);
    expect(read(0x18)).toBe(0);
    write(0x1c, 1);
    expect(board.signals(0).lines & SEIP).toBe(0);
  });

  it('an alarm in the past fires at once, a cleared one never', () => {
    const { board, clock, read, write } = rtc();
    clock.now = 50;
    write(0x08, 10);
    expect(read(0x18)).toBe(0);
    write(0x08, 50_000);
    write(0x14, 1);
    expect(board.timer(0)).toBe(Infinity);
  });
});

describe('finisher', () => {
  it.each([
    [0x5555, { kind: 'poweroff', code: 0 }],
    [0x0007_3333, { kind: 'poweroff', code: 7 }],
    [0xffff_3333, { kind: 'poweroff', code: 0xffff }],
    [0x7777, { kind: 'reboot' }],
  ])('0x%s asks for %o', (word, request) => {
    const { board, power } = testBoard();
    board.write(FINISHER.at, 4, word);
    expect(power).toEqual([request]);
  });

  it('does nothing for other words', () => {
    const { board, power } = testBoard();
    board.write(FINISHER.at, 4, 0x1234);
    expect(power).toEqual([]);
  });

  it('takes a 16-bit store', () => {
    const { board, power } = testBoard();
    board.write(FINISHER.at, 2, 0x5555);
    expect(power).toEqual([{ kind: 'poweroff', code: 0 }]);
  });
});
