/**
 * A window onto a program that runs already: frames of the wire pass unchanged between a client's link and the local
 * socket of the program that owns the library.
 */
import { createConnection } from 'node:net';
import type { Link, Session } from '../border/session.ts';
import { packFrame, readFrames } from './framing.ts';
import { LONGEST_ANSWER } from './local-client.ts';
import { requireTrustedSocket } from './trusted-socket.ts';

/** Answers wait in the socket when the client reads more slowly than this many bytes behind. */
const MAX_BUFFERED = 1024 * 1024;
const LOOK_AGAIN_MS = 20;

/**
 * Serves a client by passing everything on to the program that listens at `path`.
 * @param libraryFolder as for `listenLocally`
 * @throws ContractError `foreign` when another user could be listening
 */
export function relaySession(path: string, link: Link, libraryFolder?: string): Session {
  requireTrustedSocket(path, libraryFolder);
  const socket = createConnection(path);
  const read = readFrames(socket, (frame) => link.send(frame), LONGEST_ANSWER);
  const drain = () => {
    if (link.buffered() > MAX_BUFFERED) setTimeout(drain, LOOK_AGAIN_MS);
    else socket.resume();
  };
  socket.on('data', (piece) => {
    read(piece);
    if (link.buffered() <= MAX_BUFFERED) return;
    socket.pause();
    drain();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => link.close());
  return {
    receive: (frame) => void socket.write(packFrame(frame)),
    closed: () => void socket.end(),
  };
}
