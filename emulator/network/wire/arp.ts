/** ARP for IPv4 over Ethernet (RFC 826). */
import { textOf4 } from './address.ts';
import { ETHERNET_BYTES, ethernetFrame, TYPE_ARP } from './ethernet.ts';

export const ARP_REQUEST = 1;
export const ARP_REPLY = 2;
const ARP_BYTES = 28;
const HEAD = [0, 1, 8, 0, 6, 4];

export interface Arp {
  readonly operation: number;
  readonly senderCard: Uint8Array;
  readonly sender: string;
  readonly target: string;
}

/** Reads a frame's ARP message; undefined where it is none for IPv4 over Ethernet. */
export function readArp(frame: Uint8Array): Arp | undefined {
  const bytes = frame.subarray(ETHERNET_BYTES);
  if (bytes.length < ARP_BYTES || HEAD.some((byte, at) => bytes[at] !== byte)) return undefined;
  return {
    operation: ((bytes[6] as number) << 8) | (bytes[7] as number),
    senderCard: bytes.slice(8, 14),
    sender: textOf4(bytes, 14),
    target: textOf4(bytes, 24),
  };
}

/** The answer that `address` is at `card`. */
export function arpReply(asked: Arp, card: Uint8Array, address: Uint8Array, asker: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = ethernetFrame(asked.senderCard, card, TYPE_ARP, ARP_BYTES);
  frame.set(HEAD, ETHERNET_BYTES);
  frame[ETHERNET_BYTES + 7] = ARP_REPLY;
  frame.set(card, ETHERNET_BYTES + 8);
  frame.set(address, ETHERNET_BYTES + 14);
  frame.set(asked.senderCard, ETHERNET_BYTES + 18);
  frame.set(asker, ETHERNET_BYTES + 24);
  return frame;
}
