/** The end of what a console printed, for when the guest is gone and a person wants to know why. */

const KEPT_BYTES = 16 * 1024;
const SHOWN_LINES = 30;

export class ConsoleTail {
  #kept: Uint8Array = new Uint8Array(0);

  add(bytes: Uint8Array): void {
    this.#kept = Buffer.concat([this.#kept, bytes]).subarray(-KEPT_BYTES);
  }

  /** Its last lines. */
  text(): string {
    const lines = new TextDecoder().decode(this.#kept).replaceAll('\r\n', '\n').trimEnd().split('\n');
    return lines.slice(-SHOWN_LINES).join('\n');
  }
}
