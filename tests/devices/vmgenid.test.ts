/** The generation ID: what a guest that goes on from a saved state is told, and how. */
import { describe, expect, it } from 'vitest';
import { PLIC, VMGENID, VMGENID_LINE } from '../../emulator/board/riscv64-virt/memory-map.ts';
import { SEIP } from '../../emulator/device/plic/lines.ts';
import type { InputEvent } from '../../emulator/device/kit/input-gate.ts';
import { testBoard, testOutside } from './kit/test-board.ts';

const SUPERVISOR_ENABLE = PLIC.at + 0x2080 + 4 * (VMGENID_LINE >> 5);
const SUPERVISOR_CLAIM = PLIC.at + 0x20_1004;

function guest() {
  const test = testBoard();
  const { board } = test;
  const seen: InputEvent[] = [];
  const gate = { admit: (event: InputEvent, apply: () => void) => (seen.push(event), apply()) };
  let generation = 0;
  board.attach(testOutside({ entropy: (count) => new Uint8Array(count).fill(++generation), gate }));
  board.write(PLIC.at + 4 * VMGENID_LINE, 4, 1);
  board.write(SUPERVISOR_ENABLE, 4, 1 << (VMGENID_LINE & 31));
  const isTold = () => (board.signals(0).lines & SEIP) !== 0;
  const id = (size: 1 | 2 | 4 = 4) => Array.from({ length: 16 / size }, (_, part) => board.read(VMGENID.at + part * size, size));
  return { ...test, seen, isTold, id };
}

describe('the generation ID', () => {
  it('is there from the start, random, through the gate, and nobody is told of it', async () => {
    const { board, seen, isTold, id } = guest();
    expect(seen.filter(({ kind }) => kind === 'generation')).toEqual([{ kind: 'generation', id: new Uint8Array(16).fill(1) }]);
    expect(isTold()).toBe(false);
    expect(id()).toEqual(Array(4).fill(0x0101_0101));
    await board.outside.close();
  });

  it('is another one after a return, and the line stays high until it is read', async () => {
    const { board, isTold, id } = guest();
    board.outside.renewGeneration();
    expect(isTold()).toBe(true);
    expect(board.read(SUPERVISOR_CLAIM, 4)).toBe(VMGENID_LINE);
    expect(id(1)).toEqual(Array(16).fill(2));
    board.write(SUPERVISOR_CLAIM, 4, VMGENID_LINE);
    expect(isTold()).toBe(false);
    // Two returns before it is read are one.
    board.outside.renewGeneration();
    board.outside.renewGeneration();
    expect(id(2)).toEqual(Array(8).fill(0x0404));
    expect(isTold()).toBe(false);
    await board.outside.close();
  });

  it('cannot be written', async () => {
    const { board, id } = guest();
    board.write(VMGENID.at, 4, 0xdead_beef);
    expect(id()).toEqual(Array(4).fill(0x0101_0101));
    await board.outside.close();
  });
});
