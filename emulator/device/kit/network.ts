/**
 * An Ethernet frame on its way between a network card and the link that it is plugged into, and what each may ask of the
 * other. Neither knows what the other is made of: a card has no idea of addresses behind the link, a link none of queues.
 */

/** What the sender of a frame has left to whoever puts it on a wire. Offsets are in bytes from the frame's beginning. */
export interface Unfinished {
  /**
   * The checksum that is missing: over everything from `start` on, to be written at `start + offset`, where the sum of the
   * pseudo-header stands.
   */
  readonly checksum?: { readonly start: number; readonly offset: number };
  /** It is to be cut into TCP segments that carry so many bytes each, each behind the frame's first `headerLength` bytes. */
  readonly segments?: { readonly kind: 'tcp4' | 'tcp6'; readonly size: number; readonly headerLength: number };
}

/** A whole frame from the destination address on, without preamble and check sequence. Its bytes are the receiver's. */
export interface Frame {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly unfinished?: Unfinished | undefined;
}

/** The largest frame that there is: 64 KiB of an IP packet behind an Ethernet header (virtio 1.3, section 5.1.6.3.1). */
export const FRAME_BYTES_MAX = 65_550;
/** The smallest that is looked at: an Ethernet header. */
export const FRAME_BYTES_MIN = 14;

/** A network card as its link sees it. */
export interface NetworkCard {
  /** Its address, in the order of the wire; the guest may have changed it. */
  readonly address: Uint8Array;
  /** What the guest's driver takes unfinished; all false before there is a driver. */
  readonly takes: { readonly checksum: boolean; readonly tcp4: boolean; readonly tcp6: boolean };
  /** Whether a driver is there, whatever its cable. */
  readonly hasDriver: boolean;
  /** Whether a driver is there that can have frames: its cable is in. */
  readonly isUp: boolean;
  /** Whether its cable is in. */
  readonly isPlugged: boolean;
  /** Largest IP packet, in bytes. */
  readonly mtu: number;
  /**
   * Gives the guest frames, in order.
   * @returns how many were taken, dropped ones among them; fewer than given: the guest has no room, and `ready` says when it may have
   */
  receive(frames: readonly Frame[]): number;
  /** Plugs the cable in, or pulls it. */
  setLink(isUp: boolean): void;
}

/** What a card is plugged into. All methods are called on the machine's I/O thread and return soon. */
export interface NetworkLink {
  /** The card is there; once, before anything else. */
  plugged(card: NetworkCard): void;
  /** Frames that the guest has sent, in order; never more than a few dozen. */
  send(frames: readonly Frame[]): void;
  /** The guest may have room again for what `receive` did not take, or its driver is there now. */
  ready(): void;
  /** Whether the machine's time stands still: nothing may reach the guest, and no clock of the link's may run on. */
  setHeld(held: boolean): void;
  /** The guest is another one now: it went back to a saved state, or its machine was reset. Nothing of before is continued. */
  returned(): void;
  /** What the guest has under way with others that is lost when it goes back to now, to be saved with it; undefined: nothing. */
  underWay?(): Uint8Array | undefined;
  /** After `returned`: the guest is as it was when this was under way, and is to learn that it is lost. */
  wasUnderWay?(saved: Uint8Array): void;
}
