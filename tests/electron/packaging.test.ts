/** electron-builder.yml: valid by electron-builder's own schema, and naming files that exist; and the bill of materials that goes with it. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { billOf, deliveredPackages, readBill } from '../../main/build/bill-of-materials.ts';
import { SCHEME } from '../../main/electron/app-protocol.ts';

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
  test('makes what each system installs, and opens exported machines and links', () => {
    const { linux, mac, win, fileAssociations, protocols } = configuration() as {
      linux: { target: string[] };
      mac: { target: string };
      win: { target: string };
      fileAssociations: { ext: string }[];
      protocols: { schemes: string[] }[];
    };
    expect([linux.target, mac.target, win.target]).toEqual([['AppImage', 'deb', 'rpm'], 'dmg', 'nsis']);
    expect(fileAssociations.map(({ ext }) => ext)).toEqual(['vivarium']);
    expect(protocols.flatMap(({ schemes }) => schemes)).toEqual([SCHEME]);
  });
});

describe('the bill of materials', () => {
  const { components, dependencies, ...rest } = billOf(readBill(), deliveredPackages());
  const names = components.map(({ name }) => name);

  test('is CycloneDX of this program', () => {
    expect(rest).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5', metadata: { component: { name: 'vivarium' } } });
  });
  test('has what runs, what the window is bundled from, and what those need; not what only builds and tests', () => {
    expect(names).toEqual(expect.arrayContaining(['ws', 'sqlite3', 'electron', 'vue', '@vue/runtime-core', 'reka-ui', '@xterm/xterm']));
    expect(names).toEqual(expect.arrayContaining(['@fontsource-variable/inter', '@floating-ui/core']));
    for (const tool of ['vitest', 'eslint', 'prettier', 'playwright-core', 'typescript', 'electron-builder', 'v86'])
      expect(names, tool).not.toContain(tool);
  });
  test('says version, checksum and licence of each, and names nothing that it does not have', () => {
    const whole = components as unknown as readonly Readonly<Record<'bom-ref' | 'version' | 'hashes', unknown>>[];
    expect(whole.filter(({ version, hashes }) => !version || !hashes)).toEqual([]);
    const refs = new Set(whole.map((component) => component['bom-ref']));
    expect(dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !refs.has(ref))).toEqual([]);
  });
});
