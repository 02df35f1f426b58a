/** A port of the host's that leads into a guest, as data. */

export interface Forward {
  /** Where the host listens. */
  readonly address: string;
  readonly hostPort: number;
  readonly guestPort: number;
  readonly protocol: 'tcp' | 'udp';
}

/** What a forward is doing. */
export interface ForwardStatus extends Forward {
  /** Absent: it listens. */
  readonly problem?: string;
  /** Connections that go through it now; of datagrams none are counted. */
  readonly connections: number;
}

/** As the command line writes it. */
export const forwardText = ({ address, hostPort, guestPort, protocol }: Forward): string =>
  `${address.includes(':') ? `[${address}]` : address}:${hostPort}:${guestPort}${protocol === 'udp' ? '/udp' : ''}`;

/** Whether two take the same port. */
export const isSamePort = (a: Forward, b: Forward): boolean =>
  a.address === b.address && a.hostPort === b.hostPort && a.protocol === b.protocol;
