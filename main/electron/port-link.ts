/**
 * Carries the wire between a window and the program: the window's preload hands over a message port, its sender is
 * checked, and from then on the port is that window's link. The same sessions serve the browser shell.
 */
import type { BrowserWindow, IpcMainEvent, MessagePortMain } from 'electron';
import { PORT_CHANNEL } from '../../preload/contract/bridge.ts';
import type { Frame } from '../../preload/contract/wire.ts';
import type { Application } from '../application.ts';
import { isOurs } from './app-protocol.ts';
import type { Electron } from './electron.ts';

/** Whether a message comes from our own page in the top frame of this very window. */
export function isTrusted({ sender, senderFrame }: Pick<IpcMainEvent, 'sender' | 'senderFrame'>, window: BrowserWindow): boolean {
  return sender === window.webContents && senderFrame !== null && senderFrame === window.webContents.mainFrame && isOurs(senderFrame.url);
}

/** Serves a window for as long as it lives; a page that was loaded again brings a new port. */
export function serveWindow({ ipcMain }: Pick<Electron, 'ipcMain'>, window: BrowserWindow, application: Pick<Application, 'serve'>): void {
  let end: (() => void) | undefined;
  const take = (event: IpcMainEvent) => {
    const [port, ...more] = event.ports;
    if (!isTrusted(event, window) || !port || more.length > 0) return event.ports.forEach((each) => each.close());
    end?.();
    end = servePort(port, application, () => window.isDestroyed() || window.webContents.reload());
  };
  ipcMain.on(PORT_CHANNEL, take);
  window.on('closed', () => {
    ipcMain.off(PORT_CHANNEL, take);
    end?.();
  });
}

/**
 * Serves one port.
 * @param cutOff called when the program ends the connection, because the window does not keep up or talks nonsense
 * @returns ends the session from outside
 */
function servePort(port: MessagePortMain, application: Pick<Application, 'serve'>, cutOff: () => void): () => void {
  // A port does not say what it still keeps, so the preload answers every frame with its length.
  let underWay = 0;
  const session = application.serve({
    send(frame) {
      underWay += frame.length;
      port.postMessage(frame);
    },
    buffered: () => underWay,
    close() {
      port.close();
      cutOff();
    },
  });
  port.on('message', ({ data }: { data: unknown }) => {
    if (typeof data === 'number') underWay -= data;
    else if (typeof data === 'string' || data instanceof Uint8Array) session.receive(data satisfies Frame);
  });
  port.on('close', () => session.closed());
  port.start();
  return () => {
    session.closed();
    port.close();
  };
}
