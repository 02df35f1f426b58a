/** State of a 16550A UART (National Semiconductor PC16550D data sheet, section 8). */
import { bytes, schema, since, u16, u8 } from '../../snapshot/schema.ts';

/** Depth of the receive FIFO, in bytes. */
export const FIFO_DEPTH = 16;
/** Input that may be on the line behind a full FIFO, in bytes: what a guest reads in a few milliseconds. */
export const LINE_BYTES = 1024;

export const uartState = schema('uart16550', 3, {
  interruptEnable: u8(),
  fifoControl: u8(),
  lineControl: u8(),
  modemControl: u8(),
  scratch: u8(),
  divisor: u16(12),
  /** The receive FIFO: a circle of `FIFO_DEPTH` bytes from `receiveHead`. */
  received: bytes(FIFO_DEPTH),
  receiveHead: u8(),
  receiveCount: u8(),
  /** A byte came when the FIFO was full: line status bit 1, until read. */
  overrun: u8(),
  /** The transmitter became empty and nobody has been told: the THRE interrupt. */
  transmitterEmptied: u8(1),
  /** The guest found or left the transmitter full; it is told when there is room again. */
  transmitterWaiting: u8(),
  /** The guest polls for input. */
  polls: since(2, u8()),
  /** Looks for input in a row, and since the guest last set up interrupts or FIFOs. */
  looks: since(2, u8()),
  allLooks: since(2, u16()),
  /** The outside has input that waits until the guest listens. */
  inputHeld: since(2, u8()),
  /** What is on the line and enters the FIFO when that is empty: a circle of `LINE_BYTES` bytes from `lineHead`. */
  line: since(3, bytes(LINE_BYTES)),
  lineHead: since(3, u16()),
  lineCount: since(3, u16()),
});
