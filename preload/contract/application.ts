/** The program itself: settings, versions, quitting. */
import type { Fault } from '../../emulator/error/coded-error.ts';
import { args, nothing, settingsPatch } from './checks.ts';
import { call, contract, event } from './contract.ts';
import type { HostFigures, StorageUse } from './host.ts';

export interface Settings {
  readonly theme: 'system' | 'light' | 'dark';
  readonly contrast: 'system' | 'normal' | 'more';
  /** The ground of consoles: as the window's theme, or always the same. */
  readonly consoleTheme: 'window' | 'dark' | 'light';
  /** Terminal font size in CSS pixels. */
  readonly consoleFontSize: number;
  /** Console scrollback kept in the window, in lines. */
  readonly scrollbackLines: number;
  /** What becomes, at the next start, of machines that were running when the program ended. */
  readonly interrupted: 'offer' | 'resume';
  /** The Debian mirror that templates' parts come from, what stands before `/dists`; empty: this computer's apt. */
  readonly mirror: string;
}
/** What holds where nothing else was chosen, and in the window until main has answered. */
export const defaultSettings: Settings = {
  theme: 'system',
  contrast: 'system',
  consoleTheme: 'window',
  consoleFontSize: 14,
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
  settingsChanged: event<Settings>(),
  /** Something a person should know now (a database repaired, a machine failed in the background). */
  notice: event<Notice>(),
  /** The window was asked to close while machines run: the renderer asks the person, then calls `quit`. */
  quitRequested: event<{ readonly running: readonly string[] }>(),
});
