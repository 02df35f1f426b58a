/** The shell as a whole, over the fake Electron: the order of its start, its failures and its end. */
import { germanContract } from '../../renderer/words/de/contract.ts';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../../preload/contract/application.ts';
import type { Application, ApplicationOptions } from '../../main/application.ts';
import { runShell, type ShellParts } from '../../main/electron/shell.ts';
import { fakeElectron, FakeEvent, type FakeItem, type FakeWindow } from './fake-electron.ts';

function start(parts: Partial<ShellParts> = {}, prepare: (fake: ReturnType<typeof fakeElectron>) => void = () => undefined) {
  const fake = fakeElectron();
  prepare(fake);
  const order: string[] = [];
  const notices: unknown[] = [];
  const places: string[] = [];
  const chosen: string[] = [];
  const machines = [{ id: 'M1', state: 'running', definition: { name: 'box & co' } }];
  let tell: (service: string, name: string, payload: unknown) => void = () => undefined;
  let options: ApplicationOptions | undefined;
  let signal: () => void = () => undefined;
  const application = {
    home: { folder: mkdtempSync(join(tmpdir(), 'vivarium-shell-')) },
    supervisor: { running: () => [] },
    events: {
      application: {
        notice: (notice: unknown) => void notices.push(notice),
        quitRequested: () => undefined,
        placeOpened: ({ address }: { address: string }) => void places.push(address),
        commandChosen: ({ id }: { id: string }) => void chosen.push(id),
      },
    },
    dispatch: (service: string) => Promise.resolve(service === 'application' ? { ...defaultSettings, scale: 150 } : machines),
    listen(listener: typeof tell) {
      tell = listener;
      return () => undefined;
    },
    serve: () => ({ receive: () => undefined, closed: () => undefined }),
    close: () => Promise.resolve(void order.push('library closed')),
  } as unknown as Application;
  const done = runShell(fake.electron, {
    root: '/project',
    userData: '/home/electron',
    onSignal: (leave) => void (signal = leave),
    createApplication(given) {
      options = given;
      return Promise.resolve(application);
    },
    listen: () => Promise.resolve(() => Promise.resolve(void order.push('no longer listening'))),
    args: ['--guest', 'one'],
    begin: (_application, args) => Promise.resolve(void order.push(args.join(' '))),
    ...parts,
  });
  const event = (service: string, name: string, payload: unknown) => tell(service, name, payload);
  return { ...fake, done, order, notices, places, chosen, event, options: () => options, signal: () => signal() };
}

describe('starting', () => {
  test('builds everything, then does what the command line asked for', async () => {
    const { app, windows, schemes, served, permissions, menus, order, done, options } = start();
    await done;
    expect(app.sandboxed).toBe(true);
    expect(app.paths.get('userData')).toBe('/home/electron');
    expect(schemes).toHaveLength(1);
    expect([...served.keys()]).toEqual(['vivarium']);
    expect(permissions.request).toBeDefined();
    expect(menus).toHaveLength(1);
    expect(options()).toMatchObject({ shell: 'electron', listens: true });
    expect(windows[0]?.options).toMatchObject({ webPreferences: { preload: join('/project', 'dist', 'electron', 'preload.cjs') } });
    expect(order).toEqual(['--guest one']);
  });
  test('a second program gives way; the first is shown and does what the second was asked', async () => {
    const second = start({}, ({ app }) => (app.locked = false));
    await second.done;
    expect(second.app.quits).toBe(1);
    expect(second.windows).toEqual([]);

    const first = start();
    await first.done;
    first.app.emit('second-instance', {}, ['--guest', 'two']);
    expect((first.windows[0] as FakeWindow).focused).toBe(1);
    expect(first.order).toEqual(['--guest one', '--guest two']);
  });
  test('a library that cannot be opened: said, and the program ends', async () => {
    const { done, dialogs, app, windows } = start({ createApplication: () => Promise.reject(new Error('the library is in use by viv')) });
    await done;
    expect(dialogs.errors).toEqual([['Vivarium cannot start', 'the library is in use by viv']]);
    expect(app.quits).toBe(1);
    expect(windows).toEqual([]);
  });
  test('a socket that cannot be had: said, and the library is closed', async () => {
    const { done, dialogs, order } = start({ listen: () => Promise.reject(new Error('no socket')) });
    await done;
    expect(dialogs.errors[0]?.[1]).toBe('no socket');
    expect(order).toEqual(['library closed']);
  });
  test('a guest that cannot be started: the window is there and says so', async () => {
    const { done, notices, windows } = start({ begin: () => Promise.reject(new Error('there is no template x')) });
    await done;
    expect(windows).toHaveLength(1);
    expect(notices).toEqual([{ level: 'error', what: { code: 'outside', facts: { detail: 'there is no template x' } } }]);
  });
});

describe('ending', () => {
  test('a client that asks the program to quit ends it', async () => {
    const { done, options, order, app } = start();
    await done;
    options()?.quit?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual(['--guest one', 'no longer listening', 'library closed']);
    expect(app.quits).toBe(1);
  });
  test('a signal ends it without a question', async () => {
    const { done, signal, order, app, dialogs } = start();
    await done;
    signal();
    await new Promise((resolve) => setImmediate(resolve));
    expect(order.slice(1)).toEqual(['no longer listening', 'library closed']);
    expect(dialogs.questions).toEqual([]);
    expect(app.quits).toBe(1);
  });
});

describe('what comes from outside', () => {
  test('a link or a file of the command line is where the window opens; of a second program, where it goes', async () => {
    const { done, windows, app, places } = start({ args: ['vivarium', 'vivarium://machine/box/timeline'] });
    await done;
    expect((windows[0] as FakeWindow).loaded).toEqual(['vivarium://app/index.html#/machines/box/timeline']);
    expect(app.protocols).toEqual(['vivarium']);
    app.emit('second-instance', {}, ['vivarium', 'a box.vivarium'], '/home/ada');
    expect(places).toEqual(['#/import/%2Fhome%2Fada%2Fa%20box.vivarium']);
  });
  test('macOS tells of them by events', async () => {
    const { done, app, places } = start();
    await done;
    for (const [name, what] of [
      ['open-url', 'vivarium://help/keys'],
      ['open-file', '/a.vivarium'],
    ] as const) {
      const event = new FakeEvent();
      app.emit(name, event, what);
      expect(event.prevented).toBe(true);
    }
    expect(places).toEqual(['#/help/keys', '#/import/%2Fa.vivarium']);
  });
  test('a notification leads to its place', async () => {
    const { done, options, notifications, places, windows } = start();
    await done;
    options()?.notify?.({ title: 'Done', text: 'Exporting "box"', address: '#/machines/M1/console' });
    expect(notifications[0]).toMatchObject({ options: { title: 'Done', body: 'Exporting "box"' }, shown: true });
    notifications[0]?.emit('click');
    expect([places, (windows[0] as FakeWindow).focused]).toEqual([['#/machines/M1/console'], 1]);
  });
  test('the window’s commands are the menu’s, and what is chosen there is the window’s to do', async () => {
    const { done, options, menus, chosen, trays } = start();
    await done;
    options()?.offerCommands?.([{ id: 'open.settings', group: 'Window', label: 'Settings…', key: 'ctrl+,' }], germanContract.shellWords);
    expect((menus.at(-1) as FakeItem[]).map(({ label }) => label)).toEqual(['&Datei', '&Bearbeiten', '&Ansicht', '&Fenster']);
    expect(trays[0]?.menu.flatMap(({ label }) => label ?? [])).toEqual(['Vivarium öffnen', 'box && co (läuft)', 'Beenden']);
    const find = (items: readonly FakeItem[]): FakeItem | undefined =>
      items.flatMap((item) => [item, ...(item.submenu ?? [])]).find(({ id }) => id === 'open.settings');
    const item = find(menus.at(-1) as FakeItem[]);
    expect(item).toMatchObject({ label: 'Settings…', accelerator: 'Ctrl+,', registerAccelerator: false });
    item?.click?.();
    expect(chosen).toEqual(['open.settings']);
  });
});

describe('the tray', () => {
  test('shows what runs, follows it, and leads there', async () => {
    const { done, trays, event, places } = start();
    await done;
    const [tray] = trays;
    const labels = () => tray?.menu.flatMap(({ label }) => label ?? []);
    expect([labels(), tray?.tip]).toEqual([['Open Vivarium', 'box && co (running)', 'Quit'], 'Vivarium: 1 machine runs']);
    event('machines', 'changed', { id: 'M2', state: 'paused', definition: { name: 'two' } });
    expect(labels()).toContain('two (paused)');
    tray?.menu.find(({ label }) => label === 'two (paused)')?.click?.();
    expect(places).toEqual(['#/machines/M2']);
    for (const id of ['M1', 'M2']) event('machines', 'deleted', { id });
    expect([labels(), tray?.tip]).toEqual([['Open Vivarium', 'No machine is running', 'Quit'], 'Vivarium']);
  });
  test('keeps the program when the window is closed, where that is set; Quit still ends it', async () => {
    const { done, options, windows, trays, app } = start();
    await done;
    const window = windows[0] as FakeWindow;
    options()?.settingsChanged?.({ ...defaultSettings, keepInTray: true });
    expect([window.clickClose(), window.hidden, app.quits]).toEqual([false, 1, 0]);
    trays[0]?.emit('click');
    expect(window.shown).toBe(1);
    trays[0]?.menu.find(({ label }) => label === 'Quit')?.click?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect([app.quits, trays[0]?.destroyed]).toEqual([1, true]);
  });
});

test('the window is drawn as large as it is set, also when its page was loaded anew', async () => {
  const { done, options, windows } = start();
  await done;
  const { webContents } = windows[0] as FakeWindow;
  webContents.emit('did-finish-load');
  expect(webContents.zoom).toBe(1.5);
  options()?.settingsChanged?.({ ...defaultSettings, scale: 200 });
  expect(webContents.zoom).toBe(2);
});
