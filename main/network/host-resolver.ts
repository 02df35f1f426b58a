/** Names as this computer's own programs resolve them, and questions that are passed on to its name servers as they are. */
import { createSocket } from 'node:dgram';
import { lookup, Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import type { Lookup } from '../../emulator/network/nat/outside.ts';

/** Milliseconds for a name server to answer. */
const PATIENCE = 5000;
const TRUNCATED = 2;
const DNS_PORT = 53;

/** Hosts file, multicast DNS, split DNS of a VPN: whatever the system asks. */
export async function lookUp(name: string, version: 4 | 6): Promise<Lookup> {
  try {
    const found = await lookup(name, { all: true, family: version, order: 'verbatim' });
    return { kind: 'found', addresses: found.map(({ address }) => address) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTFOUND') return { kind: 'failed' };
    // "No such name" would end a search that an address of the other family could still satisfy.
    const other = await lookup(name, { family: version === 4 ? 6 : 4 }).catch(() => undefined);
    return { kind: other ? 'empty' : 'missing' };
  }
}

/** Address and port of a server as Node writes them: `1.2.3.4`, `1.2.3.4:5353`, `::1`, `[::1]:5353`. */
function serverOf(text: string): { readonly address: string; readonly port: number } {
  const bracketed = /^\[(.+)\]:(\d+)$/.exec(text) ?? /^([\d.]+):(\d+)$/.exec(text);
  return bracketed ? { address: bracketed[1] as string, port: Number(bracketed[2]) } : { address: text, port: DNS_PORT };
}

/** Asks the system's name servers in turn. @returns the answer under the question's own number */
export async function relayQuestion(question: Uint8Array): Promise<Uint8Array | undefined> {
  // A new resolver reads the system's settings anew; the one that lasts never notices another network.
  for (const server of new Resolver().getServers().map(serverOf)) {
    const own = question.slice();
    const number = crypto.getRandomValues(new Uint8Array(2));
    own.set(number);
    const answer = await askServer(own, server);
    if (!answer) continue;
    const whole = ((answer[2] as number) & TRUNCATED) === 0 ? answer : ((await askByStream(own, server)) ?? answer);
    whole.set(question.subarray(0, 2));
    return whole;
  }
  return undefined;
}

const isAnswer = (bytes: Uint8Array, question: Uint8Array) => bytes.length >= 12 && bytes[0] === question[0] && bytes[1] === question[1];

function askServer(question: Uint8Array, { address, port }: ReturnType<typeof serverOf>): Promise<Uint8Array | undefined> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array | undefined>();
  const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4' });
  const timer = setTimeout(() => resolve(undefined), PATIENCE);
  socket.on('error', () => resolve(undefined));
  socket.on('message', (bytes) => (isAnswer(bytes, question) ? resolve(Uint8Array.from(bytes)) : undefined));
  // Connected, so that nobody else can answer, and a server that is not there says so.
  socket.connect(port, address, () => socket.send(question, (error) => (error ? resolve(undefined) : undefined)));
  return promise.finally(() => {
    clearTimeout(timer);
    socket.close();
  });
}

function askByStream(question: Uint8Array, { address, port }: ReturnType<typeof serverOf>): Promise<Uint8Array | undefined> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array | undefined>();
  const socket = connect({ host: address, port, autoSelectFamily: false });
  let read = Buffer.alloc(0);
  socket.setTimeout(PATIENCE, () => resolve(undefined));
  socket.on('error', () => resolve(undefined));
  socket.on('close', () => resolve(undefined));
  socket.on('data', (bytes: Buffer) => {
    read = Buffer.concat([read, bytes]);
    if (read.length < 2 || read.length < 2 + read.readUInt16BE(0)) return;
    const answer = Uint8Array.from(read.subarray(2, 2 + read.readUInt16BE(0)));
    resolve(isAnswer(answer, question) ? answer : undefined);
  });
  socket.write(Uint8Array.of(question.length >> 8, question.length & 0xff));
  socket.write(question);
  return promise.finally(() => socket.destroy());
}
