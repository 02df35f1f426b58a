/** Answers the calls of the contract `application`: versions, settings, quitting. */
import type { ShellWords } from '../../preload/contract/shell-words.ts';
import type { About, application, DesktopNotification, OfferedToMenu, Settings } from '../../preload/contract/application.ts';
import type { Emitter, Handlers } from '../../preload/contract/contract.ts';
import type { HostFigures, StorageUse } from '../../preload/contract/host.ts';
import type { SettingsRecords } from '../library/settings-records.ts';

/** What a shell on the desktop brings. */
export interface DesktopParts {
  /** Shows a notification of the system. */
  readonly notify?: (notification: DesktopNotification) => void;
  /** Told the window's commands, for a menu. */
  readonly offerCommands?: (commands: readonly OfferedToMenu[], words: ShellWords) => void;
  /** Told the settings when they change. */
  readonly settingsChanged?: (settings: Settings) => void;
}
export interface ApplicationParts {
  readonly about: About;
  readonly settings: SettingsRecords;
  readonly events: Emitter<typeof application>;
  hostFigures(): Promise<HostFigures>;
  storageUse(): Promise<StorageUse>;
  /** The settings are others now. */
  changed(settings: Settings): void;
  readonly desktop: DesktopParts;
  /** Begins the end of the program; the answer to the caller is sent before. */
  quit(): void;
}

/** The handlers of `application`. */
export function applicationService(parts: ApplicationParts): Handlers<typeof application> {
  const { about, settings, events, changed: heed, quit, hostFigures, storageUse, desktop } = parts;
  return {
    about: () => about,
    settings: () => settings.read(),
    async changeSettings(patch) {
      const changed = await settings.change(patch);
      heed(changed);
      events.settingsChanged(changed);
      return changed;
    },
    hostFigures,
    storageUse,
    quit,
    notify(notification) {
      desktop.notify?.(notification);
      return desktop.notify !== undefined;
    },
    offerCommands: (commands, words) => desktop.offerCommands?.(commands, words),
  };
}
