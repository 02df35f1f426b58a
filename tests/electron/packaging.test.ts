/** electron-builder.yml: valid by electron-builder's own schema, and naming files that exist. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const project = new URL('../../', import.meta.url);
const require = createRequire(import.meta.url);
const builder = createRequire(require.resolve('electron-builder'));
const { validateConfiguration } = builder('app-builder-lib/out/util/config/config') as {
  validateConfiguration(config: unknown, log: { isEnabled: boolean; add(): void }): Promise<void>;
};
const yaml = createRequire(builder.resolve('app-builder-lib'))('js-yaml') as { load(text: string): Record<string, unknown> };

const configuration = () => yaml.load(readFileSync(new URL('electron-builder.yml', project), 'utf8'));
const check = (config: unknown) => validateConfiguration(config, { isEnabled: false, add: () => undefined });

describe('electron-builder.yml', () => {
  test('is valid', async () => {
    await expect(check(configuration())).resolves.toBeUndefined();
  });
  test('a mistake would be found', async () => {
    await expect(check({ ...configuration(), aasar: false })).rejects.toThrow('aasar');
    await expect(check({ ...configuration(), linux: { terget: 'deb' } })).rejects.toThrow();
  });
  test('its icon exists and is large enough for every system', () => {
    const { linux } = configuration() as { linux: { icon: string } };
    const png = readFileSync(new URL(linux.icon, project));
    // PNG, section 11.2.2: width and height follow the IHDR chunk's type.
    expect(png.readUInt32BE(16)).toBeGreaterThanOrEqual(512);
    expect(png.readUInt32BE(20)).toBe(png.readUInt32BE(16));
  });
  test('packs what the entry point needs', () => {
    const { main } = JSON.parse(readFileSync(new URL('package.json', project), 'utf8')) as { main: string };
    const { files } = configuration() as { files: string[] };
    expect(files).toContain(`${main.slice(0, main.lastIndexOf('/'))}/**`);
    expect(existsSync(fileURLToPath(new URL('LICENSE', project)))).toBe(true);
  });
});
