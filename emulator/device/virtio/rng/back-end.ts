/** The back end of a virtio entropy device, on the I/O thread: fills every offered buffer, through the input gate. */
import type { InputGate } from '../../kit/input-gate.ts';
import type { Entropy } from '../../kit/outside.ts';
import { VirtQueue } from '../queue.ts';
import type { VirtioRng } from './device.ts';
import { RNG_QUEUE_SIZE } from './state.ts';

/** Most bytes for one buffer; the driver asks again for more (section 5.4.6 allows fewer than offered). */
const MAX_BYTES = 64 * 1024;

export class RngBackEnd {
  readonly #device: VirtioRng;
  readonly #queue: VirtQueue;
  readonly #entropy: Entropy;
  readonly #gate: InputGate;

  constructor(device: VirtioRng, entropy: Entropy, gate: InputGate) {
    this.#device = device;
    this.#queue = new VirtQueue(device, 0);
    this.#entropy = entropy;
    this.#gate = gate;
  }

  notified(): void {
    let filled = true;
    for (let count = 0; filled; count++) {
      if (count === RNG_QUEUE_SIZE) return this.#device.lookAgain();
      filled = false;
      const wanted = this.#device.lock.hold(() => this.#queue.peek()?.writableLength);
      if (wanted === undefined) return;
      const bytes = this.#entropy(Math.min(MAX_BYTES, wanted));
      this.#gate.admit({ kind: 'entropy', bytes }, () => {
        filled = true;
        this.#device.lock.hold(() => this.#fill(bytes));
      });
    }
  }

  #fill(bytes: Uint8Array): void {
    // The driver may have reset the device since: then there is nothing to fill.
    const chain = this.#queue.peek();
    if (!chain) return;
    this.#queue.take();
    this.#queue.complete(chain.head, chain.write(0, bytes));
    this.#queue.signal();
  }
}
