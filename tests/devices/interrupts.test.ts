/** PLIC and CLINT: what reaches a hart, when, and in which order. */
import { describe, expect, it } from 'vitest';
import { MSIP, MTIP } from '../../emulator/device/clint/lines.ts';
import { MEIP, SEIP } from '../../emulator/device/plic/lines.ts';
import { CoreSignals, coreSignals } from '../../emulator/device/kit/core-signals.ts';
import { GUARD_SIZE } from '../../emulator/device/kit/device.ts';
import { mount } from '../../emulator/device/kit/device.ts';
import { Plic } from '../../emulator/device/plic/device.ts';
import { plicRegisters } from '../../emulator/device/plic/registers.ts';
import { plicState } from '../../emulator/device/plic/state.ts';
import { CLINT } from '../../emulator/board/riscv64-virt/memory-map.ts';
import { testBoard } from './kit/test-board.ts';

function plic(harts = 1) {
  const shape = plicState(2 * harts);
  const guardAt = Math.ceil(shape.size / 64) * 64;
  const buffer = new SharedArrayBuffer(guardAt + GUARD_SIZE + harts * coreSignals.size);
  const signals = Array.from({ length: harts }, (_, hart) => new CoreSignals(buffer, guardAt + GUARD_SIZE + hart * coreSignals.size));
  const device = new Plic('plic', { buffer, stateAt: 0, guardAt }, signals);
  const registers = mount(device, plicRegisters(2 * harts));
  const write = (offset: number, value: number) => registers.write(offset, 4, value);
  const read = (offset: number) => registers.read(offset, 4);
  return {
    device,
    signals,
    read,
    write,
    priority: (source: number, value: number) => write(4 * source, value),
    enable: (context: number, ...sources: number[]) =>
      write(
        0x2000 + 0x80 * context,
        sources.reduce((bits, source) => bits | (1 << source), 0),
      ),
    threshold: (context: number, value: number) => write(0x20_0000 + 0x1000 * context, value),
    claim: (context: number) => read(0x20_0004 + 0x1000 * context),
    complete: (context: number, source: number) => write(0x20_0004 + 0x1000 * context, source),
    lines: (hart = 0) => signals[hart]?.lines ?? -1,
  };
}

describe('PLIC', () => {
  it('delivers an enabled source to its context, M and S apart', () => {
    const p = plic(2);
    p.priority(5, 1);
    p.enable(1, 5);
    p.device.line(5).set(true);
    expect([p.lines(0), p.lines(1)]).toEqual([SEIP, 0]);
    p.enable(1);
    p.enable(2, 5);
    expect([p.lines(0), p.lines(1)]).toEqual([0, MEIP]);
    expect(p.signals[1]?.words[0], 'the core is woken').toBeGreaterThan(0);
  });

  it('never delivers priority 0 and nothing at or below the threshold', () => {
    const p = plic();
    p.enable(1, 3);
    p.device.line(3).set(true);
    expect(p.lines()).toBe(0);
    p.priority(3, 2);
    expect(p.lines()).toBe(SEIP);
    p.threshold(1, 2);
    expect(p.lines()).toBe(0);
    expect(p.claim(1), 'a claim ignores the threshold').toBe(3);
  });

  it('claims the highest priority first and the lowest number of equals', () => {
    const p = plic();
    p.enable(1, 2, 7, 9);
    for (const [source, value] of [
      [2, 1],
      [7, 6],
      [9, 6],
    ] as const) {
      p.priority(source, value);
      p.device.line(source).set(true);
    }
    expect([p.claim(1), p.claim(1), p.claim(1), p.claim(1)]).toEqual([7, 9, 2, 0]);
    expect(p.lines()).toBe(0);
  });

  it('a claimed source waits for its completion, then interrupts again while its line is high', () => {
    const p = plic();
    p.priority(4, 1);
    p.enable(1, 4);
    p.device.line(4).set(true);
    expect(p.read(0x1000)).toBe(1 << 4);
    expect(p.claim(1)).toBe(4);
    expect(p.read(0x1000)).toBe(0);
    expect(p.lines()).toBe(0);
    p.complete(0, 4);
    expect(p.lines(), 'completion by a context that does not enable it is ignored').toBe(0);
    p.complete(1, 4);
    expect(p.lines()).toBe(SEIP);
    p.claim(1);
    p.device.line(4).set(false);
    p.complete(1, 4);
    expect(p.lines()).toBe(0);
  });

  it('is claimed by one context only', () => {
    const p = plic(2);
    p.priority(8, 1);
    p.enable(1, 8);
    p.enable(3, 8);
    p.device.line(8).set(true);
    expect([p.lines(0), p.lines(1)]).toEqual([SEIP, SEIP]);
    expect(p.claim(3)).toBe(8);
    expect([p.lines(0), p.lines(1)]).toEqual([0, 0]);
    expect(p.claim(1)).toBe(0);
  });

  it('handles the last source and keeps source 0 out', () => {
    const p = plic();
    p.priority(95, 7);
    p.write(0x2080 + 8, 0x8000_0000);
    p.device.line(95).set(true);
    expect(p.claim(1)).toBe(95);
    p.write(0, 7);
    expect(p.read(0)).toBe(0);
    p.write(0x2080, 0xffff_ffff);
    expect(p.read(0x2080)).toBe(0xffff_fffe);
    expect(() => p.device.line(96)).toThrow('no source 96');
    p.complete(1, 0xffff_ffff);
  });
});

describe('CLINT', () => {
  const at = CLINT.at;

  it('raises MTIP when the time has come and names the deadline before', () => {
    const { board, clock } = testBoard({ cores: 2 });
    expect(board.timer(1)).toBe(Infinity);
    board.write(at + 0x4008, 4, 5000);
    board.write(at + 0x400c, 4, 0);
    expect(board.timer(1)).toBe(5000);
    expect(board.signals(1).lines & MTIP).toBe(0);
    clock.now = 5000;
    expect(board.timer(1)).toBe(Infinity);
    expect(board.signals(1).lines & MTIP).toBe(MTIP);
    expect(board.signals(0).lines).toBe(0);
    board.write(at + 0x400c, 4, 1);
    expect(board.signals(1).lines & MTIP).toBe(0);
    expect(board.timer(1)).toBe(2 ** 32 + 5000);
  });

  it('wakes a hart whose deadline moved', () => {
    const { board } = testBoard();
    const { words } = board.signals(0);
    words[0] = 0;
    board.write(at + 0x4000, 4, 7);
    expect(words[0]).toBeGreaterThan(0);
  });

  it('shows mtime, and mtime cannot be written', () => {
    const { board, clock } = testBoard();
    clock.now = 2 ** 33 + 7;
    expect([board.read(at + 0xbff8, 4), board.read(at + 0xbffc, 4)]).toEqual([7, 2]);
    board.write(at + 0xbff8, 4, 1);
    expect(board.read(at + 0xbff8, 4)).toBe(7);
  });

  it('raises and lowers software interrupts', () => {
    const { board } = testBoard({ cores: 3 });
    board.write(at + 8, 4, 0xffff_ffff);
    expect(board.read(at + 8, 4)).toBe(1);
    expect([0, 1, 2].map((hart) => board.signals(hart).lines)).toEqual([0, 0, MSIP]);
    board.write(at + 8, 4, 0);
    expect(board.signals(2).lines).toBe(0);
  });
});
