/**
 * Several captures as one pcapng file: of each its blocks as they come, under one section, with numbers of their own for their
 * interfaces.
 */

const SECTION = 0x0a0d_0d0a;
const INTERFACE = 1;
const HEAD = 8;
/** Where a packet's block has the number of its interface. */
const INTERFACE_AT = 8;

/** What one of the captures goes through on its way into the common file. */
export interface CaptureInlet {
  /** Takes the next bytes of the capture. @returns what of them goes into the common file: whole blocks */
  take(bytes: Uint8Array): Uint8Array;
}

export class MergedCapture {
  #hasSection = false;
  #interfaces = 0;

  /** One more capture, from its beginning on. */
  inlet(): CaptureInlet {
    let rest: Uint8Array = new Uint8Array(0);
    let first = 0;
    return {
      take: (bytes) => {
        const all = new Uint8Array(rest.length + bytes.length);
        all.set(rest);
        all.set(bytes, rest.length);
        const view = new DataView(all.buffer);
        const kept: Uint8Array[] = [];
        let at = 0;
        while (all.length - at >= HEAD) {
          const [type, length] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
          if (all.length - at < length) break;
          if (type === INTERFACE) first = this.#interfaces++;
          else if (type !== SECTION) view.setUint32(at + INTERFACE_AT, first, true);
          if (type !== SECTION || !this.#hasSection) kept.push(all.subarray(at, at + length));
          this.#hasSection ||= type === SECTION;
          at += length;
        }
        rest = all.subarray(at);
        return Buffer.concat(kept);
      },
    };
  }
}
