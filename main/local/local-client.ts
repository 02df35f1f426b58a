/** Connects to the running program over its local socket. */
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import { createConnection } from 'node:net';
import { createWireClient, type WireClient } from '../../preload/contract/wire-client.ts';
import { packFrame, readFrames } from './framing.ts';
import { requireTrustedSocket } from './trusted-socket.ts';

/** Answers of the program are trusted; this only guards against another service at the same path. */
export const LONGEST_ANSWER = 256 * 1024 * 1024;

export interface LocalConnection {
  readonly client: WireClient;
  close(): void;
  /** Resolves when the connection ended, from whichever side. */
  readonly ended: Promise<void>;
}

/**
 * Connects to a socket path; rejects with Node's error when nothing listens there.
 * @param libraryFolder as for `listenLocally`
 * @throws ContractError `foreign` when another user could be listening
 */
export async function connectLocally(path: string, libraryFolder?: string): Promise<LocalConnection> {
  requireTrustedSocket(path, libraryFolder);
  const client = createWireClient();
  const socket = createConnection(path);
  const ended = new Promise<void>((resolve) => {
    socket.on('close', () => {
      client.detach(faultWith('wire-program-ended'));
      resolve();
    });
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.on('error', () => socket.destroy());
      socket.on(
        'data',
        readFrames(socket, (frame) => client.receive(frame), LONGEST_ANSWER),
      );
      client.attach((frame) => void socket.write(packFrame(frame)));
      resolve({ client, ended, close: () => socket.end() });
    });
  });
}
