/** An IP packet of either version, as the protocols above it see it. */

export const PROTOCOL = { icmp: 1, tcp: 6, udp: 17, icmp6: 58 } as const;

export interface Packet {
  readonly version: 4 | 6;
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  /** Routers that it may still pass. */
  readonly hops: number;
  /** What the header announces, which is all there; a view, not a copy. */
  readonly payload: Uint8Array<ArrayBuffer>;
  /** Source and destination as bytes, for the pseudo-header; a view. */
  readonly addresses: Uint8Array;
  /** The header with the beginning of the payload, for ICMP errors; a view. */
  readonly quoted: Uint8Array;
}
