/**
 * Frames on their way to the guest: gathered for one hand-over a turn, kept while the guest has no room, bounded. Streams
 * wait when it is full; everything else is dropped then, as a wire drops, and counted.
 */
import type { Frame, NetworkCard } from '../../device/kit/network.ts';

/** Beyond these nothing more of a stream is taken. */
const FRAMES = 64;
const BYTES = 512 * 1024;
/** Frames without a stream that may wait in all: answers, datagrams, acknowledgements. */
const FRAMES_MAX = 512;

export class Egress {
  #card: NetworkCard | undefined;
  #waiting: Frame[] = [];
  #bytes = 0;
  /** Frames dropped for want of room. */
  dropped = 0;

  plugged(card: NetworkCard): void {
    this.#card = card;
  }
  /** Whether streams may give frames. */
  get hasRoom(): boolean {
    return this.#waiting.length < FRAMES && this.#bytes < BYTES;
  }
  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }
  get bytes(): number {
    return this.#bytes;
  }

  add(frame: Frame): void {
    if (this.#waiting.length >= FRAMES_MAX) {
      this.dropped++;
      return;
    }
    this.#waiting.push(frame);
    this.#bytes += frame.bytes.length;
  }

  /** Hands over what the guest takes. */
  flush(): void {
    if (this.#waiting.length === 0 || !this.#card) return;
    const taken = this.#card.receive(this.#waiting);
    for (const { bytes } of this.#waiting.splice(0, taken)) this.#bytes -= bytes.length;
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting = [];
    this.#bytes = 0;
  }
}
