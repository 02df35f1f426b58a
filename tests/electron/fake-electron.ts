/**
 * A small Electron for tests: the modules the shell uses, recording what was asked of them. Events are real; windows,
 * screens and dialogs are records.
 */
import { EventEmitter } from 'node:events';
import type { Electron } from '../../main/electron/electron.ts';

export class FakeFrame {
  url: string;
  constructor(url: string) {
    this.url = url;
  }
}

export class FakeContents extends EventEmitter {
  mainFrame = new FakeFrame('vivarium://app/index.html');
  reloads = 0;
  openHandler: (() => { action: string }) | undefined;
  setWindowOpenHandler(handler: () => { action: string }): void {
    this.openHandler = handler;
  }
  reload(): void {
    this.reloads++;
  }
  zoom = 1;
  setZoomFactor(factor: number): void {
    this.zoom = factor;
  }
}

export class FakeWindow extends EventEmitter {
  readonly webContents = new FakeContents();
  readonly options: Readonly<Record<string, unknown>>;
  readonly loaded: string[] = [];
  destroyed = false;
  maximised = false;
  shown = 0;
  focused = 0;
  bounds = { x: 10, y: 20, width: 900, height: 700 };
  constructor(options: Readonly<Record<string, unknown>>) {
    super();
    this.options = options;
  }
  loadURL(address: string): Promise<void> {
    this.loaded.push(address);
    return Promise.resolve();
  }
  /** What a person's click on the window's cross does; true when the window closed. */
  clickClose(): boolean {
    const event = new FakeEvent();
    this.emit('close', event);
    if (event.prevented) return false;
    this.destroyed = true;
    this.emit('closed');
    return true;
  }
  show(): void {
    this.shown++;
  }
  hidden = 0;
  hide(): void {
    this.hidden++;
  }
  focus(): void {
    this.focused++;
  }
  restore(): void {}
  maximize(): void {
    this.maximised = true;
  }
  isMinimized = (): boolean => false;
  isMaximized = (): boolean => this.maximised;
  isDestroyed = (): boolean => this.destroyed;
  getNormalBounds = () => this.bounds;
}

/** A line of a menu, as the shell hands it over. */
export interface FakeItem {
  readonly id?: string;
  readonly label?: string;
  readonly role?: string;
  readonly accelerator?: string;
  readonly registerAccelerator?: boolean;
  readonly submenu?: readonly FakeItem[];
  click?(): void;
}
export class FakeTray extends EventEmitter {
  readonly icon: string;
  menu: readonly FakeItem[] = [];
  tip = '';
  destroyed = false;
  constructor(icon: string) {
    super();
    this.icon = icon;
  }
  setContextMenu(menu: readonly FakeItem[]): void {
    this.menu = menu;
  }
  setToolTip(tip: string): void {
    this.tip = tip;
  }
  destroy(): void {
    this.destroyed = true;
  }
}
export class FakeNotification extends EventEmitter {
  static isSupported = (): boolean => true;
  readonly options: { readonly title: string; readonly body: string };
  shown = false;
  constructor(options: { readonly title: string; readonly body: string }) {
    super();
    this.options = options;
  }
  show(): void {
    this.shown = true;
  }
}

export class FakeEvent {
  prevented = false;
  url: string;
  constructor(url = '') {
    this.url = url;
  }
  preventDefault(): void {
    this.prevented = true;
  }
}

class FakeApp extends EventEmitter {
  isPackaged = false;
  locked = true;
  quits = 0;
  sandboxed = false;
  whenReady = (): Promise<void> => Promise.resolve();
  requestSingleInstanceLock = (): boolean => this.locked;
  readonly paths = new Map<string, string>();
  setPath(name: string, path: string): void {
    this.paths.set(name, path);
  }
  readonly protocols: string[] = [];
  setAsDefaultProtocolClient(scheme: string): void {
    this.protocols.push(scheme);
  }
  enableSandbox(): void {
    this.sandboxed = true;
  }
  /** As Electron does: asks with `before-quit`, and goes unless that was prevented. */
  quit(): void {
    const event = new FakeEvent();
    this.emit('before-quit', event);
    if (!event.prevented) this.quits++;
  }
}

type PermissionRequest = (
  contents: unknown,
  permission: string,
  decide: (granted: boolean) => void,
  details: { requestingUrl: string },
) => void;
type PermissionCheck = (contents: unknown, permission: string, origin: string) => boolean;

/** A fresh fake; `electron` is handed to the shell, the rest is for the test to look at. */
export function fakeElectron() {
  const app = new FakeApp();
  const ipcMain = new EventEmitter();
  const windows: FakeWindow[] = [];
  const schemes: { scheme: string; privileges: Readonly<Record<string, boolean>> }[] = [];
  const served = new Map<string, (request: Request) => Promise<Response>>();
  const dialogs: { errors: string[][]; questions: { detail: string }[]; answer: number } = { errors: [], questions: [], answer: 1 };
  const permissions: { request?: PermissionRequest; check?: PermissionCheck; device?: () => boolean } = {};
  const menus: unknown[] = [];
  const trays: FakeTray[] = [];
  const notifications: FakeNotification[] = [];
  class Tray extends FakeTray {
    constructor(icon: string) {
      super(icon);
      trays.push(this);
    }
  }
  class Notification extends FakeNotification {
    constructor(options: { readonly title: string; readonly body: string }) {
      super(options);
      notifications.push(this);
    }
  }

  class BrowserWindow extends FakeWindow {
    constructor(options: Readonly<Record<string, unknown>>) {
      super(options);
      windows.push(this);
      app.emit('web-contents-created', {}, this.webContents);
    }
  }
  const electron = {
    app,
    BrowserWindow,
    ipcMain,
    Tray,
    Notification,
    dialog: {
      showErrorBox: (title: string, text: string) => void dialogs.errors.push([title, text]),
      showMessageBox: (...given: { detail: string }[]) => {
        dialogs.questions.push(given.at(-1) as { detail: string });
        return Promise.resolve({ response: dialogs.answer });
      },
    },
    Menu: { buildFromTemplate: (template: unknown) => template, setApplicationMenu: (menu: unknown) => void menus.push(menu) },
    protocol: {
      registerSchemesAsPrivileged: (list: typeof schemes) => void schemes.push(...list),
      handle: (scheme: string, handler: (request: Request) => Promise<Response>) => void served.set(scheme, handler),
    },
    screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] },
    session: {
      defaultSession: {
        setPermissionRequestHandler: (handler: PermissionRequest) => void (permissions.request = handler),
        setPermissionCheckHandler: (handler: PermissionCheck) => void (permissions.check = handler),
        setDevicePermissionHandler: (handler: () => boolean) => void (permissions.device = handler),
      },
    },
  };
  return {
    electron: electron as unknown as Electron,
    app,
    ipcMain,
    windows,
    schemes,
    served,
    dialogs,
    permissions,
    menus,
    trays,
    notifications,
  };
}

/** The program's end of a message port, as Electron gives it to the main process. */
export class FakePort extends EventEmitter {
  readonly sent: unknown[] = [];
  started = false;
  closed = false;
  postMessage(message: unknown): void {
    this.sent.push(message);
  }
  start(): void {
    this.started = true;
  }
  close(): void {
    this.closed = true;
  }
  /** A message from the page. */
  deliver(data: unknown): void {
    this.emit('message', { data });
  }
}
