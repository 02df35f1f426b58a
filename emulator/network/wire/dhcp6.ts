/** DHCPv6 (RFC 8415) as far as a server goes that gives no addresses: a client asks for settings and gets them. */
import { nameBytes } from './dns.ts';

export const SERVER_PORT6 = 547;
export const CLIENT_PORT6 = 546;
/** Where clients ask. */
export const ALL_SERVERS = 'ff02::1:2';

const INFORMATION_REQUEST = 11;
const REPLY = 7;
const OPTION = { client: 1, server: 2, nameServers: 23, searchList: 24 } as const;
const HEADER_BYTES = 4;
/** An identifier that is a card's address (section 11.4), of Ethernet. */
const BY_CARD = [0, 3, 0, 1];

export interface Dhcp6Request {
  readonly transaction: Uint8Array;
  /** The client's identifier, if it gave one; the server's, if it means one. */
  readonly client?: Uint8Array;
  readonly server?: Uint8Array;
}

/** Reads a client's question for settings; undefined for all else. */
export function readDhcp6(bytes: Uint8Array): Dhcp6Request | undefined {
  if (bytes.length < HEADER_BYTES || bytes[0] !== INFORMATION_REQUEST) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const found: { client?: Uint8Array; server?: Uint8Array } = {};
  for (let at = HEADER_BYTES; at + 4 <= bytes.length;) {
    const [code, length] = [view.getUint16(at), view.getUint16(at + 2)];
    if (at + 4 + length > bytes.length) return undefined;
    const value = bytes.slice(at + 4, at + 4 + length);
    if (code === OPTION.client) found.client = value;
    if (code === OPTION.server) found.server = value;
    at += 4 + length;
  }
  return { transaction: bytes.slice(1, 4), ...found };
}

/** Identifies a server by its card. */
export const serverIdentifier = (card: Uint8Array): Uint8Array => Uint8Array.of(...BY_CARD, ...card.subarray(0, 6));

/** The answer. @param nameServer sixteen bytes */
export function dhcp6Reply(asked: Dhcp6Request, server: Uint8Array, nameServer: Uint8Array, domain: string): Uint8Array<ArrayBuffer> {
  const options: readonly (readonly [number, Uint8Array])[] = [
    ...(asked.client ? [[OPTION.client, asked.client] as const] : []),
    [OPTION.server, server],
    [OPTION.nameServers, nameServer],
    [OPTION.searchList, nameBytes(domain)],
  ];
  const bytes = new Uint8Array(options.reduce((sum, [, value]) => sum + 4 + value.length, HEADER_BYTES));
  const view = new DataView(bytes.buffer);
  bytes[0] = REPLY;
  bytes.set(asked.transaction, 1);
  let at = HEADER_BYTES;
  for (const [code, value] of options) {
    view.setUint16(at, code);
    view.setUint16(at + 2, value.length);
    bytes.set(value, at + 4);
    at += 4 + value.length;
  }
  return bytes;
}
