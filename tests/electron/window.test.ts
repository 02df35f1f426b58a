/** The window: confined, where it was, revived when its page dies. And the menus. */
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { menuTemplate } from '../../main/electron/menu.ts';
import { openWindow } from '../../main/electron/window.ts';
import { readPlace, writePlace } from '../../main/electron/window-bounds.ts';
import { fakeElectron, type FakeItem, type FakeWindow } from './fake-electron.ts';

const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }];
const folder = () => mkdtempSync(join(tmpdir(), 'vivarium-window-'));

function opened(placeFile = join(folder(), 'window.json')) {
  const fake = fakeElectron();
  openWindow(fake.electron, { preload: '/p.cjs', icon: '/i.png', placeFile });
  return { ...fake, window: fake.windows[0] as FakeWindow, placeFile };
}

describe('the window', () => {
  test('loads our page, confined, and is shown when it has something to show', () => {
    const { window } = opened();
    expect(window.loaded).toEqual(['vivarium://app/index.html']);
    expect(window.options).toMatchObject({ show: false, webPreferences: { preload: '/p.cjs', sandbox: true, contextIsolation: true } });
    expect(window.shown).toBe(0);
    window.emit('ready-to-show');
    expect(window.shown).toBe(1);
  });
  test('comes back where it was', () => {
    const first = opened();
    first.window.maximised = true;
    first.window.clickClose();
    const second = opened(first.placeFile);
    expect(second.window.options).toMatchObject({ x: 10, y: 20, width: 900, height: 700 });
    expect(second.window.maximised).toBe(true);
  });
  test('what was in front is so again, also after a program that was killed', () => {
    const first = opened();
    first.window.webContents.emit('did-navigate-in-page', {}, 'vivarium://app/index.html#/machines/M1/timeline', true);
    first.window.webContents.emit('did-navigate-in-page', {}, 'https://example.org/#/machines/M2', true);
    expect(opened(first.placeFile).window.loaded).toEqual(['vivarium://app/index.html#/machines/M1/timeline']);
  });
  test('a dead page is loaded again, but not without end', () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { window } = opened();
    for (let death = 0; death < 10; death++) window.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    expect(window.webContents.reloads).toBe(3);
    expect(said).toHaveBeenCalledWith("The window's page crashed (crashed).");
    said.mockRestore();
  });
  test('a page that ended in order is not', () => {
    const { window } = opened();
    window.webContents.emit('render-process-gone', {}, { reason: 'clean-exit' });
    expect(window.webContents.reloads).toBe(0);
  });
});

describe('its place', () => {
  const bounds = { x: 100, y: 100, width: 900, height: 700 };
  const stored = (text: string) => {
    const file = join(folder(), 'window.json');
    writeFileSync(file, text);
    return readPlace(file, screens);
  };
  test('is stored whole, with nothing left beside it', () => {
    const home = folder();
    writePlace(join(home, 'new', 'window.json'), { bounds, maximised: false });
    expect(readPlace(join(home, 'new', 'window.json'), screens)).toEqual({ bounds, maximised: false });
    expect(readdirSync(join(home, 'new'))).toEqual(['window.json']);
  });
  test.each([
    ['nothing stored', undefined],
    ['a damaged file', '{"bounds":'],
    ['not a place', 'null'],
    ['numbers missing', '{"bounds":{"x":1}}'],
    ['too small', JSON.stringify({ bounds: { ...bounds, width: 10 } })],
    ['on a screen that is gone', JSON.stringify({ bounds: { ...bounds, x: 5000 } })],
    ['an address that is none of ours', JSON.stringify({ bounds: { ...bounds, x: 5000 }, address: 'javascript:x' })],
    ['title bar above the screen', JSON.stringify({ bounds: { ...bounds, y: -50 } })],
  ])('%s: not used', (_name, text) => {
    expect(text === undefined ? readPlace(join(folder(), 'none'), screens) : stored(text)).toBeUndefined();
  });
});

describe('the menus', () => {
  const COMMANDS = [
    { id: 'machine.start', group: 'Machine', label: 'Start', key: 'Enter' },
    { id: 'snapshot.restore', group: 'Snapshot', label: 'Restore “R&D”' },
    { id: 'open.create', group: 'Library', label: 'New machine…', key: 'ctrl+alt+n' },
    { id: 'help.open', group: 'Help', label: 'Help', key: 'F1' },
  ];
  const shape = (platform: NodeJS.Platform) =>
    (menuTemplate(platform, false, COMMANDS) as unknown as FakeItem[]).map(({ label, role, submenu }) => [
      label ?? role,
      ...(submenu ?? []).flatMap((item) => item.label ?? item.role ?? []),
    ]);
  test('are what each system expects, with the window’s commands in them', () => {
    expect(shape('linux')).toEqual([
      ['&File', 'New machine…', 'Quit'],
      ['&Edit', 'Copy', 'Paste', 'Select All'],
      ['&Machine', 'Start', 'Restore “R&&D”'],
      ['&View', 'Full Screen'],
      ['&Window', 'Minimize'],
      ['&Help', 'Help'],
    ]);
    expect(shape('win32')).toEqual(shape('linux'));
    expect(shape('darwin').map(([name]) => name)).toEqual(['appMenu', '&File', '&Edit', '&Machine', '&View', 'windowMenu', '&Help']);
  });
  test('show the window’s keys and take none of them', () => {
    const items = (platform: NodeJS.Platform) =>
      (menuTemplate(platform, false, COMMANDS) as unknown as FakeItem[]).flatMap(({ submenu }) => submenu ?? []);
    expect(items('linux').find(({ id }) => id === 'open.create')).toMatchObject({ accelerator: 'Ctrl+Alt+N', registerAccelerator: false });
    expect(items('darwin').filter(({ id, accelerator }) => id !== undefined && accelerator !== undefined)).toEqual([]);
  });
  const accelerators = (platform: NodeJS.Platform) => JSON.stringify(menuTemplate(platform, false));
  test("leave the shell's control keys to the guest", () => {
    expect(accelerators('linux')).not.toMatch(/"(CmdOrCtrl|Ctrl)\+[A-Z]"/);
  });
  test('offer developer tools only while developing', () => {
    expect(accelerators('linux')).not.toContain('toggleDevTools');
    expect(JSON.stringify(menuTemplate('darwin', true))).toContain('toggleDevTools');
  });
});
