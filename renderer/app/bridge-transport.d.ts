import type { Bridge } from '../../preload/contract/bridge.ts';
import type { Transport } from './transport.ts';
/** Makes the transport. It is always connected: the page and the program it belongs to live and die together. */
export declare function createBridgeTransport(bridge: Bridge): Transport;
