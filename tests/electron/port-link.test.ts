/** The link between a window and the program: who may open it, what passes, and what ends it. */
import { describe, expect, test } from 'vitest';
import type { BrowserWindow } from 'electron';
import { serveWindow } from '../../main/electron/port-link.ts';
import type { Link } from '../../main/border/session.ts';
import { PORT_CHANNEL } from '../../preload/contract/bridge.ts';
import { fakeElectron, FakeFrame, FakePort, FakeWindow } from './fake-electron.ts';

function served() {
  const { electron, ipcMain } = fakeElectron();
  const window = new FakeWindow({});
  const links: Link[] = [];
  const received: unknown[] = [];
  let ended = 0;
  serveWindow(electron, window as unknown as BrowserWindow, {
    serve(link) {
      links.push(link);
      return { receive: (frame) => void received.push(frame), closed: () => void ended++ };
    },
  });
  const knock = (
    senderFrame: FakeFrame | null = window.webContents.mainFrame,
    sender: unknown = window.webContents,
    ports = [new FakePort()],
  ) => {
    ipcMain.emit(PORT_CHANNEL, { sender, senderFrame, ports });
    return ports[0] as FakePort;
  };
  return { ipcMain, window, links, received, knock, ended: () => ended };
}

describe('who may open the link', () => {
  test('our page in the top frame of our window', () => {
    const { knock, links } = served();
    expect(knock().started).toBe(true);
    expect(links).toHaveLength(1);
  });
  test.each<[string, (made: ReturnType<typeof served>) => FakePort]>([
    ['another frame of the same page', ({ knock }) => knock(new FakeFrame('vivarium://app/index.html'))],
    ['a frame that is gone', ({ knock }) => knock(null)],
    ['another window', ({ knock }) => knock(undefined, {})],
    [
      'our frame with a strange page in it',
      ({ knock, window }) => {
        window.webContents.mainFrame.url = 'https://example.org/';
        return knock();
      },
    ],
    [
      'a message with two ports',
      ({ knock, window }) => knock(window.webContents.mainFrame, window.webContents, [new FakePort(), new FakePort()]),
    ],
  ])('not %s', (_name, open) => {
    const made = served();
    const port = open(made);
    expect(made.links).toHaveLength(0);
    expect(port).toMatchObject({ closed: true, started: false });
  });
});

describe('what passes', () => {
  test('frames both ways, whole and in order; anything else is dropped', () => {
    const { knock, links, received } = served();
    const port = knock();
    links[0]?.send('one');
    links[0]?.send(new Uint8Array([2]));
    expect(port.sent).toEqual(['one', new Uint8Array([2])]);
    port.deliver('text');
    port.deliver(new Uint8Array([1, 2]));
    port.deliver({ kind: 'call' });
    port.deliver(null);
    expect(received).toEqual(['text', new Uint8Array([1, 2])]);
  });
  test('what the page has not dealt with yet is known', () => {
    const { knock, links } = served();
    const port = knock();
    links[0]?.send('12345');
    links[0]?.send(new Uint8Array(10));
    expect(links[0]?.buffered()).toBe(15);
    port.deliver(5);
    expect(links[0]?.buffered()).toBe(10);
  });
});

describe('what ends it', () => {
  test('a page loaded again: the older session ends and the new port is served', () => {
    const { knock, links, ended } = served();
    const first = knock();
    knock();
    expect(first.closed).toBe(true);
    expect(ended()).toBe(1);
    expect(links).toHaveLength(2);
  });
  test('the program cutting off a page that does not keep up: the page is loaded again', () => {
    const { knock, links, window } = served();
    const port = knock();
    links[0]?.close();
    expect(port.closed).toBe(true);
    expect(window.webContents.reloads).toBe(1);
  });
  test('the window closing: no further port is taken', () => {
    const { knock, window, links, ended, ipcMain } = served();
    knock();
    window.emit('closed');
    expect(ended()).toBe(1);
    expect(ipcMain.listenerCount(PORT_CHANNEL)).toBe(0);
    knock();
    expect(links).toHaveLength(1);
  });
});
