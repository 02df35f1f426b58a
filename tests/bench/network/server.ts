/** The other end of guest/net.c, on the host's loopback: takes bytes and confirms how many, gives bytes, answers connections. */
import { type AddressInfo, createServer, type Socket } from 'node:net';

const BLOCK = Buffer.alloc(256 * 1024, 'a');
const COUNT_BYTES = 8;

/** Takes everything, then says how much it was. */
function sink(socket: Socket, first: Buffer): void {
  let count = first.length;
  socket.on('data', (bytes: Buffer) => (count += bytes.length));
  socket.on('end', () => {
    const confirmation = Buffer.alloc(COUNT_BYTES);
    confirmation.writeBigUInt64BE(BigInt(count));
    socket.end(confirmation);
  });
}

/** Gives as many bytes as it is told. */
function source(socket: Socket, first: Buffer): void {
  let asked = first;
  const begin = () => {
    let left = Number(asked.readBigUInt64BE());
    const fill = () => {
      while (left > 0) {
        const bytes = left < BLOCK.length ? BLOCK.subarray(0, left) : BLOCK;
        left -= bytes.length;
        if (!socket.write(bytes)) return;
      }
      socket.off('drain', fill);
      socket.end();
    };
    socket.on('drain', fill);
    fill();
  };
  if (asked.length >= COUNT_BYTES) return begin();
  const more = (bytes: Buffer) => {
    asked = Buffer.concat([asked, bytes]);
    if (asked.length < COUNT_BYTES) return;
    socket.off('data', more);
    begin();
  };
  socket.on('data', more);
}

const KINDS: Readonly<Record<string, (socket: Socket, first: Buffer) => void>> = {
  s: sink,
  g: source,
  o: (socket) => {
    socket.write('o');
    socket.on('end', () => socket.end());
    socket.resume();
  },
};

export interface BenchServer {
  readonly port: number;
  close(): void;
}

export async function benchServer(): Promise<BenchServer> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (bytes: Buffer) => {
      const kind = KINDS[String.fromCharCode(bytes[0] ?? 0)];
      if (kind) kind(socket, bytes.subarray(1));
      else socket.destroy();
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 }, resolve);
  await promise;
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}
