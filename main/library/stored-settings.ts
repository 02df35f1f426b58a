/** The settings of a library that this command does not open, and another program may have open. */
import { existsSync } from 'node:fs';
import { defaultSettings, type Settings } from '../../preload/contract/application.ts';
import { openToRead } from './database.ts';
import type { Home } from './home.ts';
import { migrations } from './migrations.ts';
import { refuseForeign } from './schema-check.ts';
import { settingsRecords } from './settings-records.ts';

/** Reads them. Where there is no library, or one that cannot be read, they are as if nothing had been set: whoever opens it says why. */
export async function storedSettings({ library }: Pick<Home, 'library'>): Promise<Settings> {
  if (!existsSync(library)) return defaultSettings;
  try {
    const database = await openToRead(library);
    try {
      await refuseForeign(database, migrations);
      return await settingsRecords(database).read();
    } finally {
      await database.close();
    }
  } catch {
    return defaultSettings;
  }
}
