/**
 * A 16550A UART (PC16550D data sheet). Output goes into a byte ring that the I/O thread empties at the owner's pace:
 * while the ring is full the transmitter is not empty, and a guest that writes regardless waits. Input waits on the line,
 * from where it enters the receive FIFO when the guest has emptied that, on the guest's own thread: a driver that reads
 * until nothing is ready gets many FIFOs full with one interrupt. The I/O thread gives more when all of it is gone, so that
 * a guest gets out of its interrupt handler now and then: it has to, for its terminal driver to say that it has no room.
 *
 * Before the guest listens, input waits outside: a driver empties the FIFO when it starts, and what was typed until then
 * would be lost. A guest listens when it has the received-data interrupt enabled or polls.
 */
import type { ByteRing } from '../kit/byte-ring.ts';
import { DeviceCore, type Place } from '../kit/device.ts';
import type { InterruptLine } from '../kit/wiring.ts';
import type { UartFront } from './registers.ts';
import { FIFO_DEPTH, LINE_BYTES, uartState } from './state.ts';

const IER_RECEIVED = 0x01;
const IER_TRANSMITTER_EMPTY = 0x02;
const IER_LINE_STATUS = 0x04;
const FCR_ENABLE = 0x01;
const FCR_CLEAR_RECEIVE = 0x02;
const LCR_DLAB = 0x80;
const MCR_LOOPBACK = 0x10;
const LSR_DATA_READY = 0x01;
const LSR_OVERRUN = 0x02;
const LSR_TRANSMITTER_EMPTY = 0x60;
/** IIR: nothing pending, and the identities of table IV. */
const IIR_NONE = 0x01;
const IIR_LINE_STATUS = 0x06;
const IIR_RECEIVED = 0x04;
const IIR_TIMEOUT = 0x0c;
const IIR_TRANSMITTER_EMPTY = 0x02;
const IIR_FIFOS_ENABLED = 0xc0;
/** Carrier, data set ready, clear to send: somebody is always at the other end. */
const MSR_CONNECTED = 0xb0;
/** Receive FIFO trigger levels, by FCR bits 7:6. */
const TRIGGER = [1, 4, 8, 14] as const;
/**
 * So many looks for input in a row are polling. A driver that prints looks at the line status, too, but sends or sets
 * up interrupts in between; Linux's looks five times while it starts.
 */
const LOOKS = 8;
/** A program that sends after every look polls all the same; Linux sets up interrupts around each of its lines. */
const ALL_LOOKS = 4096;
/**
 * So much waiting input is a file rather than keys or something pasted, which small guests with small buffers take in steps of
 * a FIFO better.
 */
const BULK_BYTES = 4096;
/** A guest that polls a full transmitter rests this long per look, in milliseconds, instead of burning a host core. */
const POLL_REST = 1;

export class Uart16550 extends DeviceCore<typeof uartState.fields> implements UartFront {
  readonly #line: InterruptLine;
  readonly #output: ByteRing;
  readonly #wake: () => void;

  /** @param wake asks the I/O thread to look at the ring and at pending input */
  constructor(name: string, place: Place, wires: { line: InterruptLine; output: ByteRing; wake: () => void }) {
    super(name, uartState, place);
    this.#line = wires.line;
    this.#output = wires.output;
    this.#wake = wires.wake;
  }

  get divisorAccess(): boolean {
    return (this.state.lineControl & LCR_DLAB) !== 0;
  }

  get #depth(): number {
    return (this.state.fifoControl & FCR_ENABLE) !== 0 ? FIFO_DEPTH : 1;
  }

  get #listens(): boolean {
    return (this.state.interruptEnable & IER_RECEIVED) !== 0 || this.state.polls !== 0;
  }

  /** The guest looked for input and found none. */
  #looked(): void {
    const { state } = this;
    if (state.polls !== 0) return;
    state.looks += 1;
    state.allLooks += 1;
    if (state.looks < LOOKS && state.allLooks < ALL_LOOKS) return;
    state.polls = 1;
    this.#letInput();
  }

  #letInput(): void {
    this.#refill();
    if (this.state.inputHeld === 0 || !this.#listens) return;
    this.state.inputHeld = 0;
    this.#wake();
  }

  #forgetLooks(): void {
    this.state.looks = 0;
    this.state.allLooks = 0;
  }

  setDivisor(byte: number, high: boolean): void {
    const { divisor } = this.state;
    this.state.divisor = high ? (divisor & 0x00ff) | (byte << 8) : (divisor & 0xff00) | byte;
  }

  receive(): number {
    const { state } = this;
    if (state.receiveCount === 0) {
      this.#looked();
      return 0;
    }
    const byte = state.received[state.receiveHead] as number;
    state.receiveHead = (state.receiveHead + 1) % FIFO_DEPTH;
    state.receiveCount -= 1;
    this.#refill();
    if (state.receiveCount === 0) this.#wake();
    this.update();
    return byte;
  }

  /** An empty FIFO gets what is on the line, if the guest listens. */
  #refill(): void {
    const { state } = this;
    const before = state.lineCount;
    if (before === 0 || state.receiveCount > 0 || !this.#listens || (state.modemControl & MCR_LOOPBACK) !== 0) return;
    const count = Math.min(this.#depth, before);
    for (let index = 0; index < count; index++) state.received[index] = state.line[(state.lineHead + index) % LINE_BYTES] as number;
    state.receiveHead = 0;
    state.receiveCount = count;
    state.lineHead = (state.lineHead + count) % LINE_BYTES;
    state.lineCount = before - count;
  }

  send(byte: number): void {
    const { state } = this;
    state.looks = 0;
    if ((state.modemControl & MCR_LOOPBACK) !== 0) {
      this.accept(Uint8Array.of(byte));
      return;
    }
    for (;;) {
      const { done, wake } = this.#output.push(byte);
      if (wake) this.#wake();
      if (done) break;
      state.transmitterWaiting = 1;
      this.lock.pause(() => this.#output.waitForRoom());
    }
    const room = this.#output.room > 0;
    state.transmitterEmptied = room ? 1 : 0;
    state.transmitterWaiting = room ? 0 : 1;
    this.update();
  }

  setInterruptEnable(value: number): void {
    const { state } = this;
    // Enabling the THRE interrupt while the transmitter is empty raises it anew; Linux's 8250 driver tests for this.
    if ((value & ~state.interruptEnable & IER_TRANSMITTER_EMPTY) !== 0 && this.#output.room > 0) state.transmitterEmptied = 1;
    state.interruptEnable = value & 0x0f;
    this.#forgetLooks();
    this.#letInput();
    this.update();
  }

  identifyInterrupt(): number {
    const pending = this.#pending();
    if (pending === IIR_TRANSMITTER_EMPTY) {
      this.state.transmitterEmptied = 0;
      this.update();
    }
    return pending | ((this.state.fifoControl & FCR_ENABLE) !== 0 ? IIR_FIFOS_ENABLED : 0);
  }

  setFifoControl(value: number): void {
    const { state } = this;
    // The data sheet also clears it when FIFOs are switched on or off. Linux switches them on right after the interrupt,
    // and what came in between would be lost.
    if ((value & FCR_CLEAR_RECEIVE) !== 0) {
      state.receiveHead = 0;
      state.receiveCount = 0;
      state.polls = 0;
      this.#wake();
    }
    this.#forgetLooks();
    state.fifoControl = (value & FCR_ENABLE) !== 0 ? value & 0xc9 : 0;
    this.#refill();
    this.update();
  }

  lineStatus(): number {
    const { state } = this;
    this.#refill();
    if (this.#output.room === 0) {
      state.transmitterWaiting = 1;
      this.#wake();
      this.lock.pause(() => this.#output.waitForRoom(POLL_REST));
    }
    const status =
      (state.receiveCount > 0 ? LSR_DATA_READY : 0) |
      (state.overrun !== 0 ? LSR_OVERRUN : 0) |
      (this.#output.room > 0 ? LSR_TRANSMITTER_EMPTY : 0);
    state.overrun = 0;
    // One that waits for the transmitter looks for that.
    if ((status & (LSR_DATA_READY | LSR_TRANSMITTER_EMPTY)) === LSR_TRANSMITTER_EMPTY) this.#looked();
    this.update();
    return status;
  }

  modemStatus(): number {
    const control = this.state.modemControl;
    if ((control & MCR_LOOPBACK) === 0) return MSR_CONNECTED;
    // Loopback feeds DTR, RTS, OUT1, OUT2 to DSR, CTS, RI, DCD.
    return ((control & 1) << 5) | ((control & 2) << 3) | ((control & 4) << 4) | ((control & 8) << 4);
  }

  /** Puts received bytes into the FIFO, as many as fit. Called with the lock held. @returns how many were taken */
  accept(input: Uint8Array): number {
    const { state } = this;
    const count = Math.min(input.length, this.#depth - state.receiveCount);
    for (let index = 0; index < count; index++) {
      state.received[(state.receiveHead + state.receiveCount) % FIFO_DEPTH] = input[index] as number;
      state.receiveCount += 1;
    }
    if (count < input.length && (state.modemControl & MCR_LOOPBACK) !== 0) state.overrun = 1;
    this.update();
    return Math.max(0, count);
  }

  /**
   * Room for input: in the receive FIFO, and for bulk, when that is empty, on the line behind it. None before the guest
   * listens, which wakes the I/O thread. Takes the lock.
   * @param waiting bytes of input that there are
   */
  inputRoom(waiting: number): number {
    return this.lock.hold(() => {
      const { state } = this;
      if (!this.#listens) {
        state.inputHeld = 1;
        return 0;
      }
      // What is on the line comes first, so there is no way past it into the FIFO.
      if (state.lineCount > 0) return 0;
      const isBulk = waiting >= BULK_BYTES && state.receiveCount === 0 && this.#depth === FIFO_DEPTH;
      return Math.max(0, this.#depth - state.receiveCount) + (isBulk ? LINE_BYTES : 0);
    });
  }

  /** Gives the guest at most `inputRoom` bytes, behind those on the line. Takes the lock. */
  putInput(bytes: Uint8Array): void {
    this.lock.hold(() => {
      const { state } = this;
      const isLoop = (state.modemControl & MCR_LOOPBACK) !== 0;
      const taken = state.lineCount === 0 && !isLoop ? this.accept(bytes) : 0;
      const rest = bytes.subarray(taken, taken + LINE_BYTES - state.lineCount);
      const at = (state.lineHead + state.lineCount) % LINE_BYTES;
      state.line.set(rest.subarray(0, LINE_BYTES - at), at);
      state.line.set(rest.subarray(LINE_BYTES - at), 0);
      state.lineCount += rest.length;
      // The FIFO may have run empty since its room was asked for.
      this.#refill();
      this.update();
    });
  }

  /** Prints for the built-in firmware, waiting while the ring is full. Takes the lock. @returns bytes printed before a release */
  print(bytes: Uint8Array): number {
    return this.lock.hold(() => {
      for (const [index, byte] of bytes.entries()) {
        if (this.#output.room === 0) this.lock.pause(() => this.#output.waitForRoom());
        if (this.#output.room === 0) return index;
        this.send(byte);
      }
      return bytes.length;
    });
  }

  /** A received byte for the built-in firmware, or -1. Takes the lock. */
  take(): number {
    return this.lock.hold(() => {
      if (this.state.receiveCount > 0) return this.receive();
      // Who asks the firmware for input listens, and has no driver that would empty the FIFO.
      this.state.polls = 1;
      this.#letInput();
      return -1;
    });
  }

  /** The ring has room again: tells a guest that found it full. Takes the lock; for the I/O thread. */
  drained(): void {
    this.lock.hold(() => {
      // Looked at under the lock only: a guest that is just finding the ring full must not be missed.
      if (this.state.transmitterWaiting === 0 || this.#output.room === 0) return;
      this.state.transmitterWaiting = 0;
      this.state.transmitterEmptied = 1;
      this.update();
    });
  }

  #pending(): number {
    const { interruptEnable, overrun, receiveCount, fifoControl, transmitterEmptied } = this.state;
    if ((interruptEnable & IER_LINE_STATUS) !== 0 && overrun !== 0) return IIR_LINE_STATUS;
    if ((interruptEnable & IER_RECEIVED) !== 0 && receiveCount > 0) {
      const trigger = (fifoControl & FCR_ENABLE) !== 0 ? (TRIGGER[fifoControl >> 6] as number) : 1;
      // The character time-out comes at once: there is no line whose silence one could wait for.
      return receiveCount >= trigger ? IIR_RECEIVED : IIR_TIMEOUT;
    }
    if ((interruptEnable & IER_TRANSMITTER_EMPTY) !== 0 && transmitterEmptied !== 0) return IIR_TRANSMITTER_EMPTY;
    return IIR_NONE;
  }

  /** Drives the line from the state. */
  update(): void {
    this.#line.set(this.#pending() !== IIR_NONE);
  }
}
