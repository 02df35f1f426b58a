/** DHCP messages (RFC 2131, options by RFC 2132). */

export const SERVER_PORT = 67;
export const CLIENT_PORT = 68;
/** Message types (RFC 2132, section 9.6). */
export const DHCP = { discover: 1, offer: 2, request: 3, decline: 4, acknowledge: 5, refuse: 6, release: 7, inform: 8 } as const;
/** Options. */
export const OPTION = {
  mask: 1,
  router: 3,
  dns: 6,
  hostName: 12,
  domain: 15,
  mtu: 26,
  broadcast: 28,
  requestedAddress: 50,
  lease: 51,
  type: 53,
  server: 54,
  renewal: 58,
  rebinding: 59,
  search: 119,
} as const;

const REQUEST = 1;
const REPLY = 2;
const COOKIE = 0x6382_5363;
const OPTIONS_AT = 240;
/** Clients of old expect so many (RFC 1542, section 2.1). */
const LEAST_BYTES = 300;
const BROADCAST_FLAG = 0x8000;

export interface DhcpRequest {
  readonly type: number;
  readonly transaction: number;
  readonly wantsBroadcast: boolean;
  /** The address that the client has; zeros: none. */
  readonly client: Uint8Array;
  readonly relay: Uint8Array;
  readonly card: Uint8Array;
  readonly options: ReadonlyMap<number, Uint8Array>;
}

/** Reads what a client says; undefined where it is not a client's message for Ethernet. */
export function readDhcp(bytes: Uint8Array): DhcpRequest | undefined {
  if (bytes.length < OPTIONS_AT || bytes[0] !== REQUEST || bytes[1] !== 1 || bytes[2] !== 6) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(236) !== COOKIE) return undefined;
  const options = optionsOf(bytes.subarray(OPTIONS_AT));
  const type = options.get(OPTION.type)?.[0];
  if (type === undefined) return undefined;
  return {
    type,
    transaction: view.getUint32(4),
    wantsBroadcast: (view.getUint16(10) & BROADCAST_FLAG) !== 0,
    client: bytes.slice(12, 16),
    relay: bytes.slice(24, 28),
    card: bytes.slice(28, 34),
    options,
  };
}

function optionsOf(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const options = new Map<number, Uint8Array>();
  for (let at = 0; at < bytes.length && bytes[at] !== 255;) {
    if (bytes[at] === 0) {
      at++;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    if (at + 2 + length > bytes.length) break;
    options.set(bytes[at] as number, bytes.slice(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return options;
}

/** A server's answer. @param yours the client's address; zeros in a refusal and in an answer to `inform` */
export function dhcpReply(
  asked: DhcpRequest,
  yours: Uint8Array,
  server: Uint8Array,
  options: readonly (readonly [number, Uint8Array])[],
): Uint8Array<ArrayBuffer> {
  const length = options.reduce((sum, [, value]) => sum + 2 + value.length, OPTIONS_AT + 1);
  const bytes = new Uint8Array(Math.max(LEAST_BYTES, length));
  const view = new DataView(bytes.buffer);
  bytes.set([REPLY, 1, 6]);
  view.setUint32(4, asked.transaction);
  view.setUint16(10, asked.wantsBroadcast ? BROADCAST_FLAG : 0);
  bytes.set(asked.client, 12);
  bytes.set(yours, 16);
  bytes.set(server, 20);
  bytes.set(asked.relay, 24);
  bytes.set(asked.card, 28);
  view.setUint32(236, COOKIE);
  let at = OPTIONS_AT;
  for (const [code, value] of options) {
    bytes.set([code, value.length], at);
    bytes.set(value, at + 2);
    at += 2 + value.length;
  }
  bytes[at] = 255;
  return bytes;
}
