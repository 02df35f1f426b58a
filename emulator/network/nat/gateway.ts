/** The gateway's own services over datagrams: addresses, settings and names. */
import { bytesOf6 } from '../wire/address.ts';
import { CLIENT_PORT, DHCP, readDhcp, SERVER_PORT } from '../wire/dhcp.ts';
import { CLIENT_PORT6, dhcp6Reply, readDhcp6, SERVER_PORT6, serverIdentifier } from '../wire/dhcp6.ts';
import { EVERYBODY } from '../wire/ethernet.ts';
import type { Packet } from '../wire/packet.ts';
import type { Datagram } from '../wire/udp.ts';
import { answerDhcp, type DhcpParts } from './dhcp-server.ts';
import type { DnsServer } from './dns-server.ts';
import type { Egress } from './egress.ts';
import type { GuestFrames } from './guest-frames.ts';
import { type AddressPlan, isNameServer, ZONE } from './plan.ts';

export const DNS_PORT = 53;
const EVERYWHERE = '255.255.255.255';

export interface GatewayParts {
  readonly plan: AddressPlan;
  readonly dns: DnsServer;
  readonly dhcp: DhcpParts;
  readonly frames: GuestFrames;
  readonly egress: Egress;
  /** Something waits to be sent. */
  readonly stir: () => void;
  /** The guest is there. */
  readonly appeared: () => void;
}

export class Gateway {
  readonly #parts: GatewayParts;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  /** @param isForAll it came to everybody on the network @returns whether it was for a service of ours, or must not leave the network */
  datagram(packet: Packet, datagram: Datagram, isForAll: boolean): boolean {
    const { source, destination } = packet;
    const { sourcePort, destinationPort, data } = datagram;
    const { plan, appeared } = this.#parts;
    if (this.#isForDhcp(packet, datagram, isForAll)) {
      if (packet.version === 4) this.#serveDhcp(data);
      else this.#serveDhcp6(source, data);
      return true;
    }
    if (source === plan.guest) appeared();
    if (isNameServer(plan, destination) && destinationPort === DNS_PORT) {
      void this.#serveDns(packet, sourcePort, data.slice());
      return true;
    }
    return isForAll;
  }

  #isForDhcp({ version, destination }: Packet, { sourcePort, destinationPort }: Datagram, isForAll: boolean): boolean {
    const { host, six } = this.#parts.plan;
    if (version === 6)
      return (
        destinationPort === SERVER_PORT6 &&
        sourcePort === CLIENT_PORT6 &&
        (isForAll || destination === six.link || destination === six.host)
      );
    return (
      destinationPort === SERVER_PORT && sourcePort === CLIENT_PORT && (isForAll || destination === host || destination === EVERYWHERE)
    );
  }

  #serveDhcp(data: Uint8Array): void {
    const { plan, dhcp, frames, egress, appeared } = this.#parts;
    const asked = readDhcp(data);
    const reply = asked && answerDhcp(asked, dhcp);
    if (!asked || !reply) return;
    const hasAddress = asked.client.some((byte) => byte !== 0);
    const destination = hasAddress ? plan.guest : asked.wantsBroadcast ? EVERYWHERE : plan.guest;
    const to = asked.wantsBroadcast ? EVERYBODY : asked.card;
    const ports = { sourcePort: SERVER_PORT, destinationPort: CLIENT_PORT };
    for (const frame of frames.udp({ source: plan.host, destination }, ports, reply, to)) egress.add(frame);
    // It need not say a word after that.
    if (asked.type === DHCP.request) appeared();
  }

  #serveDhcp6(source: string, data: Uint8Array): void {
    const { plan, frames, egress } = this.#parts;
    const own = serverIdentifier(plan.card);
    const asked = readDhcp6(data);
    const isForOther = asked?.server?.some((byte, index) => byte !== own[index]) ?? false;
    if (!asked || isForOther || source === '::') return;
    const reply = dhcp6Reply(asked, own, bytesOf6(plan.six.dns) as Uint8Array, ZONE);
    const ports = { sourcePort: SERVER_PORT6, destinationPort: CLIENT_PORT6 };
    for (const frame of frames.udp({ source: plan.six.link, destination: source }, ports, reply)) egress.add(frame);
  }

  async #serveDns({ source, destination }: Packet, port: number, message: Uint8Array): Promise<void> {
    const { dns, frames, egress, stir } = this.#parts;
    const reply = await dns.answer(message, false);
    if (!reply) return;
    const ports = { sourcePort: DNS_PORT, destinationPort: port };
    for (const frame of frames.udp({ source: destination, destination: source }, ports, reply)) egress.add(frame);
    stir();
  }
}
