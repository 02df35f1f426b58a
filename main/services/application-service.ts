/** Answers the calls of the contract `application`: versions, settings, quitting. */
import type { About, application, DesktopNotification, OfferedToMenu, Settings } from '../../preload/contract/application.ts';
import type { Emitter, Handlers } from '../../preload/contract/contract.ts';
import type { HostFigures, StorageUse } from '../../preload/contract/host.ts';
import type { SettingsRecords } from '../library/settings-records.ts';

export interface ApplicationParts {
  readonly about: About;
  readonly settings: SettingsRecords;
  readonly events: Emitter<typeof application>;
  hostFigures(): Promise<HostFigures>;
  storageUse(): Promise<StorageUse>;
  /** The settings are others now. */
  changed(settings: Settings): void;
  /** Absent where the shell cannot show notifications. */
  readonly notify?: ((notification: DesktopNotification) => void) | undefined;
  /** Absent where the shell has no menu. */
  readonly offerCommands?: ((commands: readonly OfferedToMenu[]) => void) | undefined;
  /** Begins the end of the program; the answer to the caller is sent before. */
  quit(): void;
}

/** The handlers of `application`. */
export function applicationService(parts: ApplicationParts): Handlers<typeof application> {
  const { about, settings, events, changed: heed, quit, hostFigures, storageUse, notify, offerCommands } = parts;
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
      notify?.(notification);
      return notify !== undefined;
    },
    offerCommands: (commands) => offerCommands?.(commands),
  };
}
