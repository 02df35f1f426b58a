/**
 * The browser shell: the window in an ordinary browser, over HTTP and a WebSocket on the loopback only. Every
 * request passes the gate; pages get a strict content security policy.
 */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { WIRE_PATH } from '../../preload/contract/wire.ts';
import { keepFromGuests } from '../network/own-ports.ts';
import { LARGEST_FRAME, type Link, type Session } from '../border/session.ts';
import { createGate, type Gate } from './gate.ts';
import { staticFile } from './static-files.ts';

export interface BrowserShellOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** The built window. */
  readonly folder: string;
  serve(link: Link): Session;
}
export interface BrowserShell {
  readonly port: number;
  /** Where a browser that has been let in gets in again. */
  readonly address: string;
  /** An address for one visit; asking again makes the address before it void. */
  newAddress(): string;
  close(): Promise<void>;
}

// Imported, it would bring Node's fetch along, as one of its names: a twentieth of what a start takes.
const { createServer } = process.getBuiltinModule('node:http');

const LOOPBACK = '127.0.0.1';

/** xterm.js sizes its cells with style elements, hence `unsafe-inline` for styles; scripts come from files only. */
const policy = (port: number) =>
  [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    `connect-src 'self' ws://${LOOPBACK}:${port} ws://localhost:${port}`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');

/**
 * Listens on the loopback.
 * @throws ContractError `unavailable` when the port is taken or may not be used
 */
export async function openBrowserShell(options: BrowserShellOptions): Promise<BrowserShell> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(portError(options.port, error)));
    server.listen(options.port, LOOPBACK, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const gate = createGate(port);
  const opened = keepFromGuests(port);
  server.on('close', opened);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_FRAME, perMessageDeflate: false });
  // Accepting may fail at any time, as when the process has no file descriptors left; the next attempt may succeed.
  server.on('error', () => undefined);
  server.on('request', (request, response) => {
    response.on('error', () => response.destroy());
    answer(request, response, { gate, port, folder: options.folder }).catch((error: Error) => response.destroy(error));
  });
  server.on('upgrade', (request, socket, head) => {
    // From here on the socket is nobody's but ours: a peer that resets the connection ends that connection only.
    socket.on('error', () => socket.destroy());
    const refusal = refuseUpgrade(request, gate);
    if (refusal) return refuse(socket, refusal);
    sockets.handleUpgrade(request, socket, head, (webSocket) => attach(webSocket, options.serve));
  });
  return {
    port,
    address: `http://${LOOPBACK}:${port}/`,
    newAddress: () => `http://${LOOPBACK}:${port}/?token=${gate.newToken()}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.clients) socket.close(1001, 'the program ended');
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portError(port: number, { code, message }: NodeJS.ErrnoException): ContractError {
  const why = code === 'EADDRINUSE' ? 'in use' : code === 'EACCES' ? 'permission' : 'other';
  return new ContractError('port-unusable', { port, why, detail: message, other: port < 65535 ? Math.max(port + 1, 1024) : 8080 });
}

interface Answering {
  readonly gate: Gate;
  readonly port: number;
  readonly folder: string;
}

async function answer(request: IncomingMessage, response: ServerResponse, { gate, port, folder }: Answering): Promise<void> {
  response.setHeader('Content-Security-Policy', policy(port));
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Cache-Control', 'no-store');
  const say = (status: number, text: string) =>
    void response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);

  if (!gate.isOurHost(request.headers)) return say(403, 'This server only responds under its own address.');
  if (request.method !== 'GET' && request.method !== 'HEAD') return say(405, 'Only GET.');
  // Node hands over request targets that are no URL path too; parsing must not throw.
  const url = URL.parse(`http://${LOOPBACK}:${port}${request.url ?? '/'}`);
  if (!url) return say(400, 'Not an address.');
  const token = url.searchParams.get('token');
  if (token !== null) {
    const cookie = gate.exchange(token);
    if (cookie !== undefined) return void response.writeHead(303, { Location: '/', 'Set-Cookie': cookie }).end();
    if (gate.hasSession(request.headers)) return void response.writeHead(303, { Location: '/' }).end();
  }
  if (!gate.hasSession(request.headers))
    return say(
      403,
      'Open the address that Vivarium printed in its terminal. It works in one browser: press Enter there for a new one, or start Vivarium again.',
    );
  const file = await staticFile(folder, url.pathname);
  if (!file) return say(404, url.pathname === '/' ? 'The window has not been built: run npm run build.' : 'There is no such file.');
  response.writeHead(200, { 'Content-Type': file.type, 'Content-Length': file.content.length });
  response.end(request.method === 'HEAD' ? undefined : file.content);
}

function refuseUpgrade(request: IncomingMessage, gate: Gate): string | undefined {
  if (!gate.isOurHost(request.headers) || !gate.isOurOrigin(request.headers) || !gate.hasSession(request.headers)) return '403 Forbidden';
  return request.url === WIRE_PATH ? undefined : '404 Not Found';
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function attach(webSocket: WebSocket, serve: (link: Link) => Session): void {
  const session = serve({
    send: (frame) => webSocket.send(frame),
    buffered: () => webSocket.bufferedAmount,
    close: () => webSocket.terminate(),
  });
  webSocket.on('error', () => webSocket.terminate());
  webSocket.on('message', (data, isBinary) => {
    const bytes = data as Buffer;
    session.receive(isBinary ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes.toString('utf8'));
  });
  webSocket.on('close', () => session.closed());
}
