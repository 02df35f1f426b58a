/** The datagram that an ICMP error is about, of which it quotes the beginning (RFC 792; RFC 4443, section 3.1). */
import type { Packet } from '../wire/packet.ts';
import { PROTOCOL } from '../wire/packet.ts';
import type { Datagram } from '../wire/udp.ts';

const IPV4_LEAST = 20;
const IPV6_BYTES = 40;

/** Its ports; undefined where no UDP is quoted, or too little of it. Of IPv6, one behind extension headers is not looked for. */
export function quotedDatagram(data: Uint8Array, version: Packet['version']): Pick<Datagram, 'sourcePort' | 'destinationPort'> | undefined {
  const [first = 0] = data;
  const at = version === 6 ? IPV6_BYTES : (first & 15) * 4;
  if (first >> 4 !== version || at < IPV4_LEAST || data.length < at + 4) return undefined;
  if (data[version === 6 ? 6 : 9] !== PROTOCOL.udp) return undefined;
  const word = (from: number) => ((data[from] as number) << 8) | (data[from + 1] as number);
  return { sourcePort: word(at), destinationPort: word(at + 2) };
}
