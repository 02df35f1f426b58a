/** What no page may do in the Electron shell: leave, open windows, embed, ask for devices, read beside its files. */
import { mkdtempSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { answer, CONTENT_SECURITY_POLICY, declareScheme, isOurs, PAGE, serveScheme } from '../../main/electron/app-protocol.ts';
import { confined, harden } from '../../main/electron/hardening.ts';
import { FakeContents, fakeElectron, FakeEvent } from './fake-electron.ts';

describe('a page is confined', () => {
  test('isolated, sandboxed and without Node', () => {
    expect(confined('/p.cjs')).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
    });
  });

  const made = () => {
    const fake = fakeElectron();
    harden(fake.electron);
    const contents = new FakeContents();
    fake.app.emit('web-contents-created', {}, contents);
    return { ...fake, contents };
  };
  test.each(['will-navigate', 'will-redirect', 'will-frame-navigate'])('%s elsewhere is refused, to the page itself it is not', (name) => {
    const { contents } = made();
    const go = (address: string) => {
      const event = new FakeEvent(address);
      contents.emit(name, event);
      return event.prevented;
    };
    for (const address of ['https://example.org/', 'file:///etc/passwd', 'vivarium://other/index.html', 'data:text/html,x', 'nonsense'])
      expect(go(address), address).toBe(true);
    expect(go(PAGE)).toBe(false);
  });
  test('new windows and embedded pages are refused', () => {
    const { contents } = made();
    expect(contents.openHandler?.()).toEqual({ action: 'deny' });
    const event = new FakeEvent();
    contents.emit('will-attach-webview', event);
    expect(event.prevented).toBe(true);
  });
  test('permissions: the clipboard for our page, nothing else for anybody', () => {
    const { permissions } = made();
    const asked = (permission: string, requestingUrl: string) => {
      let granted: boolean | undefined;
      permissions.request?.({}, permission, (decision) => (granted = decision), { requestingUrl });
      return granted;
    };
    expect(asked('clipboard-sanitized-write', PAGE)).toBe(true);
    expect(asked('clipboard-sanitized-write', 'https://example.org/')).toBe(false);
    for (const permission of ['media', 'geolocation', 'notifications', 'openExternal', 'hid', 'usb', 'fileSystem']) {
      expect(asked(permission, PAGE), permission).toBe(false);
      expect(permissions.check?.({}, permission, 'vivarium://app'), permission).toBe(false);
    }
    expect(permissions.device?.()).toBe(false);
  });
});

describe('the scheme', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'vivarium-scheme-')), 'renderer');
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<p>hello</p>');
  writeFileSync(join(folder, 'assets', 'a.js'), 'export {}');
  writeFileSync(join(folder, '..', 'secret.html'), 'secret');
  symlinkSync(join(folder, '..', 'secret.html'), join(folder, 'link.html'));
  const get = (url: string, method = 'GET') => answer(folder, { url, method });

  test('is declared as a secure origin before Electron is ready, and without rights it does not need', () => {
    const { electron, schemes } = fakeElectron();
    declareScheme(electron);
    expect(schemes).toEqual([{ scheme: 'vivarium', privileges: { standard: true, secure: true, codeCache: true } }]);
  });
  test('serves the files of the window with their type and the policy', async () => {
    const { electron, served } = fakeElectron();
    serveScheme(electron, folder);
    const page = await served.get('vivarium')?.(new Request(PAGE));
    expect(await page?.text()).toBe('<p>hello</p>');
    expect(page?.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page?.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
    expect((await get('vivarium://app/assets/a.js')).headers.get('content-type')).toContain('javascript');
  });
  test.each([
    'vivarium://app/../secret.html',
    'vivarium://app/%2e%2e/secret.html',
    'vivarium://app/..%2fsecret.html',
    'vivarium://app/..%5csecret.html',
    'vivarium://app/assets/..%2f..%2fsecret.html',
    'vivarium://app//etc/passwd',
    'vivarium://app/%00',
    'vivarium://app/%zz',
    'vivarium://app/link.html',
    'vivarium://app/missing.html',
    'vivarium://app/assets',
    'vivarium://other/index.html',
    'https://app/index.html',
  ])('refuses %s', async (address) => {
    const response = await get(address);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('');
  });
  test('only reads', async () => expect((await get(PAGE, 'POST')).status).toBe(405));
  test('the policy allows no inline script and no other origin', () => {
    expect(CONTENT_SECURITY_POLICY).toContain(`default-src 'none'`);
    expect(CONTENT_SECURITY_POLICY).toMatch(/script-src 'self';/);
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/https?:|\*|unsafe-eval/);
  });
  test("the page's own policy is no weaker for scripts", async () => {
    const page = await readFile(new URL('../../renderer/index.html', import.meta.url), 'utf8');
    expect(/script-src ([^;"]*)/.exec(page)?.[1]).toBe(`'self'`);
  });
  test('whose address is ours', () => {
    expect(isOurs('vivarium://app/x')).toBe(true);
    for (const address of ['', 'vivarium://evil/', 'http://app/', 'vivarium:app']) expect(isOurs(address), address).toBe(false);
  });
});
