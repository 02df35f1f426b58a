/** The build: addresses of files and threads still hold inside the bundle, and nothing is built twice. */
import { mkdtempSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { relocate } from '../../main/build/bundle.ts';
import { ELECTRON_FOLDER } from '../../main/build/electron.ts';
import { alone, isFresh } from '../../main/build/freshness.ts';
import { PROJECT } from '../../main/build/project.ts';
import { obstacle } from '../../main/electron/binary.ts';

describe('addresses inside the bundle', () => {
  const file = join(PROJECT, 'main', 'images', 'guest-kit.ts');
  /** Runs a relocated expression as if it stood in dist/electron/main.mjs. */
  const evaluate = (expression: string): URL => {
    const bundle = pathToFileURL(join(ELECTRON_FOLDER, 'main.mjs')).href;
    const text = relocate(expression, file, ELECTRON_FOLDER).replaceAll('import.meta.url', JSON.stringify(bundle));
    return new Function(`return ${text}`)() as URL;
  };
  test("a file beside the source is still found, whatever the source's depth", () => {
    expect(fileURLToPath(evaluate(`new URL('../../resources/guests/', import.meta.url)`))).toBe(join(PROJECT, 'resources', 'guests') + '/');
  });
  test('a thread is started from its own bundle', () => {
    expect(fileURLToPath(evaluate(`new URL('../host/threads/core-worker.ts', import.meta.url)`))).toBe(
      join(ELECTRON_FOLDER, 'core-worker.mjs'),
    );
    expect(fileURLToPath(evaluate(`new URL(\n  "./core-worker.ts",\n  import.meta.url,\n)`))).toBe(
      join(ELECTRON_FOLDER, 'core-worker.mjs'),
    );
  });
});

describe('freshness', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-fresh-'));
  const product = join(folder, 'product');
  const source = join(folder, 'sources');
  mkdirSync(source);
  writeFileSync(join(source, 'a.ts'), '');
  const at = (path: string, seconds: number) => utimesSync(path, seconds, seconds);
  test('a product is fresh while nothing below its sources is newer', () => {
    expect(isFresh(product, [source])).toBe(false);
    writeFileSync(product, '');
    at(join(source, 'a.ts'), 100);
    at(source, 100);
    at(product, 200);
    expect(isFresh(product, [source])).toBe(true);
    at(join(source, 'a.ts'), 300);
    expect(isFresh(product, [source])).toBe(false);
  });
  test('one builds at a time, and a lock left by a dead process is taken over', async () => {
    const lock = join(folder, 'locks', 'lock');
    mkdirSync(join(folder, 'locks'));
    // Above Linux' largest process id (2^22), so never alive.
    writeFileSync(lock, '99999999');
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    };
    await Promise.all([alone(lock, work), alone(lock, work), alone(lock, work)]);
    expect(most).toBe(1);
  });
});

describe('where Electron cannot show a window', () => {
  test.each([
    ['no screen', {}, 'linux', 1000, /no screen/],
    ['root', { DISPLAY: ':0' }, 'linux', 0, /root/],
  ] as const)('%s: says why', (_name, environment, platform, uid, because) => {
    expect(obstacle(environment, platform, uid)).toMatch(because);
  });
  test.each([
    ['X11', { DISPLAY: ':0' }, 'linux', 1000],
    ['Wayland', { WAYLAND_DISPLAY: 'wayland-0' }, 'linux', 1000],
    ['macOS', {}, 'darwin', 501],
    ['Windows', {}, 'win32', undefined],
  ] as const)('%s: no obstacle', (_name, environment, platform, uid) => {
    expect(obstacle(environment, platform, uid)).toBeUndefined();
  });
});
