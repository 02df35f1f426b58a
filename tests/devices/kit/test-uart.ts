/** A UART on a board of its own, with its line led to a core. */
import { SEIP } from '../../../emulator/device/plic/lines.ts';
import { PLIC, UART, UART_LINE } from '../../../emulator/board/riscv64-virt/memory-map.ts';
import { testBoard } from './test-board.ts';

/** Offsets of registers. */
export const IER = 1;
export const IIR = 2;
export const LCR = 3;
export const MCR = 4;
export const LSR = 5;
export const MSR = 6;

export function uart() {
  const test = testBoard();
  const { board } = test;
  const read = (offset: number) => board.read(UART.at + offset, 1);
  const write = (offset: number, value: number) => board.write(UART.at + offset, 1, value);
  board.write(PLIC.at + 4 * UART_LINE, 4, 1);
  board.write(PLIC.at + 0x2080, 4, 1 << UART_LINE);
  const raised = () => (board.signals(0).lines & SEIP) !== 0;
  return { ...test, read, write, raised };
}
