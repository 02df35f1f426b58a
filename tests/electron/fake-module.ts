/**
 * Stands in for the module `electron` when the built program is run under plain Node: it reports what the program
 * does on standard output, plays a page that connects and calls, and quits when the answer is there.
 */
import { fakeElectron, FakePort } from './fake-electron.ts';
import { PORT_CHANNEL } from '../../preload/contract/bridge.ts';

const fake = fakeElectron();
export const { BrowserWindow, dialog, ipcMain, Menu, protocol, screen, session } = fake.electron;
export const app = Object.assign(fake.app, { exit: (status: number) => process.exit(status) });

const tell = (event: string, detail: unknown = '') => console.log(`${event} ${JSON.stringify(detail)}`);

interface ServerFrame {
  readonly kind: string;
  readonly name?: string;
  readonly ok?: unknown;
  readonly payload?: { readonly state?: string; readonly reason?: string };
}

/** A page's connection: waits for the guest of the command line to end, then asks the program to quit. */
function playThePage(): void {
  const window = fake.windows[0];
  if (!window) return void setTimeout(playThePage, 20);
  const port = new FakePort();
  // A real port delivers later, never while its other end is still sending.
  const say = (message: unknown) => setImmediate(() => port.deliver(message));
  port.postMessage = (frame: unknown) => {
    say((frame as string | Uint8Array).length);
    if (typeof frame !== 'string') return;
    const { kind, name, ok, payload } = JSON.parse(frame) as ServerFrame;
    if (kind === 'hello') say(JSON.stringify({ kind: 'call', id: 1, service: 'application', method: 'about', args: [] }));
    if (kind === 'answer') tell('about', ok);
    if (name !== 'changed' || payload?.state === undefined) return;
    tell('machine', `${payload.state}: ${payload.reason ?? ''}`);
    if (payload.state === 'running' || payload.state === 'failed')
      say(JSON.stringify({ kind: 'call', id: 2, service: 'application', method: 'quit', args: [] }));
  };
  ipcMain.emit(PORT_CHANNEL, { sender: window.webContents, senderFrame: window.webContents.mainFrame, ports: [port] });
}
setTimeout(playThePage, 20);

const quit = app.quit.bind(app);
app.quit = () => {
  quit();
  if (app.quits > 0) {
    tell('quit');
    process.exit(0);
  }
};
