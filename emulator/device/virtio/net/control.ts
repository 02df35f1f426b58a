/** Commands of the control queue (virtio 1.3, section 5.1.6.5): the driver spins until it has its answer, so none waits for anything. */
import type { VirtioNet } from './device.ts';
import { STATUS_ANNOUNCE } from './state.ts';

/** No command that is understood is longer; two tables of addresses are the longest. */
export const COMMAND_BYTES_MAX = 4096;
export const ACCEPTED = 0;
export const REFUSED = 1;

const ADDRESS_BYTES = 6;
const RECEIVE_MODE = { promiscuous: 0, last: 5 } as const;

/** Carries out the command in `bytes` (class, command, data). Called with the device's lock held. @returns the answer */
export function obey(device: VirtioNet, bytes: Uint8Array): number {
  const [kind, command] = bytes;
  const data = bytes.subarray(2);
  const known = kind === undefined || command === undefined ? undefined : CLASSES[kind];
  return known?.(device, command as number, data) ? ACCEPTED : REFUSED;
}

type Obeyed = (device: VirtioNet, command: number, data: Uint8Array) => boolean;

const CLASSES: Readonly<Record<number, Obeyed>> = {
  // Receive modes (5.1.6.5.1): a link delivers what is for the card, so only whether the driver hears everything is kept.
  0: ({ net }, command, data) => {
    if (command > RECEIVE_MODE.last || data.length < 1) return false;
    if (command === RECEIVE_MODE.promiscuous) net.promiscuous = data[0] === 0 ? 0 : 1;
    return true;
  },
  // Addresses (5.1.6.5.2): tables to filter by, which need not be heeded, or the card's own.
  1: ({ net }, command, data) => {
    if (command === 0) return isTable(data);
    if (command !== 1 || data.length < ADDRESS_BYTES || ((data[0] as number) & 1) !== 0) return false;
    net.address.set(data.subarray(0, ADDRESS_BYTES));
    return true;
  },
  // Networks by tag (5.1.6.5.3): none is filtered out.
  2: (_, command, data) => command <= 1 && data.length >= 2,
  // The driver has made itself known (5.1.6.5.4).
  3: ({ net }, command) => {
    if (command !== 0) return false;
    net.linkStatus &= ~STATUS_ANNOUNCE;
    return true;
  },
  // Which offloads hold (5.1.6.5.6).
  5: (device, command, data) => {
    if (command !== 0 || data.length < 8) return false;
    return device.switchOffloads(new DataView(data.buffer, data.byteOffset, 8).getBigUint64(0, true));
  },
};

/** Two tables, each a count and so many addresses. */
function isTable(data: Uint8Array): boolean {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  let at = 0;
  for (let table = 0; table < 2; table++) {
    if (at + 4 > data.length) return false;
    at += 4 + ADDRESS_BYTES * view.getUint32(at, true);
  }
  return at <= data.length;
}
