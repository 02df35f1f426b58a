/** Electron's security checklist (its documentation, "Security", "Checklist"), point by point, each with what holds here. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserWindow, IpcMainEvent } from 'electron';
import { expect, test } from 'vitest';
import { CONTENT_SECURITY_POLICY, isOurs, PAGE } from '../../main/electron/app-protocol.ts';
import { confined, harden } from '../../main/electron/hardening.ts';
import { isTrusted } from '../../main/electron/port-link.ts';
import { FakeContents, fakeElectron, FakeEvent, FakeFrame, FakeWindow } from './fake-electron.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sourcesOf = (...folders: readonly string[]) =>
  folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|vue|html)$/.test(name))
      .map((name) => readFileSync(join(root, folder, name), 'utf8')),
  );
const shell = sourcesOf('main/electron', 'preload').join('\n');
const page = sourcesOf('renderer').join('\n');
const preferences = confined('/preload.cjs');
const hardened = () => {
  const fake = fakeElectron();
  harden(fake.electron);
  const contents = new FakeContents();
  fake.app.emit('web-contents-created', {}, contents);
  return { ...fake, contents };
};

const CHECKLIST: Readonly<Record<string, () => void>> = {
  '1. only secure content is loaded': () => {
    expect(PAGE).toMatch(/^vivarium:\/\/app\//);
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/https?:/);
    expect(shell).not.toMatch(/loadURL\([^)]*http/);
  },
  '2. no Node in pages': () =>
    expect(preferences).toMatchObject({ nodeIntegration: false, nodeIntegrationInWorker: false, nodeIntegrationInSubFrames: false }),
  '3. the page is isolated from the preload': () => expect(preferences.contextIsolation).toBe(true),
  '4. processes are sandboxed': () => {
    expect(preferences.sandbox).toBe(true);
    expect(shell).toContain('app.enableSandbox()');
    expect(shell).not.toContain('no-sandbox');
  },
  '5. permissions are asked for and refused': () => {
    const { permissions } = hardened();
    let granted: boolean | undefined;
    permissions.request?.({}, 'notifications', (decision) => (granted = decision), { requestingUrl: PAGE });
    expect([granted, permissions.check?.({}, 'geolocation', PAGE), permissions.device?.()]).toEqual([false, false, false]);
  },
  '6. web security stays on': () => expect(preferences.webSecurity).toBe(true),
  '7. a content security policy': () => expect(CONTENT_SECURITY_POLICY).toMatch(/^default-src 'none'; script-src 'self';/),
  '8. no insecure content': () => expect(preferences.allowRunningInsecureContent).toBe(false),
  '9. no experimental features': () => expect(preferences.experimentalFeatures ?? false).toBe(false),
  '10. no Blink features are turned on': () => expect(preferences.enableBlinkFeatures).toBeUndefined(),
  '11. no web view, so none with popups': () => {
    expect(preferences.webviewTag).toBe(false);
    expect(page).not.toMatch(/<webview|allowpopups/);
  },
  '12. a web view would be refused': () => {
    const event = new FakeEvent();
    hardened().contents.emit('will-attach-webview', event);
    expect(event.prevented).toBe(true);
  },
  '13. the page stays where it is': () => {
    const { contents } = hardened();
    for (const name of ['will-navigate', 'will-redirect', 'will-frame-navigate']) {
      const event = new FakeEvent('https://example.org/');
      contents.emit(name, event);
      expect(event.prevented, name).toBe(true);
    }
  },
  '14. no new windows': () => expect(hardened().contents.openHandler?.()).toEqual({ action: 'deny' }),
  '15. nothing is opened outside for a page': () => expect(shell).not.toMatch(/openExternal|openPath/),
  '16. Electron is of this year’s releases': () => {
    const { version } = createRequire(import.meta.url)('electron/package.json') as { version: string };
    // Three major versions get security updates; the lock file is of a time when 41 was the newest.
    expect(Number(version.split('.')[0])).toBeGreaterThanOrEqual(39);
  },
  '17. the sender of every message is looked at': () => {
    const window = new FakeWindow({}) as unknown as BrowserWindow;
    const from = (senderFrame: unknown, sender: unknown = window.webContents) =>
      isTrusted({ sender, senderFrame } as Pick<IpcMainEvent, 'sender' | 'senderFrame'>, window);
    expect(from(window.webContents.mainFrame)).toBe(true);
    expect([from(new FakeFrame(PAGE)), from(null), from(window.webContents.mainFrame, new FakeContents())]).toEqual([false, false, false]);
    expect(shell.match(/ipcMain\.(on|handle|once)\(/g)).toHaveLength(1);
  },
  '18. a scheme of our own, not file:': () => {
    expect(isOurs('file:///index.html')).toBe(false);
    expect(shell).not.toMatch(/loadFile|['"`]file:\/\//);
  },
  '19. fuses are set': () => {
    const builder = readFileSync(join(root, 'electron-builder.yml'), 'utf8');
    for (const fuse of [
      'runAsNode',
      'enableNodeOptionsEnvironmentVariable',
      'enableNodeCliInspectArguments',
      'grantFileProtocolExtraPrivileges',
    ])
      expect(builder).toContain(`${fuse}: false`);
  },
  '20. the page gets no interface of Electron': () => {
    const exposed = [...shell.matchAll(/exposeInMainWorld\(\s*['"]?([\w.]+)['"]?,\s*(\w+)/g)];
    expect(exposed).toHaveLength(1);
    expect(exposed.flat().join(' ')).not.toMatch(/ipcRenderer|electron/i);
  },
};

test.each(Object.entries(CHECKLIST))('%s', (_point, holds) => holds());
test('has all twenty points', () => expect(Object.keys(CHECKLIST)).toHaveLength(20));
