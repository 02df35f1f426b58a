/** `viv run` on a real terminal: keys reach the guest one by one, Ctrl-A X leaves, and the terminal is given back. */
import { fileURLToPath } from 'node:url';
import { spawn, type IPty } from 'node-pty';
import { afterEach, expect, test } from 'vitest';

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
