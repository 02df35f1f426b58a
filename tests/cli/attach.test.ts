/** `viv attach`: other programs at a running machine's console, several at once, over TCP, a Unix socket and a pseudo-terminal. */
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { findHome } from '../../main/library/home.ts';
import { findOwner } from '../../main/library/instance-lock.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { viv } from './viv.ts';

const PATIENCE = { timeout: 90_000, interval: 200 };

/** A program at an address: what it has read so far. */
function reader(where: NetConnectOpts) {
  let text = '';
  const socket: Socket = connect(where);
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => (text += bytes.toString()));
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  return { socket, closed, text: () => text, shows: (wanted: string) => vi.waitFor(() => expect(text).toContain(wanted), PATIENCE) };
}

test('programs read and type at a console from outside, and closing it ends them', { timeout: 240_000 }, async () => {
  const folder = temporaryFolder();
  const home = join(folder, 'home');
  const { lock } = findHome({ VIVARIUM_HOME: home });
  onTestFinished(async () => {
    const owner = findOwner(lock);
    if (!owner) return;
    process.kill(owner.pid, 'SIGTERM');
    await vi.waitFor(() => expect(findOwner(lock)).toBeUndefined(), PATIENCE);
  });
  const run = (...args: readonly string[]) => viv(home, ...args);
  await run('create', 'box', '--template', 'hello-riscv64');
  expect(await run('attach', 'box', '--tcp', '0')).toMatchObject({ status: 1, err: expect.stringContaining('box') });
  await run('start', 'box');
  const tcp = JSON.parse((await run('attach', 'box', '--tcp', '0', '--json')).out) as { id: string; address: string; commands: string[] };
  const [, port] = /^127\.0\.0\.1:(\d+)$/.exec(tcp.address) ?? [];
  expect(tcp.commands).toContain(`nc 127.0.0.1 ${port}`);
  const one = reader({ port: Number(port), host: '127.0.0.1' });
  const path = join(folder, 'box.sock');
  expect((await run('attach', 'box', '--socket', path)).out).toContain(`UNIX-CONNECT:${path}`);
  expect(statSync(path).mode & 0o077).toBe(0);
  const two = reader({ path });
  for (const each of [one, two]) await each.shows('Hello from a bare riscv64 machine.');
  one.socket.write('from the first\r');
  for (const each of [one, two]) await each.shows('from the first');
  two.socket.write('from the second\r');
  for (const each of [one, two]) await each.shows('from the second');
  expect((await run('attach', 'box')).out).toMatch(/1 connected[^]*1 connected/);
  expect((await run('attach', 'box', '--tcp', port as string)).err).toContain('choose another place');
  expect((await run('attach', 'box', '--close', tcp.id)).status).toBe(0);
  await one.closed;
  expect((await run('attach', 'box', '--close', tcp.id)).err).toContain('was closed');
  expect((await run('attach', 'box', '--socket', path)).err).toContain('choose another place');
  two.socket.write('still there\r');
  await two.shows('still there');
  await run('stop', 'box');
  await vi.waitFor(() => expect(existsSync(path)).toBe(false), PATIENCE);
  // The next program opens what was open, at its place; what was closed stays closed.
  await run('start', 'box');
  expect((await run('attach', 'box', '--json')).out.trim().split('\n')).toHaveLength(1);
  const three = reader({ path });
  await three.shows('from the second');
  three.socket.write('after the restart\r');
  await three.shows('after the restart');
  await run('stop', 'box');
  await vi.waitFor(() => expect(existsSync(path)).toBe(false), PATIENCE);
  expect(await run('attach', 'box', '--tcp', 'x')).toMatchObject({ status: 2 });
});
