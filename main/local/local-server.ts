/** The local socket: how the CLI reaches the running program. Only the person's own processes may connect (mode 0600). */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { LARGEST_FRAME, type Link, type Session } from '../border/session.ts';
import { packFrame, readFrames } from './framing.ts';
import { requireSocketFolder } from './trusted-socket.ts';

export interface LocalServer {
  /** How many clients are connected. */
  clients(): number;
  close(): Promise<void>;
}

/**
 * Listens at a socket path (or named pipe). The caller holds the library's lock, so a socket file that is already
 * there was left by a dead program.
 * @param libraryFolder where the socket may lie beside the library; anywhere else its folder must have mode 0700
 * @throws ContractError `foreign` when the socket's folder is open to other users
 */
export async function listenLocally(path: string, serve: (link: Link) => Session, libraryFolder?: string): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    attach(socket, serve);
  });
  const isFile = process.platform !== 'win32';
  requireSocketFolder(path, libraryFolder, true);
  if (isFile) rmSync(path, { force: true });
  return new Promise((resolve, reject) => {
    // The file must not be open to others even for a moment.
    const mask = process.umask(0o177);
    server.once('error', reject);
    server.listen(path, () => {
      if (isFile) chmodSync(path, 0o600);
      // Accepting may fail at any time, as when the process has no file descriptors left; the next attempt may succeed.
      server.off('error', reject).on('error', () => undefined);
      resolve({
        clients: () => sockets.size,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const socket of sockets) socket.destroySoon();
          }),
      });
    });
    process.umask(mask);
  });
}

function attach(socket: Socket, serve: (link: Link) => Session): void {
  socket.on('error', () => socket.destroy());
  const session = serve({
    send: (frame) => void socket.write(packFrame(frame)),
    buffered: () => socket.writableLength,
    close: () => socket.destroy(),
  });
  socket.on(
    'data',
    readFrames(socket, (frame) => session.receive(frame), LARGEST_FRAME),
  );
  socket.on('close', () => session.closed());
}
