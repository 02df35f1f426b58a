/** A TCP connection into the guest for somebody in the program: no port of the host's is opened. */
import type { MessagePort } from 'node:worker_threads';
import type { Stream } from '../../emulator/network/nat/outside.ts';
import type { TcpConnection } from '../../emulator/network/nat/tcp-connection.ts';
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { GuestCalls } from './guest-call.ts';
import { StreamEnd } from './stream-end.ts';

/** Bytes that may be under way to the guest's connection, which has as many in its queue before it is paused. */
const ROOM = 256 * 1024;
/** A guest that has not answered for so long does not: the connection gives up after ten seconds. */
const NO_ANSWER_MS = 9000;

export function connectGuest(calls: GuestCalls, guestPort: number, port: MessagePort): void {
  let connection: TcpConnection | undefined;
  let isWanted = true;
  let hasEnded = false;
  let isPaused = false;
  /** Bytes that were taken while it was paused. */
  let owed = 0;
  const calledAt = performance.now();
  const grant = () => {
    if (isPaused || owed === 0) return;
    end.grant(owed);
    owed = 0;
  };
  const end = new StreamEnd(port, {
    bytes(bytes) {
      connection?.data(bytes);
      owed += bytes.length;
      grant();
    },
    ended() {
      hasEnded = true;
      connection?.ended();
    },
    taken: () => connection?.written(),
    closed() {
      isWanted = false;
      connection?.closed();
    },
  });
  const whyReset = () => {
    if (connection?.state === 'gone') return faultWith('stream-guest-changed');
    if (connection?.state !== 'calling') return faultWith('stream-broken');
    return performance.now() - calledAt < NO_ANSWER_MS
      ? faultWith('guest-port-closed', { port: guestPort })
      : faultWith('guest-port-silent', { port: guestPort });
  };
  const stream: Stream = {
    get backlog() {
      return end.waiting;
    },
    write: (bytes) => end.write(bytes),
    end: () => end.end(),
    setPaused(paused) {
      isPaused = paused;
      grant();
    },
    reset: () => end.fail(whyReset()),
  };
  calls.call({
    guestPort,
    stream,
    isWanted: () => isWanted,
    begun(made) {
      connection = made;
      if (hasEnded) made.ended();
      owed += ROOM;
      grant();
    },
    failed: (why) => end.fail(faultWith(why === 'no network' ? 'guest-no-network' : 'guest-connections-too-many')),
  });
}
