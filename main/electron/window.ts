/** Makes the window: confined, where it was last time, and back on its feet when its page dies. */
import type { BrowserWindow } from 'electron';
import { isOurs, PAGE } from './app-protocol.ts';
import type { Electron } from './electron.ts';
import { confined } from './hardening.ts';
import { FIRST_SIZE, readPlace, SMALLEST_SIZE, writePlace } from './window-bounds.ts';

export interface WindowOptions {
  readonly preload: string;
  readonly icon: string;
  /** Where the window's place is remembered. */
  readonly placeFile: string;
  /** What is to be in front, from `#` on; absent: what was last time. */
  readonly address?: string | undefined;
}

/** A page that dies this often within a minute is left dead: loading it again does not help. */
const MAX_RELOADS = 3;
const RELOAD_WINDOW_MS = 60_000;

/** Creates the window and loads the page into it; shown when it has something to show. */
export function openWindow({ BrowserWindow, screen }: Pick<Electron, 'BrowserWindow' | 'screen'>, options: WindowOptions): BrowserWindow {
  const place = readPlace(
    options.placeFile,
    screen.getAllDisplays().map(({ workArea }) => workArea),
  );
  const window = new BrowserWindow({
    ...(place?.bounds ?? FIRST_SIZE),
    minWidth: SMALLEST_SIZE.width,
    minHeight: SMALLEST_SIZE.height,
    title: 'Vivarium',
    icon: options.icon,
    show: false,
    webPreferences: confined(options.preload),
  });
  if (place?.maximised) window.maximize();
  window.once('ready-to-show', () => window.show());
  let address = options.address ?? place?.address ?? '';
  const remember = () =>
    writePlace(options.placeFile, {
      bounds: window.getNormalBounds(),
      maximised: window.isMaximized(),
      ...(address.startsWith('#/') ? { address } : {}),
    });
  window.on('close', remember);
  // Written at once, so that a program that dies comes back with the same tab in front.
  window.webContents.on('did-navigate-in-page', (_event, url, isMainFrame) => {
    if (!isMainFrame || !isOurs(url)) return;
    address = new URL(url).hash;
    remember();
  });
  reviveWhenDead(window);
  void window.loadURL(`${PAGE}${address}`);
  return window;
}

/** Machines live outside the page, so a crashed page is simply loaded again. */
function reviveWhenDead(window: BrowserWindow): void {
  let reloads: number[] = [];
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    reloads = [...reloads.filter((at) => Date.now() - at < RELOAD_WINDOW_MS), Date.now()];
    console.error(`The window's page crashed (${reason}).`);
    if (reloads.length <= MAX_RELOADS) window.webContents.reload();
  });
}
