/** The shell as a whole, over the fake Electron: the order of its start, its failures and its end. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Application, ApplicationOptions } from '../../main/application.ts';
import { runShell, type ShellParts } from '../../main/electron/shell.ts';
import { fakeElectron, type FakeWindow } from './fake-electron.ts';

function start(parts: Partial<ShellParts> = {}, prepare: (fake: ReturnType<typeof fakeElectron>) => void = () => undefined) {
  const fake = fakeElectron();
  prepare(fake);
  const order: string[] = [];
  const notices: unknown[] = [];
  let options: ApplicationOptions | undefined;
  let signal: () => void = () => undefined;
  const application = {
    home: { folder: mkdtempSync(join(tmpdir(), 'vivarium-shell-')) },
    supervisor: { running: () => [] },
    events: { application: { notice: (notice: unknown) => void notices.push(notice), quitRequested: () => undefined } },
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
  return { ...fake, done, order, notices, options: () => options, signal: () => signal() };
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
