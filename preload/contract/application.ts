/** The program itself: settings, versions, quitting. */
import type { ShellWords } from './shell-words.ts';
import type { Fault } from '../../emulator/error/coded-error.ts';
import { args, nothing, notification, offeredCommands, settingsPatch, shellWords } from './checks.ts';
import { call, contract, event } from './contract.ts';
import type { HostFigures, StorageUse } from './host.ts';

export interface Settings {
  /** What the window speaks; commands and files stay English. */
  readonly language: 'system' | 'en' | 'de';
  readonly theme: 'system' | 'light' | 'dark';
  readonly contrast: 'system' | 'normal' | 'more';
  /** The ground of consoles: as the window's theme, or always the same. */
  readonly consoleTheme: 'window' | 'dark' | 'light';
  /** Terminal font size in CSS pixels. */
  readonly consoleFontSize: number;
  /** How large the window draws everything but consoles, in percent of its natural size. */
  readonly scale: number;
  /** Whether parts of the window move: as the system says, or never. */
  readonly motion: 'system' | 'reduced';
  /** Whether the end of long work is told by a notification while the window is not in front. */
  readonly notifications: boolean;
  /** Desktop only: closing the window leaves the program with its machines in the tray. */
  readonly keepInTray: boolean;
  /** Console scrollback kept in the window, in lines. */
  readonly scrollbackLines: number;
  /** What becomes, at the next start, of machines that were running when the program ended. */
  readonly interrupted: 'offer' | 'resume';
  /** The Debian mirror that templates' parts come from, what stands before `/dists`; empty: this computer's apt. */
  readonly mirror: string;
}
/** What holds where nothing else was chosen, and in the window until main has answered. */
export const defaultSettings: Settings = {
  language: 'system',
  theme: 'system',
  contrast: 'system',
  consoleTheme: 'window',
  consoleFontSize: 14,
  scale: 100,
  motion: 'system',
  notifications: true,
  keepInTray: false,
  scrollbackLines: 10_000,
  interrupted: 'offer',
  mirror: '',
};
/** How a notice is shown. */
export type NoticeLevel = 'info' | 'warning' | 'error';
export interface Notice {
  readonly level: NoticeLevel;
  readonly what: Fault;
}
export interface About {
  readonly version: string;
  readonly shell: 'electron' | 'browser' | 'cli';
  readonly libraryPath: string;
  readonly nodeVersion: string;
  /** The mirror that the environment names, without a login; it goes before the setting. */
  readonly mirror?: string;
}

/** What a person is told by the system while the window is not in front. */
export interface DesktopNotification {
  readonly title: string;
  readonly text: string;
  /** The place in the window that a click leads to, as `#/machines/NAME`. */
  readonly address: string;
}
/** A command of the window as the system's menu shows it. */
export interface OfferedToMenu {
  readonly id: string;
  readonly group: string;
  readonly label: string;
  /** As the window writes keys (`ctrl+shift+s`); absent: none. */
  readonly key?: string;
}

export const application = contract('application', {
  about: call<() => About>(nothing),
  settings: call<() => Settings>(nothing),
  changeSettings: call<(patch: Partial<Settings>) => Settings>(args(settingsPatch)),
  /** How busy this computer is. */
  hostFigures: call<() => HostFigures>(nothing),
  /** What the library takes of the disk, measured anew. */
  storageUse: call<() => StorageUse>(nothing),
  /** Ends the program; running machines are stopped cleanly first. */
  quit: call<() => void>(nothing),
  /** Shows a notification of the system. @returns whether this shell can; in a browser it is the page's to do */
  notify: call<(notification: DesktopNotification) => boolean>(args(notification)),
  /** Tells the shell which commands the window has now, and what menus and tray say, in its language; a browser has no use for them. */
  offerCommands: call<(commands: readonly OfferedToMenu[], words: ShellWords) => void>(args(offeredCommands, shellWords)),
  /** A command was chosen in the system's menu or the tray. */
  commandChosen: event<{ readonly id: string }>(),
  /** Something outside of the window (a notification, a link, a file) leads to a place in it, as `#/machines/NAME`. */
  placeOpened: event<{ readonly address: string }>(),
  settingsChanged: event<Settings>(),
  /** Something a person should know now (a database repaired, a machine failed in the background). */
  notice: event<Notice>(),
  /** The window was asked to close while machines run: the renderer asks the person, then calls `quit`. */
  quitRequested: event<{ readonly running: readonly string[] }>(),
});
