/** Networks of real guests: what they reach and what not, by the sums of what they fetched; and how they are reached. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NetworkStatus } from '../../preload/contract/networks.ts';
import { describeWith } from '../kit/tools.ts';
import { guestBox } from './guest-box.ts';
import { viv } from './viv.ts';

const FILE = randomBytes(3_000_000);
const sumOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
let server: Server;
let port: number;
/** The same on IPv6; undefined: this computer has none. */
let server6: Server | undefined;
let port6 = 0;
/** Bytes that guests have sent up, by the path that they were sent to. */
const sentUp = new Map<string, string>();

beforeAll(async () => {
  const answer: RequestListener = (request, response) => {
    if (request.method !== 'POST') return void response.end(FILE);
    const hash = createHash('sha256');
    request.on('data', (bytes: Buffer) => hash.update(bytes));
    request.on('end', () => {
      sentUp.set(request.url ?? '', hash.digest('hex'));
      response.end('taken');
    });
  };
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  const six = createServer(answer);
  await new Promise<void>((resolve) => six.once('error', () => resolve()).listen(0, '::1', resolve));
  if (!six.listening) return;
  server6 = six;
  port6 = (six.address() as AddressInfo).port;
});
afterAll(() => {
  server.close();
  server6?.close();
});

const LIMIT = 240_000;
const fetch = (from: string) => `wget -q -T 20 -O - http://${from}`;
/** A port of this computer's that nobody has at the moment. */
async function freePort(): Promise<number> {
  const free = createTcpServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => free.once('listening', resolve));
  const { port: found } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  return found;
}

describeWith(['apt'], 'a throwaway guest', () => {
  test('on a PC fetches what it may, and sends as well as it fetches', { timeout: LIMIT }, async () => {
    // BusyBox posts text only.
    const up = `head -c 2000000 /dev/urandom | base64 > /tmp/up; wget -q -O - --post-file=/tmp/up http://10.0.2.2:${port}/amd64; sha256sum < /tmp/up`;
    const script = `${fetch(`10.0.2.2:${port}/file`)} | sha256sum; ${up}`;
    const ran = await viv(undefined, 'run', '--template', 'debian-amd64', '--net', `nat,host-port=${port}`, '--run', script);
    expect(ran).toEqual({ status: 0, err: '', out: `${sumOf(FILE)}  -\ntaken${sentUp.get('/amd64')}  -\n` });
  });

  test('has an address of IPv6, and reaches by it what it may', { timeout: LIMIT }, async () => {
    // An address counts when nobody else turned out to have it, which takes a second or two.
    const ready = 'n=0; until ip -6 addr show eth0 | grep fec0 | grep -qv tentative || [ $n = 300 ]; do sleep 0.2; n=$((n+1)); done';
    const closed = [`[fec0::2]:1`, `[::1]:${port6}`, `[fec0::3]:${port6}`, `[::ffff:127.0.0.1]:${port6}`];
    const script = [
      ready,
      'ping6 -c 1 -W 20 fec0::2 > /dev/null && echo pinged',
      'nslookup -type=aaaa host.viv.internal fec0::3 | grep -c fec0::2$',
      `${fetch(`[fec0::2]:${port6}/file`)} | sha256sum`,
      ...closed.map((place) => `${fetch(place)} >/dev/null 2>&1 && echo reached ${place}`),
      'ip -6 route show default',
    ];
    const reach = server6 ? ['--net', `nat,host-port=${port6}`] : ['--net', 'nat'];
    const ran = await viv(undefined, 'run', '--template', 'debian-riscv64', ...reach, '--run', script.join('; '));
    const empty = createHash('sha256').digest('hex');
    // Where the host has no address of the world's there is no way out either.
    expect(ran.out.replace(/default via fe80::2 .*\n/, '')).toBe(`pinged\n1\n${server6 ? sumOf(FILE) : empty}  -\n`);
  });

  test('has several cards, on virtio-pci too, and is told of a port that is in use', { timeout: LIMIT }, async () => {
    const script = `ls /sys/class/net | grep -c eth; cat /sys/class/net/eth0/address; ${fetch(`10.0.2.2:${port}/file`)} | sha256sum; cat /sys/class/net/eth1/mtu; ip route | grep -o 'dev.*metric [0-9]*'`;
    const cards = [
      '--net',
      `nat,mac=52:54:00:aa:bb:cc,host-port=${port}`,
      '--net',
      'nat,restrict,mtu=9000',
      '--net',
      'nat',
      '--forward',
      `${port}:80`,
    ];
    const ran = await viv(undefined, 'run', '--template', 'debian-riscv64', '--virtio', 'pci', ...cards, '--run', script);
    expect(ran.err).toMatch(
      new RegExp(`^viv: port ${port} is in use by node.* \\(${process.pid}\\); the forward works as soon as that port is free\n$`),
    );
    // The first card's way out before the third's; that of a network which leads nowhere is the last resort.
    const ways = 'dev eth0  metric 2\ndev eth2  metric 4\ndev eth1  metric 4099\n';
    expect(ran).toMatchObject({ status: 0, out: `3\n52:54:00:aa:bb:cc\n${sumOf(FILE)}  -\n9000\n${ways}` });
  });
});

describeWith(['apt', 'ssh', 'tshark'], 'a machine with an SSH server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-network-'));
  const { run } = guestBox(folder);
  const ok = async (line: string) => {
    const ran = await run(line);
    expect(ran, line).toMatchObject({ status: 0 });
    return ran.out;
  };
  beforeAll(async () => {
    await ok(
      `viv network create office; viv create box --template debian-riscv64-ssh --memory 256M --net nat,host-port=${port} --net office`,
    );
    await ok('viv create other --template debian-riscv64 --memory 256M --net office');
    await ok(`viv network set office --deny 203.0.113.0/24 --mtu 1400`);
    expect((await run('viv network set office --deny nowhere')).err).toContain('takes after deny= an address');
    expect((await run('viv network set office --mtu 9')).err).toContain('a number of bytes from 1280 to 65535');
    // Of a machine that is off, from its first frame on.
    void run('viv capture box --write first.pcapng 2> capture.err');
    await ok('while ! grep -q waiting capture.err; do sleep 0.1; done; viv start box');
  }, LIMIT);
  afterAll(async () => {
    await run('viv stop box; viv stop other');
    rmSync(folder, { recursive: true, force: true });
  });

  test('is waited for by viv ssh, asks nothing, and gives the command’s streams and status', { timeout: LIMIT }, async () => {
    expect(await run('echo in | viv ssh box "cat; uname -m; echo err >&2; exit 7"')).toEqual({
      status: 7,
      out: 'in\nriscv64\n',
      err: 'err\n',
    });
    expect((await ok('viv ssh --terminal box tty < <(sleep 30)')).trim()).toMatch(/^\/dev\/pts\/\d+$/);
    expect(await ok('viv ssh --config box')).toMatch(/^Host box\n {2}User root\n[^]*ProxyCommand .* connect --wait 120 box 22\n$/);
  });

  test('takes and gives files and folders', { timeout: LIMIT }, async () => {
    mkdirSync(join(folder, 'tree', 'deep'), { recursive: true });
    writeFileSync(join(folder, 'tree', 'deep', 'a file'), FILE);
    await ok('chmod 640 "tree/deep/a file"; viv cp tree box:/tmp && viv cp box:/tmp/tree back');
    expect(sumOf(readFileSync(join(folder, 'back', 'deep', 'a file')))).toBe(sumOf(FILE));
    expect(statSync(join(folder, 'back', 'deep', 'a file')).mode & 0o777).toBe(0o640);
    expect((await run('viv cp nosuch:x .')).err).toContain('there is no machine "nosuch"');
    expect((await run('viv cp a b')).err).toContain('one of the two places must be a machine');
  });

  test('fetches from the ports that it was given, and from no others', { timeout: LIMIT }, async () => {
    const refused = ['10.0.2.2:1', `127.0.0.1:${port}`, `0.0.0.0:${port}`, `10.0.2.3:${port}`, '169.254.169.254'];
    const script = [
      `${fetch(`10.0.2.2:${port}/file`)} | sha256sum`,
      ...refused.map((place) => `${fetch(place)} >/dev/null 2>&1 && echo reached ${place}`),
      'ping -c 1 -W 5 10.0.2.2 >/dev/null && echo pinged',
      'nslookup -type=a host.viv.internal 2>&1 | grep -c 10.86.1.2$',
      'cat /etc/resolv.conf',
    ];
    writeFileSync(join(folder, 'script'), script.join('\n'));
    const out = await ok('viv exec box "$(cat script)"');
    expect(out).toBe(`${sumOf(FILE)}  -\npinged\n1\nsearch viv.internal\nnameserver 10.86.1.3\n`);
  });

  test('is reached through a forward that comes while it runs, and by viv connect without one', { timeout: LIMIT }, async () => {
    const forwarded = await freePort();
    await ok(`viv exec box 'mkdir /www; echo from the guest > /www/page; httpd -p 80 -h /www'; viv forward add box ${forwarded}:80`);
    expect(await (await globalThis.fetch(`http://127.0.0.1:${forwarded}/page`)).text()).toBe('from the guest\n');
    expect(await ok(`printf 'GET /page HTTP/1.0\\r\\n\\r\\n' | viv connect box 80 | tail -n 1`)).toBe('from the guest\n');
    expect(await run('viv connect box 81 < /dev/null')).toMatchObject({ status: 1, err: 'viv: nothing in the guest listens at port 81\n' });
  });

  test('sees its cable pulled and plugged in', { timeout: LIMIT }, async () => {
    const carrier = `viv exec box 'n=0; while [ "$(cat /sys/class/net/eth0/carrier)" != WANTED ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n+1)); done; cat /sys/class/net/eth0/carrier'`;
    expect(await ok(`viv link box down; ${carrier.replace('WANTED', '0')}`)).toBe('0\n');
    expect(await ok('viv link box --json')).toContain('"isUp": false');
    expect(await ok(`viv link box 1 up; ${carrier.replace('WANTED', '1')}`)).toBe('1\n');
    expect(await ok('viv link box --delay 150 --rate 10M; viv exec box "ping -c 1 10.0.2.2" | grep -o "time=[0-9]*"')).toMatch(
      /^time=([3-9]\d\d|\d{4,})\n$/,
    );
    await ok('viv link box --delay 0 --rate none');
    expect((await run('viv link box 3 down')).err).toContain('has no network card 3: its last is 2');
  });

  test('shares a network with another machine, by name', { timeout: LIMIT }, async () => {
    void run('viv capture office --write office.pcapng 2> office.err');
    await ok('while [ ! -s office.pcapng ]; do sleep 0.1; done; viv start other');
    expect(await ok(`viv exec other 'for try in 1 2 3 4 5; do wget -q -T 20 -O - http://box/page && break; sleep 1; done'`)).toBe(
      'from the guest\n',
    );
    // What the network says of its cards.
    expect(await ok('viv exec other "cat /sys/class/net/eth0/mtu"')).toBe('1400\n');
    await run('viv exec other "wget -T 5 -O - http://203.0.113.9"');
    expect(await ok('viv traffic other')).toContain('203.0.113.9');
    const listed = JSON.parse(await ok('viv network list --json')) as NetworkStatus[];
    expect(listed).toMatchObject([{ name: 'office', kind: 'nat', subnet: '10.86.1.0/24', mtu: 1400, reach: { deny: ['203.0.113.0/24'] } }]);
    expect(listed[0]?.members.map(({ machine, card, isRunning }) => [machine, card, isRunning])).toEqual([
      ['box', 1, true],
      ['other', 0, true],
    ]);
    // Of both machines, though one of them started later.
    await ok(
      'pkill -INT -f "capture office --write [o]ffice.pcapng"; while pgrep -f "capture office --write [o]ffice" > /dev/null; do sleep 0.1; done',
    );
    const asked = 'tshark -r office.pcapng -Y "tcp.dstport == 80 && tcp.len > 0" -T fields -e frame.interface_id 2> /dev/null | sort -u';
    expect(await ok(asked)).toBe('0\n1\n');
    expect((await run('viv capture office --net 1 --write x')).err).toContain('"office" is a network');
    expect((await run('viv capture box --network --write x')).err).toContain('there is no network "box"');
    expect(new Set(listed[0]?.members.map(({ mac }) => mac)).size).toBe(2);
    // Where its cards may connect holds at once; their MTU from the next start on.
    await ok('viv network set office --deny 203.0.113.0/24 --deny 198.51.100.0/24 --mtu 1400');
    await run('viv exec other "wget -T 5 -O - http://198.51.100.9"');
    expect(await ok('viv traffic other')).toMatch(/198\.51\.100\.9.*denies/);
    await ok(
      `viv set box --net nat --net office; viv exec box "! ${fetch(`10.0.2.2:${port}/file`)}"; viv set box --net nat,host-port=${port} --net office`,
    );
    expect(await ok(`viv exec box "${fetch(`10.0.2.2:${port}/file`)} | sha256sum"`)).toBe(`${sumOf(FILE)}  -\n`);
    expect((await run('viv network set office --deny 203.0.113.0/24 --mtu 1300')).err).toBe(
      'viv: running with the MTU of before until they are restarted: box, other\n',
    );
    expect(await ok('viv network list')).toMatch(/other .* running, restart for its new MTU/);
    expect((await run('viv network set office --deny 203.0.113.0/24 --mtu 1400')).err).toBe('');
    expect(await run('viv network delete office')).toMatchObject({
      status: 1,
      err: expect.stringContaining('is in use by "box", "other"'),
    });
    expect((await run('viv set other --net nosuch')).err).toContain('there is no network "nosuch": there are nat, office');
  });

  test('is captured from its first frame to its end', { timeout: LIMIT }, async () => {
    await ok('viv stop box');
    await ok('while pgrep -f "capture box --write [f]irst.pcapng" > /dev/null; do sleep 0.1; done');
    const kinds = (await ok('tshark -r first.pcapng -T fields -e _ws.col.Protocol 2> /dev/null')).split('\n');
    // Discover, offer, request, acknowledgement; the kernel may have said something of its own before.
    expect(kinds.filter((kind) => kind === 'DHCP').length).toBeGreaterThanOrEqual(4);
    expect(kinds).toContain('SSHv2');
    expect(
      await ok('tshark -r first.pcapng -Y "tcp.checksum.status==0 || ip.checksum.status==0" -o tcp.check_checksum:TRUE 2> /dev/null'),
    ).toBe('');
  });
});

test('what --net and --forward do not take is said', async () => {
  const wrong = async (...options: readonly string[]) => (await viv(undefined, 'run', '--template', 'debian-riscv64', ...options)).err;
  expect(await wrong('--net', 'nat,mac=01:00:00:00:00:00')).toContain('--net takes nat, none or the name of a network');
  expect(await wrong('--net', 'none', '--forward', '1:2')).toContain('Ports are forwarded through a network card');
  expect(await wrong('--net', 'nat,host-port=70000')).toContain('--net takes');
  expect(await wrong('--forward', '80')).toContain('--forward takes [ADDRESS:]HOSTPORT:GUESTPORT[/udp], not "80"');
});
