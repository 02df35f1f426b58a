/** `viv run --net`: a real guest reaches what the host lets it reach, by the sums of what it fetched. */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { viv } from './viv.ts';

const FILE = randomBytes(3_000_000);
const SUM = createHash('sha256').update(FILE).digest('hex');
let server: Server;
let port: number;
/** Bytes that guests have sent up, by the path that they were sent to. */
const sentUp = new Map<string, string>();

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.method !== 'POST') return void response.end(FILE);
    const hash = createHash('sha256');
    request.on('data', (bytes: Buffer) => hash.update(bytes));
    request.on('end', () => {
      sentUp.set(request.url ?? '', hash.digest('hex'));
      response.end('taken');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

const LIMIT = 240_000;
const fetch = (from: string) => `wget -q -T 20 -O - http://${from}`;

describeWith(['apt'], 'a guest with a private network', () => {
  test.each([
    ['debian-riscv64', 'auto'],
    ['debian-riscv64', 'interpreter'],
    ['debian-amd64', 'auto'],
  ] as const)('of %s (%s) fetches from the ports that it was given, and from no others', { timeout: LIMIT }, async (template, engine) => {
    const refused = ['10.0.2.2:1', `127.0.0.1:${port}`, `0.0.0.0:${port}`, `10.0.2.3:${port}`, '169.254.169.254'];
    const script = [
      `${fetch(`10.0.2.2:${port}/file`)} | sha256sum`,
      ...refused.map((place) => `${fetch(place)} >/dev/null 2>&1 && echo reached ${place}`),
      'ping -c 1 -W 5 10.0.2.2 >/dev/null && echo pinged',
      'nslookup -type=a host.viv.internal 2>&1 | grep -c 10.0.2.2$',
      'cat /etc/resolv.conf',
    ];
    const ran = await viv(
      undefined,
      'run',
      '--template',
      template,
      '--engine',
      engine,
      '--net',
      `nat,host-port=${port}`,
      '--run',
      script.join('\n'),
    );
    expect(ran).toEqual({ status: 0, err: '', out: `${SUM}  -\npinged\n1\nsearch viv.internal\nnameserver 10.0.2.3\n` });
  });

  test('has it without a word, on virtio-pci too, and sends as well as it fetches', { timeout: LIMIT }, async () => {
    // BusyBox posts text only.
    const script = `head -c 2000000 /dev/urandom | base64 > /tmp/up; wget -q -O - --post-file=/tmp/up http://10.0.2.2:${port}/up; sha256sum < /tmp/up`;
    const without = await viv(undefined, 'run', '--template', 'debian-riscv64', '--run', 'ip addr show eth0 | grep -o 10.0.2.15');
    expect(without).toEqual({ status: 0, err: '', out: '10.0.2.15\n' });
    const up = await viv(
      undefined,
      'run',
      '--template',
      'debian-riscv64',
      '--virtio',
      'pci',
      '--net',
      `nat,host-port=${port}`,
      '--run',
      script,
    );
    expect(up).toMatchObject({ status: 0, err: '' });
    expect(up.out).toBe(`taken${sentUp.get('/up')}  -\n`);
  });

  test('has none with --net none, and several with several', { timeout: LIMIT }, async () => {
    const count = 'ls /sys/class/net | grep -c eth';
    expect(await viv(undefined, 'run', '--template', 'debian-riscv64', '--net', 'none', '--run', count)).toMatchObject({ out: '0\n' });
    const two = ['--net', 'nat,mac=52:54:00:aa:bb:cc', '--net', 'nat', '--run', `${count}; cat /sys/class/net/eth0/address`];
    expect(await viv(undefined, 'run', '--template', 'debian-riscv64', ...two)).toMatchObject({ out: '2\n52:54:00:aa:bb:cc\n' });
  });

  test('is reached through a forward as soon as it listens', { timeout: LIMIT }, async () => {
    const free = createTcpServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    const { port: forwarded } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const script = 'mkdir /www; echo from the guest > /www/page; httpd -p 80 -h /www; read line; echo "$line"';
    const { startViv } = await import('./viv.ts');
    const running = startViv(undefined, 'run', '--template', 'debian-riscv64', '--forward', `${forwarded}:80`, '--run', script);
    let page: string | undefined;
    for (const limit = Date.now() + 200_000; page === undefined && Date.now() < limit;)
      page = await globalThis
        .fetch(`http://127.0.0.1:${forwarded}/page`)
        .then((answer) => answer.text())
        .catch(() => new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 300)));
    expect(page).toBe('from the guest\n');
    running.write('done\n');
    expect(await running.result).toEqual({ status: 0, err: '', out: 'done\n' });
  });
});

test('what --net and --forward do not take is said', async () => {
  const wrong = async (...options: readonly string[]) => (await viv(undefined, 'run', '--template', 'debian-riscv64', ...options)).err;
  expect(await wrong('--net', 'nat,mac=01:00:00:00:00:00')).toContain('--net takes nat or none');
  expect(await wrong('--net', 'office')).toContain('there are no other networks yet');
  expect(await wrong('--net', 'nat,host-port=70000')).toContain('--net takes');
  expect(await wrong('--forward', '80')).toContain('--forward takes [ADDRESS:]HOSTPORT:GUESTPORT[/udp], not "80"');
});
