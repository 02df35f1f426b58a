/** Electron's bridge where the preload script has put one, else the browser shell's socket at the page's own origin. */
import { BRIDGE_NAME, type Bridge } from '../../preload/contract/bridge.ts';
import { WIRE_PATH } from '../../preload/contract/wire.ts';
import { createBridgeTransport } from './bridge-transport.ts';
import { createSocketTransport } from './socket-transport.ts';
import type { Transport } from './transport.ts';

export function selectTransport(): Transport {
  const bridge = (window as Window & { readonly [BRIDGE_NAME]?: Bridge })[BRIDGE_NAME];
  if (bridge) return createBridgeTransport(bridge);
  const url = new URL(WIRE_PATH, location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return createSocketTransport(url.href);
}
