/** A capture of one card's frames as a pcapng file: as fast as its reader takes it, never slowing the guest. */
import type { Frame } from '../../device/kit/network.ts';
import { withChecksum } from '../wire/finish.ts';
import { interfaceBlock, packetBlock, sectionBlock } from './pcapng.ts';

/** Bytes that may wait for the reader; what comes beyond is left out, and counted in the file. */
export const CAPTURE_WAITS = 8 * 1024 * 1024;

/** Where a capture goes. */
export interface CaptureSink {
  /** Bytes that the reader has not taken. */
  readonly waiting: number;
  write(bytes: Uint8Array): void;
  /** So many frames were left out since the capture began. */
  dropped(frames: number): void;
}

export interface CaptureParts {
  readonly sink: CaptureSink;
  /** Nanoseconds since the Unix epoch. */
  readonly wallClock: () => bigint;
  /** The program that captures, the card's name and a sentence about it, in UTF-8. */
  readonly application: Uint8Array;
  readonly name: Uint8Array;
  readonly comment: Uint8Array;
  /** Bytes that may wait. */
  readonly waits?: number;
}

export class Capture {
  readonly #sink: CaptureSink;
  readonly #wallClock: () => bigint;
  readonly #waits: number;
  #dropped = 0;
  /** Of those, the ones that the file does not tell of yet. */
  #untold = 0;

  constructor({ sink, wallClock, application, name, comment, waits = CAPTURE_WAITS }: CaptureParts) {
    this.#sink = sink;
    this.#wallClock = wallClock;
    this.#waits = waits;
    sink.write(sectionBlock(application));
    sink.write(interfaceBlock(name, comment));
  }

  frame(frame: Frame, toGuest: boolean): void {
    if (this.#sink.waiting + frame.bytes.length > this.#waits) {
      this.#untold++;
      this.#sink.dropped(++this.#dropped);
      return;
    }
    const bytes = withChecksum(frame);
    this.#sink.write(packetBlock({ interface: 0, nanoseconds: this.#wallClock(), toGuest, dropped: this.#untold, bytes }));
    this.#untold = 0;
  }
}
