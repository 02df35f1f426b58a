/** The program's settings; what was never set has its default. */
import { defaultSettings, type Settings } from '../../preload/contract/application.ts';
import type { Database } from './database.ts';
import { isSetting } from './stored-rows.ts';

export interface SettingsRecords {
  read(): Promise<Settings>;
  change(patch: Partial<Settings>): Promise<Settings>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The settings stored in `database`. */
export function settingsRecords(database: Database): SettingsRecords {
  const read = async () => {
    const rows = await database.all('SELECT key, value FROM settings');
    // One that cannot be read, or that only another version knows, is as if it had never been set.
    const known = rows.flatMap(({ key, value }) => {
      const parsed = parse(String(value));
      return isSetting(String(key), parsed) ? [[String(key), parsed] as const] : [];
    });
    return { ...defaultSettings, ...Object.fromEntries(known) };
  };
  return {
    read,
    async change(patch) {
      await database.transaction(async (statements) => {
        for (const [key, value] of Object.entries(patch))
          await statements.run(
            'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
            key,
            JSON.stringify(value),
          );
      });
      return read();
    },
  };
}
