/** Answers the calls of the contract `application`: versions, settings, quitting. */
import type { About, application, Settings } from '../../preload/contract/application.ts';
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
  /** Begins the end of the program; the answer to the caller is sent before. */
  quit(): void;
}

/** The handlers of `application`. */
export function applicationService(parts: ApplicationParts): Handlers<typeof application> {
  const { about, settings, events, changed: heed, quit, hostFigures, storageUse } = parts;
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
  };
}
