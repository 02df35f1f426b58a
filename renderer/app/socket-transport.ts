/**
 * The browser shell's transport: the wire over a WebSocket to the page's own origin. A lost connection is tried
 * again with growing pauses; listeners stay, channels have to be opened again.
 */
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import { createWireClient } from '../../preload/contract/wire-client.ts';
import type { Connection, Transport } from './transport.ts';

/** The first pause after a loss is short, because most losses are restarts of the program. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;
/** RFC 6455, 7.4.1: the server is shutting down. */
const GOING_AWAY = 1001;

/** Connects to `url` (ws:) and stays connected. */
export function createSocketTransport(url: string): Transport {
  const wire = createWireClient();
  const listeners = new Set<(connection: Connection) => void>();
  let connection: Connection = 'connecting';
  let pause = FIRST_PAUSE_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let socket: WebSocket | undefined;

  function tell(next: Connection) {
    if (next === connection) return;
    connection = next;
    listeners.forEach((listener) => listener(next));
  }
  /** A socket does not say why it was not opened; a plain request to the same program does. */
  async function isRefused(): Promise<boolean> {
    const { status } = await fetch('./', { method: 'HEAD', cache: 'no-store' }).catch(() => ({ status: 0 }));
    return status === 403;
  }
  function connect() {
    clearTimeout(timer);
    const opening = new WebSocket(url);
    socket = opening;
    opening.binaryType = 'arraybuffer';
    opening.onopen = () => {
      pause = FIRST_PAUSE_MS;
      wire.attach((frame) => {
        if (opening.readyState === WebSocket.OPEN) return opening.send(frame as string | Uint8Array<ArrayBuffer>);
        // It is closing, and would drop the frame with an error on the page's console. Whoever sent it may yet have to listen.
        queueMicrotask(() => {
          if (socket === opening) wire.detach(faultWith('wire-lost'));
        });
      });
      tell('connected');
    };
    opening.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) =>
      wire.receive(typeof data === 'string' ? data : new Uint8Array(data));
    opening.onclose = ({ code }) => {
      if (socket !== opening) return;
      wire.detach(faultWith('wire-lost'));
      void isRefused().then((refused) => {
        // A program that said that it quits is still gone; only one that answers and refuses is another one.
        if (connection !== 'connected') tell(refused ? 'refused' : connection === 'ended' ? 'ended' : 'lost');
      });
      if (connection === 'connected') tell(code === GOING_AWAY ? 'ended' : 'lost');
      timer = setTimeout(connect, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    };
  }
  connect();
  return {
    services: wire.services,
    openConsole: (machine, console) => wire.openConsole(machine, console),
    pathOf: () => undefined,
    get connection() {
      return connection;
    },
    onConnection(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    reconnect() {
      if (socket?.readyState === WebSocket.CLOSED) connect();
    },
  };
}
