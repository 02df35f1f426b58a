/** What the window needs from whatever carries its calls: Electron's bridge or the browser shell's WebSocket. */
import type { ConsoleChannel } from '../../preload/contract/consoles.ts';
import type { Services } from '../../preload/contract/wire-client.ts';

/**
 * Whether calls can be made now. `lost`: the transport is trying to come back by itself; `ended`: so it does, but the
 * program said that it quits; `refused`: a program answers, but it was started anew and does not know this page.
 */
export type Connection = 'connecting' | 'connected' | 'lost' | 'ended' | 'refused';

export interface Transport {
  /** The contracts' clients; calls are rejected as unavailable while there is no connection. */
  readonly services: Services;
  /** Attaches to a console; a channel ends with the connection and has to be opened again after it. */
  openConsole(machine: string, console: number): ConsoleChannel;
  /** Where a file is that was dropped on the window; nothing where the browser does not tell. */
  pathOf(file: File): string | undefined;
  readonly connection: Connection;
  onConnection(listener: (connection: Connection) => void): () => void;
  /** Tries to connect again now, not at the next interval. */
  reconnect(): void;
}
