/** Registers of the 16550A: PC16550D data sheet, table II. Offsets 0 and 1 show the divisor while DLAB is set. */
import type { StateOf } from '../../snapshot/schema.ts';
import { registers } from '../kit/registers.ts';
import type { uartState } from './state.ts';

/** What the registers ask of the UART. */
export interface UartFront {
  readonly state: StateOf<typeof uartState>;
  readonly divisorAccess: boolean;
  receive(): number;
  send(byte: number): void;
  setInterruptEnable(value: number): void;
  identifyInterrupt(): number;
  setFifoControl(value: number): void;
  lineStatus(): number;
  modemStatus(): number;
  setDivisor(byte: number, high: boolean): void;
}

// prettier-ignore
export const uartRegisters = registers<UartFront>()({
  data:            { at: 0, width: 1, doc: 'RBR/THR: receive buffer, transmit holding; DLL while DLAB', effect: 'takes a received byte',
                     read: (u) => (u.divisorAccess ? u.state.divisor & 0xff : u.receive()),
                     write: (u, byte) => (u.divisorAccess ? u.setDivisor(byte, false) : u.send(byte)) },
  interruptEnable: { at: 1, width: 1, doc: 'IER: which events raise the line; DLM while DLAB',
                     read: (u) => (u.divisorAccess ? u.state.divisor >> 8 : u.state.interruptEnable),
                     write: (u, byte) => (u.divisorAccess ? u.setDivisor(byte, true) : u.setInterruptEnable(byte)) },
  interruptIdent:  { at: 2, width: 1, doc: 'IIR/FCR: the pending interrupt of highest priority; FIFO control', effect: 'clears a THRE interrupt',
                     read: (u) => u.identifyInterrupt(),
                     write: (u, byte) => u.setFifoControl(byte) },
  lineControl:     { at: 3, width: 1, doc: 'LCR: word length, parity, break, DLAB', holds: 'lineControl', writable: 0xff },
  modemControl:    { at: 4, width: 1, doc: 'MCR: DTR, RTS, OUT1, OUT2, loopback', holds: 'modemControl', writable: 0x1f },
  lineStatus:      { at: 5, width: 1, doc: 'LSR: data ready, overrun, transmitter empty', effect: 'clears overrun', read: (u) => u.lineStatus() },
  modemStatus:     { at: 6, width: 1, doc: 'MSR: CTS, DSR, RI, DCD; the modem control outputs in loopback', read: (u) => u.modemStatus() },
  scratch:         { at: 7, width: 1, doc: 'SCR: eight bits for the guest', holds: 'scratch', writable: 0xff },
});
