/** Forwards as the command line writes them, and which of them are one. */
import type { Forward } from '../../preload/contract/forwards.ts';

export const forwardText = ({ address, hostPort, guestPort, protocol }: Forward): string =>
  `${address.includes(':') ? `[${address}]` : address}:${hostPort}:${guestPort}${protocol === 'udp' ? '/udp' : ''}`;

/** Whether two take the same port of the host's. */
export const isSamePort = (a: Forward, b: Forward): boolean =>
  a.address === b.address && a.hostPort === b.hostPort && a.protocol === b.protocol;
