/** The front end of a virtio network device (virtio 1.3, section 5.1): its configuration and its link. */
import { bind, type StateOf } from '../../../snapshot/schema.ts';
import type { Place } from '../../kit/device.ts';
import { VirtioDevice, type VirtioWires } from '../device.ts';
import {
  FEATURE_ANNOUNCE,
  FEATURE_MTU,
  NET_QUEUE_SIZE,
  NET_QUEUES,
  netState,
  STATUS_ANNOUNCE,
  STATUS_LINK_UP,
  SWITCHED_OFFLOADS,
  USUAL_MTU,
} from './state.ts';

const CONFIG_BYTES = 0x11;
const SPEED_MBIT = 10_000;
const FULL_DUPLEX = 1;

export class VirtioNet extends VirtioDevice {
  readonly net: StateOf<typeof netState>;

  constructor(name: string, place: Place, wires: VirtioWires) {
    super(name, { deviceId: 1, queues: NET_QUEUES, queueSizeMax: NET_QUEUE_SIZE, schema: netState }, place, wires);
    this.net = bind(netState, place.buffer, place.stateAt);
  }

  /** Tells the guest what card it is; before a driver looks. */
  plug({ address, mtu }: { readonly address: Uint8Array; readonly mtu: number }): void {
    this.lock.hold(() => {
      this.net.address.set(address);
      this.net.mtu = mtu;
      this.offer(FEATURE_MTU, mtu !== USUAL_MTU);
    });
  }

  /** Plugs the cable in or pulls it; the guest is told. */
  setLink(isUp: boolean): void {
    this.lock.hold(() => {
      const next = isUp ? this.net.linkStatus | STATUS_LINK_UP : this.net.linkStatus & ~STATUS_LINK_UP;
      if (next === this.net.linkStatus) return;
      this.net.linkStatus = next;
      this.configChanged();
    });
  }
  get linkIsUp(): boolean {
    return (this.net.linkStatus & STATUS_LINK_UP) !== 0;
  }

  /** Asks the driver to make itself known to the network, as after a return (section 5.1.6.5.4). */
  announce(): void {
    this.lock.hold(() => {
      if (!this.has(FEATURE_ANNOUNCE) || !this.live) return;
      this.net.linkStatus |= STATUS_ANNOUNCE;
      this.configChanged();
    });
  }

  /** Whether the driver takes what one of `SWITCHED_OFFLOADS` leaves to it, now. */
  takes(feature: bigint): boolean {
    return this.has(feature) && (BigInt(this.net.offloadsOff) & feature) === 0n;
  }
  /** @param on those of `SWITCHED_OFFLOADS` that shall hold @returns false for one that was not negotiated */
  switchOffloads(on: bigint): boolean {
    const negotiated = [...bitsOf(SWITCHED_OFFLOADS)].filter((bit) => this.has(bit)).reduce((all, bit) => all | bit, 0n);
    if ((on & ~negotiated) !== 0n) return false;
    this.net.offloadsOff = Number(negotiated & ~on);
    return true;
  }

  protected override onReset(): void {
    this.net.offloadsOff = 0;
    this.net.promiscuous = 0;
    this.net.linkStatus &= ~STATUS_ANNOUNCE;
  }

  /** `struct virtio_net_config`, section 5.1.4. */
  override readConfig(offset: number): number {
    const config = new DataView(new ArrayBuffer(CONFIG_BYTES));
    this.net.address.forEach((byte, index) => config.setUint8(index, byte));
    config.setUint16(0x06, this.net.linkStatus, true);
    config.setUint16(0x08, 1, true);
    config.setUint16(0x0a, this.net.mtu, true);
    config.setUint32(0x0c, SPEED_MBIT, true);
    config.setUint8(0x10, FULL_DUPLEX);
    return offset < CONFIG_BYTES ? config.getUint8(offset) : 0;
  }
}

function* bitsOf(all: bigint): Iterable<bigint> {
  for (let rest = all; rest !== 0n; rest &= rest - 1n) yield rest & -rest;
}
