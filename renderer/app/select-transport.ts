/** Electron's bridge where the preload script has put one, else the browser shell's socket at the page's own origin. */
import { WIRE_PATH } from '../../preload/contract/wire.ts';
import { createSocketTransport } from './socket-transport.ts';
import type { Transport } from './transport.ts';

export function selectTransport(): Transport {
  const url = new URL(WIRE_PATH, location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return createSocketTransport(url.href);
}
