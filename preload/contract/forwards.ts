/** Ports of the host's that lead into a guest. */

export interface Forward {
  /** Where the host listens. */
  readonly address: string;
  readonly hostPort: number;
  readonly guestPort: number;
  readonly protocol: 'tcp' | 'udp';
}

/** What a forward of a machine is doing. */
export interface ForwardStatus extends Forward {
  /** Why it does not listen, in a sentence: the machine is off, or somebody else has the port. Absent: it listens. */
  readonly problem?: string;
  /** Connections that go through it now; of datagrams none are counted. */
  readonly connections: number;
}
