/**
 * The Electron shell: one program, one window, and the same application behind it as behind every other shell. This
 * is the order in which things are built; each step lives in a file of its own.
 */
import type { ShellWords } from '../../preload/contract/shell-words.ts';
import { defaultSettings, type Settings } from '../../preload/contract/application.ts';
import { causeOf } from '../../preload/contract/errors/contract-error.ts';
import { join } from 'node:path';
import type { BrowserWindow } from 'electron';
import type { Application, ApplicationOptions } from '../application.ts';
import { declareScheme, SCHEME, serveScheme } from './app-protocol.ts';
import type { Electron } from './electron.ts';
import { harden } from './hardening.ts';
import { leaving } from './leaving.ts';
import { setMenu } from './menu.ts';
import { notifier } from './notifying.ts';
import { placeOfArguments, placeOfFile, placeOfLink } from './outside.ts';
import { serveWindow } from './port-link.ts';
import { followMachines } from './tray-of-machines.ts';
import type { MachineTray } from './tray.ts';
import { openWindow } from './window.ts';

export interface ShellParts {
  /** The project's or the packaged program's folder. */
  readonly root: string;
  /** Where Electron keeps its own files; also what makes two programs one (`requestSingleInstanceLock`). */
  readonly userData: string;
  readonly createApplication: (options: ApplicationOptions) => Promise<Application>;
  /** Lets the CLI reach this program; answers with how to stop listening. */
  readonly listen: (application: Application) => Promise<() => Promise<void>>;
  /** Calls back when the system or a terminal tells the program to end, and again when it is to hurry; nobody is asked then. */
  readonly onSignal: (leave: () => void, hurry: () => void) => void;
  /** The command line this program was started with. */
  readonly args: readonly string[];
  /** Does what a command line asks for; also for that of a second program, which gave way to this one. */
  readonly begin: (application: Application, args: readonly string[]) => Promise<void>;
}

/** Runs the shell until the person quits. Must be called before Electron is ready. */
export async function runShell(electron: Electron, parts: ShellParts): Promise<void> {
  const { app, dialog } = electron;
  app.enableSandbox();
  app.setPath('userData', parts.userData);
  if (!app.requestSingleInstanceLock()) return app.quit();
  declareScheme(electron);
  harden(electron);

  let application: Application | undefined;
  let stopListening: (() => Promise<void>) | undefined;
  let window: BrowserWindow | undefined;
  let settings: Settings = defaultSettings;
  let tray: MachineTray | undefined;
  const heed = (now: Settings) => {
    settings = now;
    window?.webContents.setZoomFactor(now.scale / 100);
  };
  const way = leaving(
    electron,
    () => application,
    async () => {
      tray?.close();
      await stopListening?.();
    },
    () => settings.keepInTray && tray !== undefined,
  );
  parts.onSignal(
    () => void way.leave(),
    () => application?.hurry(),
  );
  const begin = (args: readonly string[]) =>
    application &&
    parts.begin(application, args).catch((error: unknown) => {
      application?.events.application.notice({ level: 'error', what: causeOf(error) });
    });
  /** Puts the window in front, and a place of it; before there is one, the place is where it opens. */
  let first = placeOfArguments(parts.args, process.cwd());
  const open = (address?: string) => {
    if (!window) return void (first = address ?? first);
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
    if (address !== undefined) application?.events.application.placeOpened({ address });
  };
  app.on('second-instance', (_event, args, folder) => {
    open(placeOfArguments(args, folder ?? process.cwd()));
    void begin(args);
  });
  // macOS tells of files and links by events, and opens the window again by its icon.
  app.on('open-file', (event, path) => {
    event.preventDefault();
    open(placeOfFile(path, '/'));
  });
  app.on('open-url', (event, link) => {
    event.preventDefault();
    open(placeOfLink(link));
  });
  app.on('activate', () => open());
  app.setAsDefaultProtocolClient(SCHEME);

  await app.whenReady();
  serveScheme(electron, join(parts.root, 'dist', 'renderer'));
  setMenu(electron);
  let said: ShellWords | undefined;
  try {
    application = await parts.createApplication({
      shell: 'electron',
      program: 'the Vivarium window',
      listens: true,
      quit: () => void way.leave(),
      notify: notifier(electron, open),
      offerCommands(commands, words) {
        setMenu(electron, commands, (id) => application?.events.application.commandChosen({ id }), words);
        said = words;
        tray?.say(words);
      },
      settingsChanged: (changed) => heed(changed),
    });
    heed((await application.dispatch('application', 'settings', [])) as Settings);
    stopListening = await parts.listen(application);
  } catch (error) {
    dialog.showErrorBox('Vivarium cannot start', error instanceof Error ? error.message : String(error));
    await way.leave();
    return;
  }
  window = openWindow(electron, {
    preload: join(parts.root, 'dist', 'electron', 'preload.cjs'),
    icon: join(parts.root, 'resources', 'icons', 'vivarium.png'),
    placeFile: join(application.home.folder, 'window.json'),
    address: first,
  });
  // A zoom is of a page: one that was loaded anew has none.
  window.webContents.on('did-finish-load', () => heed(settings));
  tray = await followMachines(electron, application, join(parts.root, 'resources', 'icons', 'vivarium.png'), {
    open,
    quit: () => app.quit(),
  });
  if (said) tray?.say(said);
  serveWindow(electron, window, application);
  way.guard(window);
  await begin(parts.args);
}
