/** `npm start -- --browser` as a person runs it: its own program, or a window onto the one that runs already. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { findHome } from '../../../main/library/home.ts';
import { findOwner } from '../../../main/library/instance-lock.ts';
import { createWireClient } from '../../../preload/contract/wire-client.ts';
import { echoesUntilQ } from '../../cli/bare-program.ts';
import { viv } from '../../cli/viv.ts';
import { temporaryFolder } from '../temporary-home.ts';

const SHELL = fileURLToPath(new URL('../../../main/browser/run-browser-shell.ts', import.meta.url));

function place() {
  const folder = temporaryFolder();
  const home = join(folder, 'home');
  mkdirSync(home);
  writeFileSync(join(folder, 'echo.bin'), echoesUntilQ());
  return { home, program: join(folder, 'echo.bin'), lock: findHome({ VIVARIUM_HOME: home }).lock };
}

/** The shell without the building of the window, which is somebody else's test. */
function startShell(home: string) {
  const script = `import { runBrowserShell } from ${JSON.stringify(SHELL)}; await runBrowserShell({ port: 0 }).catch((error) => { console.error(error.message); process.exit(1); }); process.exit(0);`;
  const file = join(home, '..', 'shell.mjs');
  writeFileSync(file, script);
  const child = spawn(process.execPath, [file], { env: { ...process.env, VIVARIUM_HOME: home } });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  child.stdout.on('data', (piece: Buffer) => (text += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (text += piece.toString()));
  const status = new Promise<number | null>((resolve) => child.on('close', resolve));
  const address = () => vi.waitUntil(() => /http:\S+/.exec(text)?.[0], { timeout: 60_000 });
  return { text: () => text, address, status, interrupt: () => void child.kill('SIGINT') };
}

/** Does what the window does: exchanges the token, connects, and speaks the wire. */
async function enter(address: string) {
  const { origin, host } = new URL(address);
  const answer = await fetch(address, { redirect: 'manual' });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  const socket = new WebSocket(`ws://${host}/wire`, { headers: { cookie, origin } });
  onTestFinished(() => socket.terminate());
  const client = createWireClient();
  socket.on('message', (data: Buffer, isBinary) => client.receive(isBinary ? new Uint8Array(data) : data.toString()));
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  client.attach((frame) => socket.send(frame));
  return { client, closed };
}

test('its own program: machines run in it, and are stopped cleanly by Ctrl-C', async () => {
  const { home, program, lock } = place();
  const shell = startShell(home);
  const { client, closed } = await enter(await shell.address());
  const boot = { kind: 'bare', program } as const;
  const definition = {
    name: 'box',
    board: 'riscv64-virt',
    cores: 1,
    memoryMiB: 16,
    engine: 'auto',
    boot,
    disks: [],
    ports: [],
    note: '',
  } as const;
  const { id } = await client.services.machines.create({ definition });
  await client.services.machines.start(id);
  let text = '';
  const channel = client.openConsole(id, 0);
  channel.onOutput((bytes) => (text += new TextDecoder().decode(bytes)));
  void channel.write(new TextEncoder().encode('hello'));
  await vi.waitFor(() => expect(text).toBe('hello'), { timeout: 60_000 });
  expect(JSON.parse((await viv(home, 'list', '--json')).out)).toMatchObject([{ name: 'box', state: 'running' }]);
  shell.interrupt();
  await closed;
  expect(await shell.status).toBe(0);
  expect(shell.text()).toContain('saving "box"');
  expect(findOwner(lock)).toBeUndefined();
  expect(JSON.parse((await viv(home, 'list', '--json')).out)).toMatchObject([{ name: 'box', state: 'off', suspended: true }]);
});

test('machines started by viv are shown, and run on when the window is closed', async () => {
  const { home, program, lock } = place();
  await viv(home, 'create', 'box', '--bare', program, '--memory', '16M');
  await viv(home, 'start', 'box');
  const owner = findOwner(lock);
  onTestFinished(() => {
    if (owner && findOwner(lock)?.pid === owner.pid) process.kill(owner.pid, 'SIGKILL');
  });
  const shell = startShell(home);
  const { client } = await enter(await shell.address());
  expect(shell.text()).toContain(`belong to viv serve (process ${owner?.pid})`);
  const [machine] = await client.services.machines.list();
  expect(machine).toMatchObject({ state: 'running' });
  let text = '';
  const channel = client.openConsole(machine?.id ?? '', 0);
  channel.onOutput((bytes) => (text += new TextDecoder().decode(bytes)));
  void channel.write(new TextEncoder().encode('through two programs'));
  await vi.waitFor(() => expect(text).toBe('through two programs'), { timeout: 60_000 });
  shell.interrupt();
  expect(await shell.status).toBe(0);
  expect(JSON.parse((await viv(home, 'list', '--json')).out)).toMatchObject([{ name: 'box', state: 'running' }]);

  const again = startShell(home);
  await again.address();
  await viv(home, 'stop', 'box');
  expect(JSON.parse((await viv(home, 'list', '--json')).out)).toMatchObject([{ name: 'box', state: 'off' }]);
  again.interrupt();
  expect(await again.status).toBe(0);
  await vi.waitFor(() => expect(findOwner(lock)).toBeUndefined(), { timeout: 20_000 });
});
