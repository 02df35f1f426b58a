/**
 * The built program, run whole under Node with a fake Electron: the bundle finds its files and its threads, opens a
 * library, serves a page, boots the built-in guest and quits cleanly.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { buildElectron, ELECTRON_FOLDER } from '../../main/build/electron.ts';

const home = mkdtempSync(join(tmpdir(), 'vivarium-bundle-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('the bundle boots the built-in guest and quits', async () => {
  await buildElectron();
  const resolver = pathToFileURL(fileURLToPath(new URL('./fake-resolver.ts', import.meta.url))).href;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', resolver, join(ELECTRON_FOLDER, 'main.mjs'), '--guest', 'hello-riscv64'],
    { env: { ...process.env, VIVARIUM_HOME: home }, timeout: 120_000 },
  );
  const lines = stdout.trim().split('\n');
  expect(lines.find((line) => line.startsWith('about'))).toContain('"shell":"electron"');
  expect(lines.filter((line) => line.startsWith('machine'))).toContainEqual(expect.stringMatching(/^machine "running/));
  expect(lines.find((line) => line.startsWith('console'))).toMatch(/\w/);
  expect(lines.at(-1)).toBe('quit ""');
});
