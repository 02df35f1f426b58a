/**
 * A Debian mirror on the loopback, signed by a key made here. Its tree can be changed in every way that a broken or hostile
 * mirror may have; what was asked for is written down.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCleartextMessage, createMessage, generateKey, sign, type PrivateKey } from 'openpgp';
import { compress } from './package-writer.ts';

export interface OfferedPackage {
  readonly name: string;
  readonly version?: string;
  readonly content: Uint8Array;
  /** More lines of its stanza. */
  readonly fields?: Readonly<Record<string, string>>;
}
export interface ReleaseOptions {
  readonly suite?: string;
  readonly codename?: string;
  readonly date?: Date;
  readonly validUntil?: Date;
  readonly isByHash?: boolean;
  /** A signature beside the file instead of one around it. */
  readonly isDetached?: boolean;
  readonly key?: PrivateKey;
  readonly indexes?: readonly ('xz' | 'gz' | 'none')[];
}

export const sha256 = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex');

export const newKey = async (name: string, ended?: { readonly made: Date; readonly lasts: number }): Promise<PrivateKey> => {
  const { privateKey } = await generateKey({
    userIDs: [{ name }],
    format: 'object',
    ...(ended ? { date: ended.made, keyExpirationTime: ended.lasts } : {}),
  });
  return privateKey;
};

/** Made once for all mirrors of a test file. */
let ownKey: Promise<PrivateKey> | undefined;

export class StandInMirror {
  readonly #server: Server;
  readonly key: PrivateKey;
  /** By path below the address. */
  readonly files = new Map<string, Uint8Array>();
  /** Path, and byte from which it was asked for. */
  readonly requests: { readonly path: string; readonly from: number }[] = [];
  /** Answers in place of the tree where it returns true. */
  instead: (request: IncomingMessage, response: ServerResponse, path: string) => boolean = () => false;

  private constructor(server: Server, key: PrivateKey) {
    this.#server = server;
    this.key = key;
    server.on('request', (request, response) => this.#answer(request, response));
  }

  static async start(): Promise<StandInMirror> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new StandInMirror(server, await (ownKey ??= newKey('A mirror for tests')));
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/debian`;
  }
  get armouredKey(): string {
    return this.key.toPublic().armor();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Lays out and signs a release of those packages for riscv64. */
  async publish(packages: readonly OfferedPackage[], options: ReleaseOptions = {}): Promise<void> {
    const { suite = 'trixie', indexes = ['xz', 'gz', 'none'], isByHash = true } = options;
    const stanzas = packages.map(({ name, version = '1', content, fields = {} }) => {
      const fileName = `pool/main/${name}_${version}.deb`;
      this.files.set(fileName, content);
      const facts = {
        Package: name,
        Version: version,
        'Installed-Size': '1',
        Filename: fileName,
        Size: String(content.length),
        SHA256: sha256(content),
      };
      return Object.entries({ ...facts, ...fields })
        .map(([field, value]) => `${field}: ${value}\n`)
        .join('');
    });
    const index = Buffer.from(stanzas.join('\n'));
    const folder = `main/binary-riscv64`;
    const listed: [path: string, content: Uint8Array][] = [[`${folder}/Packages`, index]];
    for (const kind of ['xz', 'gz'] as const)
      if (indexes.includes(kind)) listed.push([`${folder}/Packages.${kind}`, compress(index, kind)]);
    for (const [path, content] of listed) {
      if (isByHash) this.files.set(`dists/${suite}/${folder}/by-hash/SHA256/${sha256(content)}`, content);
      else if (path !== `${folder}/Packages` || indexes.includes('none')) this.files.set(`dists/${suite}/${path}`, content);
    }
    await this.sign(releaseText(listed, options), options);
  }

  async sign(text: string, { suite = 'trixie', key = this.key, isDetached = false }: ReleaseOptions = {}): Promise<void> {
    const place = `dists/${suite}`;
    for (const name of ['InRelease', 'Release', 'Release.gpg']) this.files.delete(`${place}/${name}`);
    if (!isDetached) {
      const signed = await sign({ message: await createCleartextMessage({ text }), signingKeys: key });
      return void this.files.set(`${place}/InRelease`, Buffer.from(signed));
    }
    const binary = Buffer.from(text);
    const signature = await sign({ message: await createMessage({ binary }), signingKeys: key, detached: true });
    this.files.set(`${place}/Release`, binary).set(`${place}/Release.gpg`, Buffer.from(signature));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    // A client of a proxy asks for the whole address.
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname.replace(/^\/debian\//, '');
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    this.requests.push({ path, from });
    if (this.instead(request, response, path)) return;
    const content = this.files.get(path);
    if (!content) return void response.writeHead(404).end();
    const range = from > 0 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {};
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': content.length - from, ...range }).end(content.subarray(from));
  }
}

function releaseText(listed: readonly [path: string, content: Uint8Array][], options: ReleaseOptions): string {
  const { codename = 'trixie', date = new Date(Date.now() - 60_000), validUntil, isByHash = true } = options;
  return [
    'Origin: Debian',
    'Suite: stable',
    `Codename: ${codename}`,
    `Date: ${date.toUTCString()}`,
    ...(validUntil ? [`Valid-Until: ${validUntil.toUTCString()}`] : []),
    ...(isByHash ? ['Acquire-By-Hash: yes'] : []),
    'Architectures: all amd64 riscv64',
    'SHA256:',
    ...listed.map(([path, content]) => ` ${sha256(content)} ${content.length} ${path}`),
    '',
  ].join('\n');
}
