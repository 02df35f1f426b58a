/** What the browser shell loads before it serves a page: all of it is waited for at every start. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('nothing at a start asks for Node’s own fetch, which takes a twentieth of it', async () => {
  const shell = new URL('../../../main/browser/run-browser-shell.ts', import.meta.url).href;
  const program = `
    await import(${JSON.stringify(shell)});
    console.log(process.moduleLoadList.filter((module) => module.includes('undici')).length);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { timeout: 100_000 });
  expect(stdout).toBe('0\n');
}, 120_000);
