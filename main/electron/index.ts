/** The entry point inside Electron, bundled to dist/electron/main.mjs: the real Electron, the real application. */
import { app, BrowserWindow, dialog, ipcMain, Menu, Notification, protocol, screen, session, Tray } from 'electron';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createApplication } from '../application.ts';
import { findHome } from '../library/home.ts';
import { makeFilesPrivate } from '../library/own-files.ts';
import { listenLocally } from '../local/local-server.ts';
import { endOnSignals } from '../ending/quitting.ts';
import { guestOf, startGuest } from '../start-guest.ts';
import { runShell } from './shell.ts';

makeFilesPrivate();
// Not awaited: Electron becomes ready only after this module has been evaluated.
void runShell(
  { app, BrowserWindow, dialog, ipcMain, Menu, Notification, protocol, screen, session, Tray },
  {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    userData: join(findHome().folder, 'electron'),
    createApplication,
    async listen(application) {
      const server = await listenLocally(application.home.socket, application.serve, application.home.folder);
      return () => server.close();
    },
    onSignal: (end, hurry) => endOnSignals({ end, hurry }),
    args: process.argv,
    async begin(application, args) {
      const guest = guestOf(args);
      if (guest !== undefined) await startGuest(application, guest);
    },
  },
).catch((error: unknown) => {
  console.error(error);
  app.exit(1);
});
