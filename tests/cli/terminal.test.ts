/** `viv` on a real terminal: raw keys, Ctrl-A, and the terminal as it was afterwards. */
import { spawn } from 'node-pty';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { temporaryFolder } from '../main/temporary-home.ts';
import { echoesUntilQ } from './bare-program.ts';
import { viv, VIV } from './viv.ts';

const PATIENCE = { timeout: 60_000 };

/** Runs a shell line on a terminal of 100 by 30 characters; `$VIV` in it stands for the command. */
function onTerminal(home: string, line: string) {
  const env = { ...process.env, VIVARIUM_HOME: home, VIV: `${process.execPath} ${VIV}` };
  const terminal = spawn('sh', ['-c', line], { cols: 100, rows: 30, env });
  let text = '';
  terminal.onData((piece) => (text += piece));
  const status = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
  onTestFinished(() => terminal.kill('SIGKILL'));
  return { text: () => text, type: (keys: string) => terminal.write(keys), status };
}

function echoProgram() {
  const folder = temporaryFolder();
  const file = join(folder, 'echo.bin');
  writeFileSync(file, echoesUntilQ('ready'));
  return { folder, file };
}

test('viv run: keys go to the guest as typed, Ctrl-A Ctrl-A sends one, Ctrl-A X leaves', async () => {
  const { folder, file } = echoProgram();
  const { type, text, status } = onTerminal(
    folder,
    `$VIV run --bare ${file} --memory 16M; echo "status $?"; stty -a | grep -o -w -e '-\\?icanon' -e '-\\?echo'`,
  );
  // The guest's output is printed in raw mode only: from here on the guest echoes, not the terminal.
  await vi.waitFor(() => expect(text()).toBe('ready'), PATIENCE);
  type('keys');
  await vi.waitFor(() => expect(text()).toBe('readykeys'), PATIENCE);
  type('\x03');
  await vi.waitFor(() => expect(text()).toContain('\x03'), PATIENCE);
  type('\x01\x01');
  await vi.waitFor(() => expect(text()).toContain('\x01'), PATIENCE);
  type('\x01x');
  expect(await status).toBe(0);
  expect(text()).toContain('status 0');
  expect(text()).toMatch(/(?<!-)icanon/);
  expect(text()).toMatch(/(?<!-)echo\b/);
});

test('viv console: Ctrl-A X detaches and the machine runs on', async () => {
  const { folder, file } = echoProgram();
  await viv(folder, 'create', 'box', '--bare', file, '--memory', '16M');
  await viv(folder, 'start', 'box');
  const { type, text, status } = onTerminal(folder, '$VIV console box; echo "status $?"');
  await vi.waitFor(() => expect(text()).toBe('ready'), PATIENCE);
  type('keys');
  await vi.waitFor(() => expect(text()).toBe('readykeys'), PATIENCE);
  type('\x01x');
  expect(await status).toBe(0);
  expect(text()).toContain('status 0');
  expect(JSON.parse((await viv(folder, 'list', '--json')).out)).toMatchObject([{ name: 'box', state: 'running' }]);
  expect(await viv(folder, 'stop', 'box')).toMatchObject({ status: 0 });
});
