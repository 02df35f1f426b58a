/** A door that listens: on a TCP port or a Unix socket, for any number of programs at once. */
import { createServer, type ListenOptions, type Socket } from 'node:net';
import { serveReader, type DoorConsole, type DoorStream } from './door-reader.ts';
import type { OpenDoor } from './open-door.ts';

const streamOf = (socket: Socket): DoorStream => ({
  onInput: (listener) =>
    void socket.on('data', (bytes) => {
      socket.pause();
      void listener(new Uint8Array(bytes as Buffer)).then(
        () => socket.resume(),
        () => socket.destroy(),
      );
    }),
  write: (bytes) => new Promise((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve()))),
});

/** Opens one. @throws Error as Node has it, where it cannot listen there */
export async function openSocketDoor(console: DoorConsole, where: ListenOptions): Promise<OpenDoor> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let leave = () => undefined as void;
    let gone = false;
    socket.on('error', () => undefined);
    socket.on('close', () => {
      gone = true;
      sockets.delete(socket);
      leave();
    });
    void serveReader(console, streamOf(socket)).then(
      (left) => {
        leave = left;
        if (gone) left();
      },
      () => socket.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, resolve);
  });
  const address = server.address();
  return {
    address: typeof address === 'object' && address ? hostAndPort(address.address, address.port) : String(address),
    readers: () => sockets.size,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const hostAndPort = (host: string, port: number): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
