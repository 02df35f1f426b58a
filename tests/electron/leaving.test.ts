/** Leaving the program with machines running: the window asks, then the system, and machines are stopped first. */
import type { BrowserWindow } from 'electron';
import { describe, expect, test } from 'vitest';
import { leaving } from '../../main/electron/leaving.ts';
import { fakeElectron, FakeWindow } from './fake-electron.ts';

function program(running: string[]) {
  const fake = fakeElectron();
  const window = new FakeWindow({});
  const asked: (readonly string[])[] = [];
  const order: string[] = [];
  const way = leaving(
    fake.electron,
    () => ({
      supervisor: { running: () => running },
      events: { application: { quitRequested: ({ running: names }) => void asked.push(names) } },
      close: () => Promise.resolve(void order.push('machines stopped')),
    }),
    () => Promise.resolve(void order.push('no longer listening')),
  );
  way.guard(window as unknown as BrowserWindow);
  return { ...fake, window, asked, order, way };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('nothing runs', () => {
  test.each(['the window is closed', 'the program is quit'])('%s: it ends, the library is closed first', async (how) => {
    const { app, window, asked, order } = program([]);
    if (how === 'the program is quit') app.quit();
    else window.clickClose();
    await settle();
    expect(asked).toEqual([]);
    expect(order).toEqual(['no longer listening', 'machines stopped']);
    expect(app.quits).toBe(1);
    expect(window.clickClose()).toBe(true);
  });
});

describe('machines run', () => {
  test('the first request asks in the window and stays', async () => {
    const { app, window, asked, order } = program(['debian', 'hello']);
    expect(window.clickClose()).toBe(false);
    await settle();
    expect(asked).toEqual([['debian', 'hello']]);
    expect(order).toEqual([]);
    expect(app.quits).toBe(0);
  });
  test('quitting by the menu or the system asks as well', () => {
    const { app, asked } = program(['debian']);
    app.quit();
    expect(asked).toEqual([['debian']]);
    expect(app.quits).toBe(0);
  });
  test('the person agrees in the window: machines are stopped, then it ends', async () => {
    const { app, window, order, way } = program(['debian']);
    window.clickClose();
    await way.leave();
    expect(order).toEqual(['no longer listening', 'machines stopped']);
    expect(app.quits).toBe(1);
  });
  test('a page that does not answer: the second request asks with the system dialog, which decides', async () => {
    const staying = program(['debian']);
    staying.window.clickClose();
    staying.window.clickClose();
    await settle();
    expect(staying.dialogs.questions[0]?.detail).toContain('debian');
    expect(staying.app.quits).toBe(0);

    const going = program(['debian']);
    going.dialogs.answer = 0;
    going.window.clickClose();
    going.window.clickClose();
    await settle();
    expect(going.app.quits).toBe(1);
  });
  test('who returns to the window has stayed: the next request asks in the window again', () => {
    const { window, asked, dialogs } = program(['debian']);
    window.clickClose();
    window.emit('focus');
    window.clickClose();
    expect(asked).toHaveLength(2);
    expect(dialogs.questions).toEqual([]);
  });
  test('leaving twice stops the machines once', async () => {
    const { way, order, app } = program(['debian']);
    await Promise.all([way.leave(), way.leave()]);
    expect(order).toEqual(['no longer listening', 'machines stopped']);
    expect(app.quits).toBe(1);
  });
});
