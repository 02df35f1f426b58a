/** The local socket: frames survive any cutting of the stream, and only the owner may connect. */
import { statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { dirname } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { createApplication } from '../../../main/application.ts';
import { frameReader, packFrame } from '../../../main/local/framing.ts';
import { connectLocally } from '../../../main/local/local-client.ts';
import { listenLocally } from '../../../main/local/local-server.ts';
import type { Frame } from '../../../preload/contract/wire.ts';
import { bareDefinition, scriptedEmulator } from '../scripted-machine.ts';
import { temporaryHome } from '../temporary-home.ts';

test.for([1, 2, 3, 7, 1000])('frames come out whole from pieces of %i bytes', (size) => {
  const frames: Frame[] = ['', 'text with ü', Uint8Array.of(), Uint8Array.of(1, 2, 3), 'x'.repeat(2500)];
  const stream = Buffer.concat(frames.map(packFrame));
  const received: Frame[] = [];
  const read = frameReader((frame) => void received.push(frame), 10_000);
  for (let at = 0; at < stream.length; at += size) read(stream.subarray(at, at + size));
  expect(received).toEqual(frames);
});

test('a frame that claims too much is refused before it is collected', () => {
  const read = frameReader(() => undefined, 1000);
  expect(() => read(Buffer.from([0xff, 0xff, 0xff, 0x7f, 0]))).toThrow('too long');
});

/** Bytes in buffers that are still referred to. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}

async function program() {
  const home = temporaryHome();
  const emulator = scriptedEmulator();
  const application = await createApplication({
    shell: 'cli',
    program: 'the test',
    home,
    listens: true,
    startMachine: emulator.startMachine,
  });
  const server = await listenLocally(home.socket, (link) => application.serve(link));
  onTestFinished(async () => {
    await server.close();
    await application.close();
  });
  const connection = await connectLocally(home.socket);
  onTestFinished(() => connection.close());
  return { home, emulator, application, server, connection, services: connection.client.services };
}

test('the socket is the owner’s alone', async () => {
  const { home } = await program();
  expect(statSync(home.socket).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(home.socket)).mode & 0o077).toBe(0);
});

test('the whole way: create, start, type, read, stop', async () => {
  const { emulator, services, connection } = await program();
  const { id } = await services.machines.create({ definition: bareDefinition('box') });
  await services.machines.start(id);
  const guest = emulator.machines[0]!;
  const channel = connection.client.openConsole(id, 0);
  let text = '';
  const answered = new Promise<void>((resolve) =>
    channel.onOutput((bytes) => {
      text += new TextDecoder().decode(bytes);
      channel.acknowledge(bytes.length);
      if (text.endsWith('$ ')) resolve();
    }),
  );
  guest.print('welcome\r\n$ ');
  await answered;
  void channel.write(new TextEncoder().encode('uname\r'));
  await services.consoles.resize(id, 0, { columns: 100, rows: 30 });
  expect([text, guest.written, guest.calls]).toEqual(['welcome\r\n$ ', ['0:uname\r'], ['resize 0 100x30']]);
  expect(await services.consoles.search(id, 0, 'WELCOME')).toEqual([{ line: 0, text: 'welcome' }]);
  await services.machines.stop(id);
  expect((await services.machines.get(id)).state).toBe('off');
  expect(new TextDecoder().decode(await services.consoles.history(id, 0))).toBe('welcome\r\n$ ');
});

test('a flood with a client that reads nothing keeps the program’s memory bounded and other clients served', async () => {
  const { emulator, services, connection, home, server } = await program();
  const { id } = await services.machines.create({ definition: bareDefinition('box') });
  await services.machines.start(id);
  const guest = emulator.machines[0]!;
  const silent = createConnection(home.socket);
  onTestFinished(() => void silent.destroy());
  await new Promise((resolve) => silent.once('connect', resolve));
  silent.pause();
  silent.write(packFrame(JSON.stringify({ kind: 'open', channel: 1, machine: id, console: 0, whole: false, terminal: true })));
  const channel = connection.client.openConsole(id, 0);
  let received = 0;
  let skipped = 0;
  channel.onOutput((bytes) => {
    received += bytes.length;
    channel.acknowledge(bytes.length);
  });
  channel.onSkipped((bytes) => (skipped += bytes));
  await expect.poll(() => server.clients()).toBe(2);
  guest.print('begin');
  await expect.poll(() => received).toBe(5);
  const before = heldBytes();
  const block = new Uint8Array(64 * 1024).fill(0x61);
  let printed = 5;
  while (printed < 100e6) {
    const count = guest.print(block);
    printed += count;
    await new Promise((resolve) => setImmediate(resolve));
  }
  // Buffers are swept a moment after the collection that found them.
  await expect.poll(() => heldBytes() - before, { timeout: 10_000 }).toBeLessThan(10e6);
  await expect.poll(() => received, { timeout: 20_000 }).toBe(printed);
  expect(skipped).toBe(0);
});

test('a socket file that a dead program left does not matter', async () => {
  const home = temporaryHome();
  const application = await createApplication({
    shell: 'cli',
    program: 'the test',
    home,
    listens: true,
    startMachine: scriptedEmulator().startMachine,
  });
  onTestFinished(() => application.close());
  writeFileSync(home.socket, '');
  const server = await listenLocally(home.socket, (link) => application.serve(link));
  onTestFinished(() => server.close());
  const { client, close } = await connectLocally(home.socket);
  onTestFinished(close);
  expect((await client.services.application.about()).shell).toBe('cli');
});
