/** A real guest whose connections are open when it is saved: they end when it goes back, though it only waits for bytes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { guestBox } from './guest-box.ts';

const LIMIT = 400_000;
/** Says a few bytes of a page to everybody, and then nothing for ever. */
const BEGINNING = 'HTTP/1.0 200 OK\r\nContent-Length: 1000\r\n\r\nbegun\n';
const sockets = new Set<Socket>();
const server = createServer((socket) => {
  sockets.add(socket);
  socket.on('error', () => undefined);
  socket.once('data', () => socket.write(BEGINNING));
});
let port = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

describeWith(['apt'], 'a guest that waits for bytes and goes back', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-return-'));
  const { run } = guestBox(folder);
  afterAll(async () => {
    await run('viv stop box; viv stop other');
    rmSync(folder, { recursive: true, force: true });
  });
  const ok = async (line: string) => {
    const ran = await run(line);
    expect(ran, line).toMatchObject({ status: 0 });
    return ran.out;
  };
  /** Waits in the guest until a condition holds; its status says whether it came to that. */
  const until = (condition: string) => `n=0; until ${condition}; do [ $n = 900 ] && exit 9; n=$((n+1)); sleep 0.2; done`;
  const waiting = [
    `mkfifo /tmp/in; (echo; sleep 100000) > /tmp/in 2> /dev/null &`,
    `(nc 10.0.2.2 PORT < /tmp/in > /tmp/nc.got; echo $? > /tmp/nc.ended) > /dev/null 2>&1 &`,
    `(wget -T 100000 -O /tmp/wget.got http://10.0.2.2:PORT/page; echo $? > /tmp/wget.ended) < /dev/null > /dev/null 2>&1 &`,
    until('grep -q begun /tmp/nc.got && grep -q begun /tmp/wget.got'),
  ].join('\n');
  const bothEnded = until('[ -s /tmp/nc.ended ] && [ -s /tmp/wget.ended ]');

  test('has its connections end, and so has a branch', { timeout: LIMIT }, async () => {
    await ok(`viv create box --template debian-riscv64 --memory 256M --net nat,host-port=${port}; viv start box`);
    await ok(`viv exec box '${waiting.replaceAll('PORT', String(port))}'`);
    await ok('viv snapshot create box before --wait');
    // Being saved disturbed nothing.
    expect(await ok('viv exec box "ls /tmp"')).not.toContain('ended');
    await ok('viv snapshot restore box before');
    await ok(`viv exec box '${bothEnded}'`);
    expect(await ok('viv exec box "cat /tmp/wget.ended"')).not.toBe('0\n');
    await ok('viv snapshot branch box before other --start');
    await ok(`viv exec other '${bothEnded}'`);
  });
});
