/** The browser shell lets in who has the printed address, from this computer, and nobody else. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { openBrowserShell } from '../../../main/browser/browser-shell.ts';
import type { Link } from '../../../main/border/session.ts';
import { temporaryFolder } from '../temporary-home.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Headers and paths as they are given, also those that `fetch` would mend. */
function get(port: number, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let text = '';
      response.on('data', (piece: Buffer) => (text += piece.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    asking.on('error', reject);
    asking.end();
  });
}

async function shell() {
  const outside = temporaryFolder();
  const folder = join(outside, 'window');
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Vivarium</title>');
  writeFileSync(join(folder, 'app.js'), 'export {}');
  writeFileSync(join(outside, 'secret.txt'), 'secret');
  symlinkSync(join(outside, 'secret.txt'), join(folder, 'link.txt'));
  const received: unknown[] = [];
  const serve = (link: Link) => {
    link.send('hello');
    return { receive: (frame: unknown) => (received.push(frame), link.send(frame as string)), closed: () => void received.push('closed') };
  };
  const opened = await openBrowserShell({ port: 0, folder, serve });
  onTestFinished(() => opened.close());
  const enter = async () => {
    const { pathname, search } = new URL(opened.newAddress());
    const { headers } = await get(opened.port, pathname + search);
    return (headers['set-cookie']?.[0] ?? '').split(';')[0] as string;
  };
  return { ...opened, received, enter };
}

describe('pages', () => {
  test('the address works once; its cookie then opens the window', async () => {
    const { port, newAddress } = await shell();
    const { pathname, search, hostname } = new URL(newAddress());
    expect(hostname).toBe('127.0.0.1');
    const first = await get(port, pathname + search);
    expect(first).toMatchObject({ status: 303, headers: { location: '/' } });
    const cookie = first.headers['set-cookie']?.[0] ?? '';
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(await get(port, pathname + search)).toMatchObject({ status: 403 });
    const page = await get(port, '/', { cookie: cookie.split(';')[0] as string });
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining('Vivarium') });
  });

  test('pages may load scripts from this server only', async () => {
    const { port, enter } = await shell();
    const { headers } = await get(port, '/app.js', { cookie: await enter() });
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toContain(`default-src 'none'`);
    expect(policy).toContain(`script-src 'self';`);
    expect(policy).toContain(`frame-ancestors 'none'`);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'content-type': 'text/javascript; charset=utf-8' });
  });

  test('without the token, with a wrong one or a wrong cookie: refused, with what to do', async () => {
    const { port, newAddress } = await shell();
    newAddress();
    for (const [path, headers] of [
      ['/', {}],
      ['/?token=guess', {}],
      ['/?token=', {}],
      ['/', { cookie: `vivarium-${port}=guess` }],
      ['/app.js', {}],
    ] as const)
      expect(await get(port, path, { ...headers })).toMatchObject({ status: 403, text: expect.stringContaining('Open the address') });
  });

  test('a new address makes the one before it void', async () => {
    const { port, newAddress } = await shell();
    const old = new URL(newAddress());
    const fresh = new URL(newAddress());
    expect(await get(port, old.pathname + old.search)).toMatchObject({ status: 403 });
    expect(await get(port, fresh.pathname + fresh.search)).toMatchObject({ status: 303 });
  });

  test('another host name is refused even with the cookie', async () => {
    const { port, enter } = await shell();
    const cookie = await enter();
    expect(await get(port, '/', { cookie, host: `localhost:${port}` })).toMatchObject({ status: 200 });
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:${port + 1}`])
      expect(await get(port, '/', { cookie, host })).toMatchObject({ status: 403 });
  });

  test('nothing outside the folder, and reading only', async () => {
    const { port, enter } = await shell();
    const cookie = await enter();
    for (const path of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/link.txt',
      '/%',
      '/nothing.js',
      '//evil.example/app.js',
      '/app.js%00.html',
    ])
      expect((await get(port, path, { cookie })).status, path).not.toBe(200);
    expect(await get(port, '/', { cookie }, 'POST')).toMatchObject({ status: 405 });
    expect(await get(port, '/app.js', { cookie }, 'HEAD')).toMatchObject({ status: 200, text: '' });
  });
});

describe('the WebSocket', () => {
  const connect = (port: number, headers: Record<string, string>, path = '/wire') =>
    new Promise<{ first: string; socket: WebSocket }>((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
      socket.once('error', reject);
      socket.once('message', (data) => resolve({ first: (data as Buffer).toString(), socket }));
    });

  test('with cookie and origin it carries text and bytes', async () => {
    const { port, enter, received } = await shell();
    const { first, socket } = await connect(port, { cookie: await enter(), origin: `http://127.0.0.1:${port}` });
    expect(first).toBe('hello');
    const echoed = new Promise((resolve) => socket.once('message', (data, isBinary) => resolve([isBinary, [...(data as Buffer)]])));
    socket.send(Uint8Array.of(1, 2, 3));
    expect(await echoed).toEqual([true, [1, 2, 3]]);
    socket.send('text');
    await new Promise((resolve) => socket.once('message', resolve));
    expect(received).toEqual([Uint8Array.of(1, 2, 3), 'text']);
    socket.terminate();
  });

  test('another origin, none, no cookie or another path: refused', async () => {
    const { port, enter } = await shell();
    const cookie = await enter();
    const origin = `http://127.0.0.1:${port}`;
    for (const headers of [
      { cookie },
      { cookie, origin: 'http://evil.example' },
      { cookie, origin: 'null' },
      { origin },
      { cookie, origin: `http://127.0.0.1:${port + 1}` },
      { cookie, origin, host: 'evil.example' },
    ])
      await expect(connect(port, headers as unknown as Record<string, string>)).rejects.toThrow('403');
    await expect(connect(port, { cookie, origin }, '/other')).rejects.toThrow('404');
  });
});

describe('a peer that resets its connection', () => {
  /** Sends `bytes` and resets the connection at once, as a port scanner may; waits until the reset is on its way. */
  const sendAndReset = (port: number, bytes: string) =>
    new Promise<void>((resolve) => {
      const socket = createConnection(port, '127.0.0.1', () => {
        socket.write(bytes, () => socket.resetAndDestroy());
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
    });
  const upgrade = (headers: string) =>
    `GET /wire HTTP/1.1\r\n${headers}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`;

  test('ends that connection only, before, during and after an upgrade', async () => {
    const { port, enter } = await shell();
    const cookie = await enter();
    const own = `Host: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\nCookie: ${cookie}\r\n`;
    const requests = [
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      upgrade('Host: a\r\n'),
      upgrade(own),
      upgrade(own) + 'no frame of a WebSocket',
      `GET /app.js HTTP/1.1\r\n${own}\r\n`,
      'not HTTP\r\n\r\n',
      '',
    ];
    for (let round = 0; round < 30; round++) await Promise.all(requests.map((bytes) => sendAndReset(port, bytes)));
    expect(await get(port, '/app.js', { cookie })).toMatchObject({ status: 200 });
  });
});

test('a busy port: said in words, with another to try', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => holder.once('listening', resolve));
  onTestFinished(() => void holder.close());
  const { port } = holder.address() as AddressInfo;
  const other = port < 65535 ? port + 1 : 8080;
  await expect(
    openBrowserShell({ port, folder: '/', serve: () => ({ receive: () => undefined, closed: () => undefined }) }),
  ).rejects.toMatchObject({
    kind: 'unavailable',
    message: `port ${port} is in use by another program: choose another, for example --port ${other}, or omit --port to use a free one`,
  });
});
