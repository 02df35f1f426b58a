/**
 * The sending half of a stream with flow control, for any channel and either direction: no more than a window of bytes is
 * under way, the rest waits here, and whoever sends can wait for room instead of piling up. The receiving half is a
 * counter that acknowledges what it has dealt with.
 */
export class SendWindow {
  readonly #size: number;
  readonly #piece: number;
  readonly #send: (piece: Uint8Array) => void;
  readonly #waiting: { readonly bytes: Uint8Array; sent: number; readonly done: () => void }[] = [];
  #underWay = 0;
  #open = false;
  #whenIdle: (() => void)[] = [];

  /**
   * @param size bytes that may be under way
   * @param send hands a piece on, at most a quarter of the window, so that acknowledgements come in time
   */
  constructor(size: number, send: (piece: Uint8Array) => void) {
    this.#size = size;
    this.#piece = Math.ceil(size / 4);
    this.#send = send;
  }

  /** Sending may begin; until then everything waits. */
  open(): void {
    this.#open = true;
    this.#pump();
  }

  /** Sends bytes, in order. Resolves when all of them are under way: time to write more. */
  write(bytes: Uint8Array): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ bytes, sent: 0, done });
      this.#pump();
    });
  }

  /** The other side has dealt with so many bytes. */
  acknowledge(count: number): void {
    this.#underWay = Math.max(0, this.#underWay - count);
    this.#pump();
  }

  /** Resolves when everything written so far has been acknowledged, or the stream has ended. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve);
      this.#settle();
    });
  }

  /** Bytes written and not acknowledged. */
  get unacknowledged(): number {
    return this.#waiting.reduce((sum, { bytes, sent }) => sum + bytes.length - sent, this.#underWay);
  }

  /** The stream has ended: nothing is sent any more. @returns what was not acknowledged, in bytes */
  end(): number {
    const lost = this.unacknowledged;
    this.#open = false;
    this.#underWay = 0;
    for (const { done } of this.#waiting.splice(0)) done();
    this.#settle();
    return lost;
  }

  #pump(): void {
    for (let first = this.#waiting[0]; this.#open && first; first = this.#waiting[0]) {
      const length = Math.min(this.#piece, first.bytes.length - first.sent);
      // A smaller piece for whatever room there is would come back as that room, so that pieces became ever smaller
      // (RFC 1122, 4.2.3.4: silly window syndrome).
      if (length > this.#size - this.#underWay) break;
      const piece = first.bytes.subarray(first.sent, first.sent + length);
      first.sent += piece.length;
      this.#underWay += piece.length;
      if (first.sent === first.bytes.length) {
        this.#waiting.shift();
        first.done();
      }
      if (piece.length > 0) this.#send(piece);
    }
    this.#settle();
  }

  #settle(): void {
    if (this.#waiting.length === 0 && this.#underWay === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }
}
