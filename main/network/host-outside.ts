/** The host behind a NAT: its sockets, its resolver, its own addresses. */
import { networkInterfaces } from 'node:os';
import type { Outside } from '../../emulator/network/nat/outside.ts';
import { HostDatagrams } from './host-datagrams.ts';
import { lookUp, relayQuestion } from './host-resolver.ts';
import { connectStream } from './socket-stream.ts';

/** How long the list of the host's own addresses may be old, in milliseconds. */
const ADDRESSES_MS = 5000;

/** @param timed something waits for time to pass */
export function hostOutside(log: (line: string) => void, timed: () => void): Outside {
  let own: readonly string[] = [];
  let readAt = -Infinity;
  return {
    connect: connectStream,
    openDatagrams: (version, events) => new HostDatagrams(version, events),
    lookup: lookUp,
    relay: relayQuestion,
    ownAddresses() {
      if (performance.now() - readAt < ADDRESSES_MS) return own;
      readAt = performance.now();
      own = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
      return own;
    },
    entropy: (count) => crypto.getRandomValues(new Uint8Array(count)),
    soon: (action) => void setImmediate(action),
    later: (milliseconds, action) => void setTimeout(action, milliseconds).unref(),
    timed,
    log,
  };
}
