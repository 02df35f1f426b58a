/**
 * How a folder's link hands one small message to the folder's thread and gets the answer without either going through its
 * event loop: a place in shared memory at which both sleep in `Atomics.wait`, which wakes them several times as fast. A guest
 * that reads many small files waits for each of its messages, so that their number a second is what it costs to wake twice.
 */

/** Bytes of a message with what goes before it, and of an answer; what is longer goes by the port. */
const PLACE_BYTES = 64 * 1024;
const LENGTH_BYTES = 4;

/** Words at the beginning. */
const [STATE, ANSWERS, ROOM, COUNT, POSTED, LENGTH] = [0, 1, 2, 3, 4, 5] as const;
const WORDS_BYTES = 64;
/** The thread is elsewhere; it sleeps here; it has been asked. */
const [AWAY, READY, ASKED] = [0, 1, 2] as const;
/** The length of an answer that there is none. */
const NO_ANSWER = -1;

export const mailboxMemory = (): SharedArrayBuffer => new SharedArrayBuffer(WORDS_BYTES + 2 * PLACE_BYTES);

/** Its parts. */
interface Places {
  readonly words: Int32Array;
  readonly asked: Uint8Array;
  readonly told: Uint8Array;
}
const placesIn = (memory: SharedArrayBuffer): Places => ({
  words: new Int32Array(memory, 0, WORDS_BYTES / 4),
  asked: new Uint8Array(memory, WORDS_BYTES, PLACE_BYTES),
  told: new Uint8Array(memory, WORDS_BYTES + PLACE_BYTES, PLACE_BYTES),
});

/** The link's end. */
export class MailboxSender {
  readonly #places: Places;
  /** Messages that went by the port so far; all of them come before what is asked here. */
  #posted = 0;
  #seen = 0;
  #isBusy = false;

  constructor(memory: SharedArrayBuffer) {
    this.#places = placesIn(memory);
  }

  /** A message was put into the port: a thread that sleeps here is to look there. */
  posted(): void {
    this.#posted += 1;
    if (Atomics.compareExchange(this.#places.words, STATE, READY, AWAY) === READY) Atomics.notify(this.#places.words, STATE);
  }

  /**
   * Asks for the answer to the last of some messages; those before it have none that anybody waits for.
   * @param room the longest answer, in bytes
   * @returns false where nobody sleeps here or something is too long: nothing has happened
   */
  ask(messages: readonly Uint8Array[], room: number): boolean {
    if (this.#isBusy || Atomics.load(this.#places.words, STATE) !== READY || room > PLACE_BYTES) return false;
    if (messages.reduce((sum, { length }) => sum + LENGTH_BYTES + length, 0) > PLACE_BYTES) return false;
    const view = new DataView(this.#places.asked.buffer, this.#places.asked.byteOffset, PLACE_BYTES);
    let at = 0;
    for (const message of messages) {
      view.setUint32(at, message.length);
      this.#places.asked.set(message, at + LENGTH_BYTES);
      at += LENGTH_BYTES + message.length;
    }
    this.#places.words[ROOM] = room;
    this.#places.words[COUNT] = messages.length;
    this.#places.words[POSTED] = this.#posted;
    this.#seen = Atomics.load(this.#places.words, ANSWERS);
    if (Atomics.compareExchange(this.#places.words, STATE, READY, ASKED) !== READY) return false;
    this.#isBusy = true;
    Atomics.notify(this.#places.words, STATE);
    return true;
  }
  /** Blocks this thread until the answer is there, at most so long. @returns whether it is */
  wait(milliseconds: number): boolean {
    return Atomics.wait(this.#places.words, ANSWERS, this.#seen, milliseconds) !== 'timed-out';
  }
  /** Once the answer is there. */
  async whenAnswered(): Promise<void> {
    const waiting = Atomics.waitAsync(this.#places.words, ANSWERS, this.#seen);
    if (waiting.async) await waiting.value;
  }
  /** The answer that is there, or undefined for a message that has none. */
  take(): Uint8Array<ArrayBuffer> | undefined {
    this.#isBusy = false;
    const length = this.#places.words[LENGTH] as number;
    return length === NO_ANSWER ? undefined : new Uint8Array(this.#places.told.subarray(0, length));
  }
}

/** The thread's end. */
export class MailboxReceiver {
  readonly #places: Places;
  readonly #port: { take(): (() => void) | undefined };
  #received = 0;

  /** @param port what takes the next message out of the port, as what is to be done with it */
  constructor(memory: SharedArrayBuffer, port: { take(): (() => void) | undefined }) {
    this.#places = placesIn(memory);
    this.#port = port;
  }

  /** A message came out of the port. */
  received(): void {
    this.#received += 1;
  }

  /** Serves what comes, here and by the port, until nothing has come for so long. @param stays whether to go on */
  serve(answer: (message: Uint8Array, room: number) => Uint8Array | undefined, milliseconds: number, stays: () => boolean): void {
    while (stays()) {
      Atomics.compareExchange(this.#places.words, STATE, AWAY, READY);
      if (Atomics.load(this.#places.words, STATE) === ASKED && this.#received === this.#places.words[POSTED]) {
        this.#answer(answer);
        continue;
      }
      const act = this.#port.take();
      if (act) {
        Atomics.compareExchange(this.#places.words, STATE, READY, AWAY);
        act();
      } else if (Atomics.wait(this.#places.words, STATE, READY, milliseconds) === 'timed-out') {
        if (Atomics.compareExchange(this.#places.words, STATE, READY, AWAY) === READY) return;
      }
    }
    Atomics.compareExchange(this.#places.words, STATE, READY, AWAY);
  }

  #answer(answer: (message: Uint8Array, room: number) => Uint8Array | undefined): void {
    const view = new DataView(this.#places.asked.buffer, this.#places.asked.byteOffset, PLACE_BYTES);
    let last: Uint8Array | undefined;
    for (let at = 0, left = this.#places.words[COUNT] as number; left > 0; left--) {
      const length = view.getUint32(at);
      // A copy: the host's calls do not take shared memory.
      last = answer(this.#places.asked.slice(at + LENGTH_BYTES, at + LENGTH_BYTES + length), this.#places.words[ROOM] as number);
      at += LENGTH_BYTES + length;
    }
    if (last) this.#places.told.set(last);
    this.#places.words[LENGTH] = last ? last.length : NO_ANSWER;
    Atomics.store(this.#places.words, STATE, READY);
    Atomics.add(this.#places.words, ANSWERS, 1);
    Atomics.notify(this.#places.words, ANSWERS);
  }
}
