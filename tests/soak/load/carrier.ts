/** The host's end of the traffic: gives bytes that a guest sends back, and knows whether they are the same. */
import { createHash, type Hash } from 'node:crypto';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { networkFile } from '../../cli/peers/network-file.ts';

export interface Carrier {
  /** What is given is fetched at the first port, and sent back at the second. */
  readonly ports: readonly [number, number];
  /** Bytes that came back so far. */
  readonly returned: number;
  /** Resolves when all came back. @throws Error when it is not what was given */
  readonly whole: Promise<void>;
  close(): void;
}

const HEADER = (length: number) => `HTTP/1.0 200 OK\r\nContent-Length: ${length}\r\n\r\n`;

/** Writes so many bytes as the socket takes them, and sums them. */
function give(socket: Socket, bytes: number, sum: Hash): void {
  const block = networkFile();
  let left = bytes;
  const fill = () => {
    while (left > 0) {
      const piece = left < block.length ? block.subarray(0, left) : block;
      left -= piece.length;
      sum.update(piece);
      if (!socket.write(piece)) return;
    }
    socket.off('drain', fill);
    socket.end();
  };
  socket.on('drain', fill);
  socket.write(HEADER(bytes));
  fill();
}

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

/** Gives `bytes` bytes once. */
export async function carrier(bytes: number): Promise<Carrier> {
  const [given, back] = [createHash('sha256'), createHash('sha256')];
  const { promise: whole, resolve, reject } = Promise.withResolvers<void>();
  // Nobody may wait for it yet.
  whole.catch(() => undefined);
  const sockets = new Set<Socket>();
  let returned = 0;
  const open = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', reject);
  };
  const source = createServer({ allowHalfOpen: true }, (socket) => {
    open(socket);
    socket.once('data', () => give(socket, bytes, given));
    socket.on('end', () => socket.end());
  });
  const sink = createServer({ allowHalfOpen: true }, (socket) => {
    open(socket);
    socket.on('data', (piece) => {
      returned += piece.length;
      back.update(piece);
    });
    socket.on('end', () => {
      socket.end();
      if (returned !== bytes) reject(new Error(`${returned} of ${bytes} bytes came back`));
      else if (given.digest('hex') !== back.digest('hex')) reject(new Error('other bytes came back than were given'));
      else resolve();
    });
  });
  const ports = [await listening(source), await listening(sink)] as const;
  return {
    ports,
    get returned() {
      return returned;
    },
    whole,
    close() {
      for (const socket of sockets) socket.destroy();
      source.close();
      sink.close();
    },
  };
}
