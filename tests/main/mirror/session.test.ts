/** A mirror's release, index and packages: right ones are taken, and everything else is refused in words that help. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MirrorSession, type MirrorOptions } from '../../../main/mirror/index.ts';
import { newKey, StandInMirror, type OfferedPackage, type ReleaseOptions } from './stand-in-mirror.ts';

const DAY = 24 * 3600 * 1000;
const content = Buffer.alloc(300_000, 'package ');
const offered: readonly OfferedPackage[] = [
  { name: 'tool', version: '1.9', content: Buffer.from('old') },
  { name: 'tool', version: '1.10', content, fields: { Depends: 'library (>= 2)', 'Installed-Size': '300' } },
  { name: 'library', version: '2', content: Buffer.from('library') },
];

let folder: string;
let mirror: StandInMirror;
let others: Server[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vivarium-mirror-'));
  mirror = await StandInMirror.start();
  others = [];
  writeFileSync(join(folder, 'keys.asc'), mirror.armouredKey);
});
afterEach(async () => {
  await mirror.stop();
  for (const server of others) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

const session = (more: Partial<MirrorOptions> = {}) =>
  new MirrorSession(join(folder, 'lists'), 'trixie', 'riscv64', {
    address: mirror.address,
    keyring: join(folder, 'keys.asc'),
    environment: {},
    ...more,
  });
const opened = async (more: Partial<MirrorOptions> = {}) => {
  const made = session(more);
  await made.update(() => undefined);
  return made;
};
const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no failure',
    (error: Error) => error.message,
  );
const fetched = async (one: MirrorSession, progress: (bytes: number) => void = () => undefined) =>
  one.download(await one.show('tool'), join(folder, 'partial'), progress);
/** The indexes that are kept. */
const lists = () =>
  existsSync(join(folder, 'lists')) ? readdirSync(join(folder, 'lists')).filter((name) => name !== 'newest-release') : [];

describe('a right mirror', () => {
  test.each([
    ['xz by hash', {}],
    ['gz', { indexes: ['gz', 'none'] }],
    ['not compressed, without by-hash', { indexes: ['none'], isByHash: false }],
    ['a signature beside the release', { isDetached: true }],
    ['valid for a week', { validUntil: new Date(Date.now() + 7 * DAY) }],
    ['asked for by its suite', { codename: 'other', suite: 'stable' }],
  ] as const)('%s', async (_name, options: ReleaseOptions) => {
    await mirror.publish(offered, options);
    const suite = options.suite ?? 'trixie';
    const one = new MirrorSession(join(folder, 'lists'), suite, 'riscv64', {
      address: `${mirror.address}/`,
      keyring: join(folder, 'keys.asc'),
      environment: {},
    });
    await one.update(() => undefined);
    const seen: number[] = [];
    expect(readFileSync(await fetched(one, (bytes) => seen.push(bytes)))).toEqual(content);
    expect(seen.at(-1)).toBe(content.length);
    expect(one.closure(['tool']).map(({ name, version }) => `${name} ${version}`)).toEqual(['library 2', 'tool 1.10']);
    one.close();
  });

  test('the index is not fetched again while it is the same, and one of before goes', async () => {
    await mirror.publish(offered);
    await opened();
    const [first] = lists();
    await opened();
    const isIndex = ({ path }: { path: string }) => path.includes('by-hash');
    expect(mirror.requests.filter(isIndex)).toHaveLength(1);
    await mirror.publish(offered.slice(1));
    await opened();
    expect(mirror.requests.filter(isIndex)).toHaveLength(2);
    expect(lists()).toHaveLength(1);
    expect(lists()).not.toContain(first);
  });

  test('names that a release does not have', async () => {
    await mirror.publish(offered);
    const one = await opened();
    expect(await failure(Promise.resolve().then(() => one.show('nothing')))).toContain('no package "nothing"');
  });
});

describe('what is not signed is not used', () => {
  const refused = async (options: ReleaseOptions, words: RegExp) => {
    await mirror.publish(offered, options);
    expect(await failure(opened())).toMatch(words);
    expect(lists()).toEqual([]);
    // Nothing but the release was asked for.
    expect(mirror.requests.every(({ path }) => /Release(\.gpg)?$/.test(path))).toBe(true);
  };
  test.each([false, true])('another key (beside: %s)', async (isDetached) => {
    await refused({ isDetached, key: await newKey('Somebody else') }, /no such key.*VIVARIUM_MIRROR_KEYRING/);
  });
  test.each([false, true])('altered after signing (beside: %s)', async (isDetached) => {
    await mirror.publish(offered, { isDetached });
    const path = `dists/trixie/${isDetached ? 'Release' : 'InRelease'}`;
    mirror.files.set(path, Buffer.from(Buffer.from(mirror.files.get(path)!).toString().replace('riscv64', 'riscv65')));
    expect(await failure(opened())).toMatch(/signature of Debian trixie on this mirror is not good.*VIVARIUM_MIRROR/);
  });
  test('text around the signed part is not read', async () => {
    await mirror.publish(offered);
    const path = 'dists/trixie/InRelease';
    const signed = Buffer.from(mirror.files.get(path)!).toString();
    mirror.files.set(path, Buffer.from(`Codename: sid\nSHA256:\n${signed}\nCodename: sid\n`));
    expect(await failure(opened())).toMatch(/^no failure$|not good/);
    mirror.files.set(path, Buffer.from(`${signed.replace('-----BEGIN PGP SIGNED MESSAGE-----', '')}`));
    expect(await failure(opened())).toContain('not good');
  });
  test('no signature at all', async () => {
    await mirror.publish(offered, { isDetached: true });
    mirror.files.delete('dists/trixie/Release.gpg');
    expect(await failure(opened())).toContain('there is no signature');
  });
  test('a key that has expired since', async () => {
    const key = await newKey('Of yesterday', { made: new Date(Date.now() - 3 * DAY), lasts: 2 * 24 * 3600 });
    writeFileSync(join(folder, 'keys.asc'), key.toPublic().armor());
    await mirror.publish(offered);
    // As it could have been signed while the key was valid.
    const { createCleartextMessage, sign } = await import('openpgp');
    const release = Buffer.from(mirror.files.get('dists/trixie/InRelease')!).toString();
    const text = release.slice(release.indexOf('Origin:'), release.indexOf('\n-----BEGIN PGP SIGNATURE'));
    const date = new Date(Date.now() - 2 * DAY);
    mirror.files.set(
      'dists/trixie/InRelease',
      Buffer.from(await sign({ message: await createCleartextMessage({ text }), signingKeys: key, date })),
    );
    expect(await failure(opened())).toMatch(/not good.*expired/);
  });
  test('a keyring that is none', async () => {
    await mirror.publish(offered);
    writeFileSync(join(folder, 'keys.asc'), 'no keys');
    expect(await failure(opened())).toMatch(/cannot be read.*VIVARIUM_MIRROR_KEYRING/);
  });
  test('out of date, or still to come', async () => {
    await refused({ date: new Date(Date.now() - 9 * DAY), validUntil: new Date(Date.now() - DAY) }, /was valid until.*Check the clock/);
    await refused({ date: new Date(Date.now() + 2 * DAY) }, /still to come.*Set this computer's clock/);
  });
  test('another release under the name', async () => {
    await refused({ codename: 'bookworm' }, /gives Debian bookworm, stable for trixie/);
  });
});

describe('what is not as signed is not used', () => {
  test('an index with other bytes, in its packed form or unpacked', async () => {
    await mirror.publish(offered);
    for (const [path, bytes] of mirror.files) if (path.includes('by-hash')) mirror.files.set(path, Buffer.from(bytes).fill(1, 20, 30));
    expect(await failure(opened())).toMatch(/does not have the signed content.*VIVARIUM_MIRROR/);
    expect(lists()).toEqual([]);
  });
  test('an index that is cut off is continued', async () => {
    await mirror.publish(offered);
    let cut = 100;
    mirror.instead = (_request, response, path) => {
      if (!path.includes('by-hash') || cut === 0) return false;
      const whole = mirror.files.get(path)!;
      response.writeHead(200, { 'content-length': whole.length }).write(whole.subarray(0, cut), () => response.destroy());
      cut = 0;
      return true;
    };
    const one = await opened();
    expect((await one.show('tool')).version).toBe('1.10');
    expect(mirror.requests.filter(({ path }) => path.includes('by-hash')).map(({ from }) => from)).toEqual([0, 100]);
  });
  test('a swapped package, and one with more bytes', async () => {
    await mirror.publish(offered);
    const one = await opened();
    mirror.files.set('pool/main/tool_1.10.deb', Buffer.alloc(content.length, 'other'));
    expect(await failure(fetched(one))).toMatch(/tool 1\.10 does not have the signed content/);
    mirror.files.set('pool/main/tool_1.10.deb', Buffer.alloc(content.length + 1, 'other'));
    expect(await failure(fetched(one))).toContain('more than it should');
    mirror.files.delete('pool/main/tool_1.10.deb');
    expect(await failure(fetched(one))).toContain('the mirror does not have tool 1.10');
    expect(readdirSync(join(folder, 'partial')).every((name) => readFileSync(join(folder, 'partial', name)).length < content.length)).toBe(
      true,
    );
  });
  test('an index that leads elsewhere', async () => {
    await mirror.publish([{ name: 'tool', content, fields: { Filename: '../../secret' } }]);
    const one = await opened();
    expect(await failure(Promise.resolve().then(() => one.show('tool')))).toMatch(/describes tool in a way that cannot be used/);
  });
});

describe('the way there', () => {
  test('a download that breaks goes on where it ended, also in another run', async () => {
    await mirror.publish(offered);
    const one = await opened();
    mirror.instead = (request, response, path) => {
      const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
      if (!path.endsWith('tool_1.10.deb') || from >= 150_000) return false;
      const next = content.subarray(from, from + 50_000);
      const range = from > 0 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {};
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': content.length - from, ...range }).write(next, () => response.destroy());
      return true;
    };
    expect(await failure(fetched(one))).toMatch(/cannot be reached|connection ended/);
    expect(readFileSync(await fetched(await opened()))).toEqual(content);
    const starts = mirror.requests.filter(({ path }) => path.endsWith('tool_1.10.deb')).map(({ from }) => from);
    expect(starts[0]).toBe(0);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(starts.at(-1)).toBeGreaterThanOrEqual(100_000);
  });
  test('a server without ranges, or with a wrong beginning here, begins anew', async () => {
    await mirror.publish(offered);
    const one = await opened();
    const { sha256 } = await one.show('tool');
    await fetched(one);
    const path = join(folder, 'partial', `${sha256}.deb`);
    writeFileSync(path, content.subarray(0, 1000));
    mirror.instead = (_request, response, asked) => asked.endsWith('.deb') && Boolean(response.writeHead(200).end(content));
    expect(readFileSync(await fetched(one))).toEqual(content);
    mirror.instead = () => false;
    writeFileSync(path, Buffer.alloc(1000, 'wrong'));
    expect(await failure(fetched(one))).toContain('signed content');
    expect(readFileSync(await fetched(one))).toEqual(content);
    writeFileSync(path, Buffer.alloc(content.length + 5));
    expect(readFileSync(await fetched(one))).toEqual(content);
  });
  test('nobody there, nothing said, refusals', async () => {
    await mirror.publish(offered);
    expect(await failure(opened({ address: 'http://127.0.0.1:9/debian' }))).toMatch(/cannot be reached.*VIVARIUM_MIRROR/);
    mirror.instead = () => true;
    expect(await failure(opened({ patience: 200 }))).toContain('has sent nothing for 0.2 seconds');
    mirror.instead = (_request, response) => Boolean(response.writeHead(503).end());
    expect(await failure(opened())).toContain('answers 503');
    mirror.instead = (_request, response) => Boolean(response.writeHead(302, { location: 'file:///etc/passwd' }).end());
    expect(await failure(opened())).toContain('not followed');
    mirror.instead = (_request, response) => Boolean(response.writeHead(302, { location: '/debian/dists/trixie/InRelease' }).end());
    expect(await failure(opened())).toContain('not followed');
    mirror.instead = (_request, response) => Boolean(response.writeHead(200).end(Buffer.alloc(9 * 1024 * 1024)));
    expect(await failure(opened())).toContain('gives more than');
    mirror.instead = () => false;
    mirror.files.clear();
    expect(await failure(opened())).toMatch(/no Debian release "trixie".*"\/dists"/);
    for (const address of ['mirror', 'ftp://127.0.0.1/debian', 'http://127.0.0.1/?x'])
      expect(await failure(Promise.resolve().then(() => session({ address })))).toContain('is not the address of a mirror');
  });
  test('a login in the address is not told', async () => {
    await mirror.publish(offered);
    const address = mirror.address.replace('://', '://name:secret@');
    let login: string | undefined;
    mirror.instead = (request, response) => ((login = request.headers.authorization), Boolean(response.writeHead(500).end()));
    const words = await failure(opened({ address }));
    expect(words).toContain('answers 500');
    expect(words).not.toContain('secret');
    expect(login).toBe(`Basic ${Buffer.from('name:secret').toString('base64')}`);
  });
  test('through the proxy that the environment names, and past it', async () => {
    await mirror.publish(offered);
    const asked: string[] = [];
    const proxy = createServer((request, response) => {
      asked.push(request.url!);
      void fetch(request.url!.replace('mirror.invalid', new URL(mirror.address).host)).then(async (answer) => {
        response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
      });
    });
    others.push(proxy);
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const environment = { http_proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    const one = await opened({ address: 'http://mirror.invalid/debian', environment });
    expect(readFileSync(await fetched(one))).toEqual(content);
    expect(asked[0]).toBe('http://mirror.invalid/debian/dists/trixie/InRelease');
    const count = asked.length;
    await opened({ environment: { ...environment, no_proxy: '127.0.0.1' } });
    expect(asked).toHaveLength(count);
    expect(await failure(Promise.resolve().then(() => session({ environment: { http_proxy: 'not an address' } })))).toContain(
      'http_proxy in the environment is not the address',
    );
  });
  test('an encrypted address goes through the proxy as a tunnel', async () => {
    const tunnels: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      tunnels.push(request.url!);
      // The other end speaks no TLS: the client has to say that it cannot be reached.
      const other = connect(Number(new URL(mirror.address).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(other).pipe(socket);
      });
      for (const end of [socket, other]) end.on('error', () => undefined);
    });
    others.push(proxy);
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const environment = { https_proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    expect(await failure(opened({ address: 'https://mirror.invalid/debian', environment }))).toContain('cannot be reached');
    expect(tunnels).toEqual(['mirror.invalid:443']);
  });
  test('a cancelled download stops', async () => {
    await mirror.publish(offered);
    const one = await opened();
    const cancel = new AbortController();
    mirror.instead = (_request, response, path) => path.endsWith('.deb') && response.writeHead(200).write(content.subarray(0, 10));
    const work = one.download(await one.show('tool'), join(folder, 'partial'), () => cancel.abort(), cancel.signal);
    await expect(work).rejects.toThrow(/abort/i);
  });
});
