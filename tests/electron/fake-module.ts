/**
 * Stands in for the module `electron` when the built program is run under plain Node: it reports what the program
 * does on standard output, plays a page that connects and calls, and quits when the answer is there.
 */
import { fakeElectron, FakePort } from './fake-electron.ts';
import { PORT_CHANNEL } from '../../preload/contract/bridge.ts';

const fake = fakeElectron();
export const { BrowserWindow, dialog, ipcMain, Menu, Notification, protocol, screen, session, Tray } = fake.electron;
export const app = Object.assign(fake.app, { exit: (status: number) => process.exit(status) });

const tell = (event: string, detail: unknown = '') => console.log(`${event} ${JSON.stringify(detail)}`);

interface MachineStatus {
  readonly id: string;
  readonly state: string;
  readonly reason: string;
}
interface ServerFrame {
  readonly kind: string;
  readonly id?: number;
  readonly name?: string;
  readonly ok?: unknown;
  readonly payload?: unknown;
}
const ABOUT = 1;
const LIST = 2;
const QUIT = 3;
const CHANNEL = 9;
/** One byte kind, four bytes channel (preload/contract/wire.ts). */
const FRAME_HEADER = 5;

/** A page's connection: waits for the first words of the command line's guest, then asks the program to quit. */
function playThePage(): void {
  const window = fake.windows[0];
  if (!window) return void setTimeout(playThePage, 20);
  const port = new FakePort();
  // A real port delivers later, never while its other end is still sending.
  const say = (message: unknown) => setImmediate(() => port.deliver(message));
  const call = (id: number, service: string, method: string) => say(JSON.stringify({ kind: 'call', id, service, method, args: [] }));
  const look = ({ id, state, reason }: MachineStatus) => {
    tell('machine', `${state}: ${reason}`);
    if (state === 'running') say(JSON.stringify({ kind: 'open', channel: CHANNEL, machine: id, console: 0, whole: false, terminal: true }));
    if (state === 'failed') call(QUIT, 'application', 'quit');
  };
  port.postMessage = (frame: unknown) => {
    say((frame as string | Uint8Array).length);
    if (typeof frame !== 'string') {
      tell('console', Buffer.from((frame as Uint8Array).subarray(FRAME_HEADER)).toString());
      return call(QUIT, 'application', 'quit');
    }
    const { kind, id, name, ok, payload } = JSON.parse(frame) as ServerFrame;
    if (kind === 'hello') {
      call(ABOUT, 'application', 'about');
      call(LIST, 'machines', 'list');
    }
    if (id === ABOUT) tell('about', ok);
    // The guest may have come up before the page was there to hear of it.
    if (id === LIST) (ok as MachineStatus[]).forEach(look);
    if (kind === 'event' && name === 'changed' && (payload as Partial<MachineStatus>).state) look(payload as MachineStatus);
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
