/** Ethernet frames: destination, source, what is inside. */

export const ETHERNET_BYTES = 14;
export const TYPE_IPV4 = 0x0800;
export const TYPE_ARP = 0x0806;
export const TYPE_IPV6 = 0x86dd;

export const EVERYBODY: Uint8Array = new Uint8Array(6).fill(0xff);

/** A frame with room for so many bytes behind its header. */
export function ethernetFrame(to: Uint8Array, from: Uint8Array, type: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(ETHERNET_BYTES + length);
  bytes.set(to.subarray(0, 6), 0);
  bytes.set(from.subarray(0, 6), 6);
  bytes[12] = type >> 8;
  bytes[13] = type & 0xff;
  return bytes;
}

export const typeOf = (frame: Uint8Array): number => ((frame[12] as number) << 8) | (frame[13] as number);
/** The sender. */
export const senderOf = (frame: Uint8Array): Uint8Array => frame.subarray(6, 12);
/** Whether it is for many: broadcast or multicast. */
export const isForMany = (address: Uint8Array): boolean => ((address[0] as number) & 1) !== 0;
/** Whether two addresses of cards are the same. */
export const sameCard = (a: Uint8Array, b: Uint8Array): boolean => a.every((byte, index) => byte === b[index]);
