/** `viv run` on a real terminal: keys reach the guest one by one, Ctrl-A X leaves, and the terminal is given back. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { spawn, type IPty } from 'node-pty';
import { afterEach, expect, test, vi } from 'vitest';
import { describeWith } from '../kit/tools.ts';

const viv = fileURLToPath(new URL('../../main/cli/viv.js', import.meta.url));
const CTRL_A = '\x01';

let terminal: IPty | undefined;
afterEach(() => terminal?.kill());

/** Starts viv on a terminal of its own. `until` resolves when the screen's text so far matches. */
function onTerminal(...args: string[]) {
  const started = spawn(process.execPath, [viv, ...args], { name: 'xterm', cols: 80, rows: 24 });
  terminal = started;
  let text = '';
  const waiting: { pattern: RegExp; resolve: () => void }[] = [];
  started.onData((data) => {
    text += data;
    for (const { pattern, resolve } of waiting) if (pattern.test(text)) resolve();
  });
  const ended = new Promise<number>((resolve) => started.onExit(({ exitCode }) => resolve(exitCode)));
  return {
    pid: started.pid,
    text: () => text,
    type: (keys: string) => started.write(keys),
    until: (pattern: RegExp) => new Promise<void>((resolve) => (pattern.test(text) ? resolve() : waiting.push({ pattern, resolve }))),
    ended,
  };
}

test('a person types, the guest answers, Ctrl-A X leaves', async () => {
  const { type, until, ended } = onTerminal('run', '--template', 'hello-riscv64');
  await until(/Hello from a bare riscv64 machine/);
  type('help\r');
  await until(/powers off/);
  type(`${CTRL_A}x`);
  expect(await ended).toBe(0);
});

test('Ctrl-C belongs to the guest', async () => {
  const { type, until, ended } = onTerminal('run', '--template', 'hello-riscv64');
  await until(/Hello from a bare riscv64 machine/);
  type('\x03');
  type('help\r');
  await until(/powers off/);
  type(`${CTRL_A}x`);
  expect(await ended).toBe(0);
});

test('stopped as a job it gives the terminal back, and takes it again when it goes on', async () => {
  const { pid, type, until, ended } = onTerminal('run', '--template', 'hello-riscv64');
  await until(/Hello from a bare riscv64 machine/);
  const modes = () =>
    execFileSync('stty', ['-a', '-F', readlinkSync(`/proc/${pid}/fd/0`)], { encoding: 'utf8' }).match(/-?\b(icanon|isig|echo)\b/g);
  const isStopped = () => /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  for (let time = 0; time < 2; time++) {
    // One that follows a going on at once is not heeded: then a person asks again.
    const stopped = () => isStopped() || (process.kill(pid, 'SIGTSTP'), false);
    await vi.waitFor(() => expect(stopped()).toBe(true), { timeout: 30_000, interval: 1000 });
    expect(modes()).toEqual(['isig', 'icanon', 'echo']);
    process.kill(pid, 'SIGCONT');
    await vi.waitFor(() => expect(modes()).toEqual(['-isig', '-icanon', '-echo']), { timeout: 30_000 });
  }
  type('time\r');
  await until(/seconds since the machine started/);
  type(`${CTRL_A}x`);
  expect(await ended).toBe(0);
});

test('stopped and let go on in one breath it goes on', async () => {
  const { pid, type, until, ended } = onTerminal('run', '--template', 'hello-riscv64');
  await until(/Hello from a bare riscv64 machine/);
  for (let time = 0; time < 50; time++) {
    process.kill(pid, 'SIGTSTP');
    await new Promise((resolve) => setImmediate(resolve));
    process.kill(pid, 'SIGCONT');
  }
  type('time\r');
  await until(/seconds since the machine started/);
  type(`${CTRL_A}x`);
  expect(await ended).toBe(0);
});

describeWith(['apt'], 'a Debian guest on a real terminal', () => {
  test('after reboots of the guest, keys and Ctrl-A X work as before', async () => {
    const { type, text, ended } = onTerminal('run', '--template', 'debian-riscv64');
    const prompts = (count: number) =>
      vi.waitFor(() => expect(text().split('This is Linux').at(count) ?? '').toMatch(/# /), { timeout: 120_000 });
    await prompts(1);
    for (const time of [2, 3]) {
      type('reboot\r');
      await prompts(time);
    }
    type('echo $((6*7))\r');
    await vi.waitFor(() => expect(text()).toMatch(/[\r\n]42[\r\n]/), { timeout: 60_000 });
    type(`${CTRL_A}x`);
    expect(await ended).toBe(0);
  });
});
