/**
 * What no page may do, whatever it contains: leave, open windows, embed others, or get at the computer's devices.
 * Electron's security checklist, items 4, 5 and 11 to 15.
 */
import type { WebPreferences } from 'electron';
import { isOurs } from './app-protocol.ts';
import type { Electron } from './electron.ts';

/** How every page is confined. */
export const confined = (preload: string): WebPreferences => ({
  preload,
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: false,
});

/** The only permissions a page may have: the clipboard, when the person copies from a console or pastes into it. */
const PERMITTED = ['clipboard-sanitized-write', 'clipboard-read'];

/** Confines every page that will ever be made; before the first window. */
export function harden({ app, session }: Pick<Electron, 'app' | 'session'>): void {
  app.on('web-contents-created', (_event, contents) => {
    const stayHere = (event: { readonly url: string; preventDefault(): void }) => {
      if (!isOurs(event.url)) event.preventDefault();
    };
    contents.on('will-navigate', stayHere);
    contents.on('will-redirect', stayHere);
    contents.on('will-frame-navigate', stayHere);
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
  const { defaultSession } = session;
  const permitted = (permission: string, address: string) => PERMITTED.includes(permission) && isOurs(address);
  defaultSession.setPermissionRequestHandler((_contents, permission, decide, { requestingUrl }) =>
    decide(permitted(permission, requestingUrl)),
  );
  defaultSession.setPermissionCheckHandler((_contents, permission, origin) => permitted(permission, origin));
  defaultSession.setDevicePermissionHandler(() => false);
}
