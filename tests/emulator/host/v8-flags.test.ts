/** Processes that run machines survive what once ended them by signal 11: V8 collecting garbage under tail calls. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const program = fileURLToPath(new URL('./tail-calls-under-gc.ts', import.meta.url));
const flags = new URL('../../../emulator/host/v8-flags.ts', import.meta.url).href;
/** Without the flags two runs of three end by a signal. */
const ROUNDS = '30000';

test('optimised JavaScript over tail calls into new code outlives the garbage collector', { timeout: 300_000 }, async () => {
  const { stdout } = await run(process.execPath, ['--max-semi-space-size=1', program, ROUNDS, flags]);
  expect(stdout).toMatch(/^whole /);
});
