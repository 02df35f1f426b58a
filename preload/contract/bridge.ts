/**
 * What the Electron shell's preload puts at `window.vivarium`, and the port behind it. Frames of the wire travel over
 * one message port a window; only plain data and functions can cross Electron's context bridge, so errors travel as
 * outcomes and are made errors again by the window.
 */
import type { ConsoleChannel } from './consoles.ts';
import type { Fault } from '../../emulator/index.ts';

export type Outcome = { readonly ok: unknown } | { readonly error: Fault };

export interface Bridge {
  /** Answers a declared call; others are refused as invalid. Never rejects. */
  call(service: string, method: string, args: readonly unknown[]): Promise<Outcome>;
  /** Listens to a declared event; returns the unsubscribe. */
  on(service: string, event: string, listener: (payload: unknown) => void): () => void;
  /** Attaches to a console; output begins with the stored tail. */
  openConsole(machine: string, console: number): ConsoleChannel;
  /** Where a file is that was dropped on the page; empty for one that is on no disk. */
  pathOf(file: object): string;
}

/** The name of the bridge in the window. */
export const BRIDGE_NAME = 'vivarium';

/**
 * The channel on which the preload hands its port to the program, once a page. From then on the program sends frames
 * and the preload sends frames or, as a number, how many bytes (characters, for text) of frames it has dealt with.
 */
export const PORT_CHANNEL = 'vivarium:port';
