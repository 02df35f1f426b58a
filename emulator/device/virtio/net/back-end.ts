/**
 * The back end of a virtio network device, on the I/O thread. Frames are copied out of guest memory before anything of
 * them is looked at, and handed to the link in small lots; what comes from the link enters through the input gate. When
 * the guest has no room, the link waits: nothing is kept here, so nothing is lost in a snapshot.
 */
import type { InputGate } from '../../kit/input-gate.ts';
import { type Frame, FRAME_BYTES_MAX, type NetworkCard, type NetworkLink } from '../../kit/network.ts';
import type { Chain } from '../chain.ts';
import { VirtQueue } from '../queue.ts';
import { COMMAND_BYTES_MAX, obey } from './control.ts';
import type { VirtioNet } from './device.ts';
import { decodeFrame, encodeHeader, HEADER_BYTES } from './header.ts';
import {
  CONTROL,
  FEATURE_GUEST_CHECKSUM,
  FEATURE_GUEST_TSO4,
  FEATURE_GUEST_TSO6,
  FEATURE_MERGED_BUFFERS,
  NET_QUEUE_SIZE,
  RECEIVE,
  TRANSMIT,
} from './state.ts';

/** What one turn takes from the guest, before the thread's other work has its own. */
const TURN_FRAMES = 64;
const TURN_BYTES = 1024 * 1024;

export class NetBackEnd implements NetworkCard {
  readonly #device: VirtioNet;
  readonly #link: NetworkLink;
  readonly #gate: InputGate;
  readonly #card: number;
  readonly #receive: VirtQueue;
  readonly #transmit: VirtQueue;
  readonly #control: VirtQueue;
  #held = false;
  /** The link has something that found no room, or found no driver. */
  #linkWaits = false;

  /** @param card which of the machine's it is, from 0 */
  constructor(device: VirtioNet, link: NetworkLink, { card, gate }: { readonly card: number; readonly gate: InputGate }) {
    this.#device = device;
    this.#link = link;
    this.#gate = gate;
    this.#card = card;
    this.#receive = new VirtQueue(device, RECEIVE);
    this.#transmit = new VirtQueue(device, TRANSMIT);
    this.#control = new VirtQueue(device, CONTROL);
    link.plugged(this);
  }

  get address(): Uint8Array {
    return Uint8Array.from(this.#device.net.address);
  }
  get mtu(): number {
    return this.#device.net.mtu;
  }
  get hasDriver(): boolean {
    return this.#device.live;
  }
  get isUp(): boolean {
    return this.#device.live && this.#device.linkIsUp;
  }
  get isPlugged(): boolean {
    return this.#device.linkIsUp;
  }
  get takes(): NetworkCard['takes'] {
    const device = this.#device;
    const checksum = device.takes(FEATURE_GUEST_CHECKSUM);
    return { checksum, tcp4: checksum && device.takes(FEATURE_GUEST_TSO4), tcp6: checksum && device.takes(FEATURE_GUEST_TSO6) };
  }
  setLink(isUp: boolean): void {
    this.#device.setLink(isUp);
  }

  /** The driver has notified a queue; which one does not matter. */
  notified(): void {
    const frames: Frame[] = [];
    this.#device.lock.hold(() => {
      this.#obeyAll();
      this.#takeFrames(frames);
    });
    if (frames.length > 0) this.#link.send(frames);
    if (!this.#linkWaits) return;
    this.#linkWaits = false;
    this.#link.ready();
  }

  /** The machine stands still, or goes on. */
  setHeld(held: boolean): void {
    this.#held = held;
    this.#link.setHeld(held);
    if (held) return;
    this.#linkWaits = true;
    this.notified();
  }

  /** The device holds another state. */
  returned(): void {
    this.#link.returned();
    this.#linkWaits = false;
  }

  #obeyAll(): void {
    const queue = this.#control;
    for (let count = 0; ; count++) {
      const chain = queue.peek();
      if (!chain) break;
      if (count === NET_QUEUE_SIZE) {
        this.#device.lookAgain();
        break;
      }
      queue.take();
      const answer = obey(this.#device, chain.read(0, COMMAND_BYTES_MAX));
      queue.complete(chain.head, chain.write(0, Uint8Array.of(answer)));
    }
    queue.signal();
  }

  /** Takes what one turn may of the guest's frames; those that are none, and all while the cable is out, end here. */
  #takeFrames(frames: Frame[]): void {
    const queue = this.#transmit;
    let bytes = 0;
    for (let count = 0; ; count++) {
      const chain = queue.peek();
      if (!chain) break;
      if (count === TURN_FRAMES || bytes >= TURN_BYTES) {
        this.#device.lookAgain();
        break;
      }
      queue.take();
      const frame = this.#copied(chain);
      queue.complete(chain.head, 0);
      bytes += chain.readableLength;
      if (frame && this.#device.linkIsUp) frames.push(frame);
    }
    queue.signal();
  }

  #copied(chain: Chain): Frame | undefined {
    if (chain.readableLength > HEADER_BYTES + FRAME_BYTES_MAX) return undefined;
    return decodeFrame(chain.read(0, chain.readableLength) as Uint8Array<ArrayBuffer>);
  }

  receive(frames: readonly Frame[]): number {
    if (this.#held) return this.#wait(0);
    if (!this.isUp) return frames.length;
    let taken = 0;
    this.#device.lock.hold(() => {
      for (const frame of frames) {
        if (!this.#admit(frame)) break;
        taken++;
      }
      this.#receive.signal();
    });
    return taken < frames.length ? this.#wait(taken) : taken;
  }
  #wait(taken: number): number {
    this.#linkWaits = true;
    return taken;
  }

  /** @returns whether it is dealt with: the guest has it, or it cannot ever have it */
  #admit(frame: Frame): boolean {
    if (frame.bytes.length > FRAME_BYTES_MAX) return true;
    const chains = this.#room(HEADER_BYTES + frame.bytes.length);
    if (chains === 'never') return true;
    if (!chains) return false;
    const { bytes, unfinished } = frame;
    // A gate that holds an input back has it lost, as a cable would: what it replays it lets in at once.
    this.#gate.admit({ kind: 'frame', card: this.#card, bytes, ...(unfinished ? { unfinished } : {}) }, () => this.#fill(frame, chains));
    return true;
  }

  /** Takes chains for so many bytes; undefined where the guest has too few now, `never` where its buffers are too small for it. */
  #room(bytes: number): Chain[] | 'never' | undefined {
    const queue = this.#receive;
    const merged = this.#device.has(FEATURE_MERGED_BUFFERS);
    const chains: Chain[] = [];
    for (let room = 0; room < bytes;) {
      const chain = queue.peek();
      if (!chain) {
        queue.putBack(chains.length);
        return undefined;
      }
      if (!merged && chain.writableLength < bytes) return 'never';
      queue.take();
      // A buffer that holds nothing serves no frame; the driver has it back.
      if (chain.writableLength < HEADER_BYTES && chains.length === 0) queue.complete(chain.head, 0);
      else {
        chains.push(chain);
        room += chain.writableLength;
      }
    }
    return chains;
  }

  #fill(frame: Frame, chains: readonly Chain[]): void {
    const header = encodeHeader(frame, chains.length);
    let done = 0;
    const used = chains.map((chain, index) => {
      const before = index === 0 ? chain.write(0, header) : 0;
      const put = chain.write(before, frame.bytes.subarray(done));
      done += put;
      return { head: chain.head, written: before + put };
    });
    this.#receive.completeAll(used);
  }
}
