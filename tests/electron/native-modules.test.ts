/** Native modules are built from packages alone: with an empty home, and with nothing to fetch headers from. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { buildFromSource, findHeaders } from '../../main/build/native-modules.ts';

const folder = mkdtempSync(join(tmpdir(), 'vivarium-native-'));
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

const SOURCE = `
#include <node_api.h>
static napi_value answer(napi_env env, napi_callback_info info) {
  napi_value number;
  napi_create_int32(env, 42, &number);
  return number;
}
NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "answer", NAPI_AUTO_LENGTH, answer, NULL, &function);
  return function;
}
`;

test('a module is built without a home, a cache or a place to fetch from', () => {
  const home = join(folder, 'home');
  mkdirSync(home);
  for (const name of ['HOME', 'npm_config_devdir', 'npm_config_userconfig', 'npm_config_nodedir', 'npm_config_cache'])
    vi.stubEnv(name, name === 'HOME' ? home : undefined);
  vi.stubEnv('npm_config_disturl', 'http://127.0.0.1:9');
  writeFileSync(join(folder, 'package.json'), '{ "name": "answer", "version": "1.0.0" }');
  writeFileSync(join(folder, 'answer.c'), SOURCE);
  writeFileSync(join(folder, 'binding.gyp'), '{ "targets": [{ "target_name": "answer", "sources": ["answer.c"] }] }');
  buildFromSource(folder, findHeaders());
  const answer = createRequire(import.meta.url)(join(folder, 'build/Release/answer.node')) as () => number;
  expect(answer()).toBe(42);
});

test('the headers are those of the Node that runs', () => {
  const text = readFileSync(join(findHeaders(), 'include/node/node_version.h'), 'utf8');
  const part = (name: string) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1];
  expect(`v${part('MAJOR')}.${part('MINOR')}.${part('PATCH')}`).toBe(process.version);
});

test('no install script of a package with a native part runs, and ours does', () => {
  const { scripts, allowScripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    scripts: Record<string, string>;
    allowScripts: Record<string, boolean>;
  };
  expect(scripts['prepare']).toBe('node main/build/native.ts');
  expect([allowScripts['sqlite3'], allowScripts['node-pty']]).toEqual([false, false]);
});
