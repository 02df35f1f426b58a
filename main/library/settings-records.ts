/** The program's settings; what was never set has its default. */
import type { Settings } from '../../preload/contract/application.ts';
import type { Database } from './database.ts';

export const defaultSettings: Settings = { theme: 'system', consoleFontSize: 14, scrollbackLines: 10_000, interrupted: 'offer' };

export interface SettingsRecords {
  read(): Promise<Settings>;
  change(patch: Partial<Settings>): Promise<Settings>;
}

/** The settings stored in `database`. */
export function settingsRecords(database: Database): SettingsRecords {
  const read = async () => {
    const rows = await database.all('SELECT key, value FROM settings');
    const stored = Object.fromEntries(rows.map((row) => [String(row['key']), JSON.parse(String(row['value'])) as unknown]));
    const known = Object.entries(stored).filter(([key]) => Object.hasOwn(defaultSettings, key));
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
