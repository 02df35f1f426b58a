/** One release of a Debian mirror, from its signature to its packages. Nothing of a mirror is used before it is verified. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ArchiveFault } from './archive/archive-fault.ts';
import { compressionOf, decompressed } from './archive/compression.ts';
import { withDependencies } from './dependencies.ts';
import { download } from './http/download.ts';
import { smallFile } from './http/small-file.ts';
import { Transport, type TransportOptions } from './http/transport.ts';
import { NEWEST_RELEASE, requireNewest } from './newest-release.ts';
import { PackageIndex } from './package-index.ts';
import type { IndexedPackage, PackageRecord } from './package-record.ts';
import { type Release, type ReleaseFile, readRelease } from './release.ts';
import { detachedText, signedText } from './signature.ts';

export interface MirrorOptions extends TransportOptions {
  /** Of the mirror: what stands before `/dists`. */
  readonly address: string;
  /** A file of OpenPGP certificates, binary or armoured: whose signatures are believed. */
  readonly keyring: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Of a release file, and of an index packed and unpacked, in bytes: several times what Debian's largest have. */
const MOST_RELEASE = 8 * 1024 * 1024;
const MOST_INDEX = 512 * 1024 * 1024;

export class MirrorSession {
  readonly #lists: string;
  readonly #suite: string;
  readonly #architecture: string;
  readonly #options: MirrorOptions;
  readonly #base: string;
  readonly #transport: Transport;
  #index: PackageIndex | undefined;

  /** @param lists a folder of its own for indexes, which are kept for the next time */
  constructor(lists: string, suite: string, architecture: string, options: MirrorOptions) {
    this.#lists = lists;
    this.#suite = suite;
    this.#architecture = architecture;
    this.#options = options;
    this.#base = mirrorAddress(options.address);
    this.#transport = new Transport(options);
  }

  /** Whether the mirror has the release, rightly signed. @throws ContractError where it does not answer, or what it has is wrong */
  async has(signal?: AbortSignal): Promise<boolean> {
    try {
      await this.#release(signal);
      return true;
    } catch (error) {
      if (error instanceof ContractError && error.code === 'mirror-no-release') return false;
      throw error;
    }
  }

  /** Reads the release and its index of packages. @throws ContractError where either is not what was signed */
  async update(progress: (bytes: number) => void, signal?: AbortSignal): Promise<void> {
    const release = await this.#release(signal);
    const folder = `main/binary-${this.#architecture}`;
    const plain = release.files.get(`${folder}/Packages`);
    const packed = ['xz', 'gz'].map((ending) => release.files.get(`${folder}/Packages.${ending}`)).find(Boolean) ?? plain;
    if (!packed || !plain) throw new ContractError('mirror-no-architecture', { suite: this.#suite, architecture: this.#architecture });
    if (plain.bytes > MOST_INDEX || packed.bytes > MOST_INDEX)
      throw new ContractError('mirror-too-much', { address: `${this.#base}/dists/${this.#suite}`, most: MOST_INDEX });
    await mkdir(this.#lists, { recursive: true });
    const file = join(this.#lists, `${packed.sha256}-${basename(packed.path)}`);
    await download(this.#transport, this.#indexFile(release, packed), file, { progress, signal });
    this.#index = new PackageIndex(await this.#unpacked(file, plain), this.#suite);
    for (const name of await readdir(this.#lists))
      if (name !== NEWEST_RELEASE && join(this.#lists, name) !== file) await rm(join(this.#lists, name), { force: true });
  }

  /** The newest version of a package. @throws ContractError where the release has no such package */
  show(name: string): Promise<IndexedPackage> {
    return Promise.resolve(this.index.find(name));
  }

  /** Packages with all that they need, what is needed mostly first. @throws ContractError naming what cannot be had */
  closure(names: readonly string[]): IndexedPackage[] {
    return withDependencies(this.index, names);
  }

  get index(): PackageIndex {
    if (!this.#index) throw new Error('update() comes first');
    return this.#index;
  }

  /** Downloads a package into `folder`, continuing what an earlier call left there. @returns the file's path */
  async download(record: PackageRecord, folder: string, progress: (bytes: number) => void, signal?: AbortSignal): Promise<string> {
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${record.sha256}.deb`);
    const what = `${record.name} ${record.version}`;
    const addresses = [`${this.#base}/${this.index.find(record.name).fileName}`];
    await download(this.#transport, { what, addresses, bytes: record.sizeBytes, sha256: record.sha256 }, path, { progress, signal });
    return path;
  }

  close(): void {
    this.#transport.close();
  }

  async #release(signal?: AbortSignal): Promise<Release> {
    const release = await this.#verified(signal);
    await requireNewest(this.#lists, this.#suite, release.made);
    return release;
  }
  async #verified(signal?: AbortSignal): Promise<Release> {
    const { keyring, now = Date.now } = this.#options;
    const place = `${this.#base}/dists/${this.#suite}`;
    const by = { suite: this.#suite, keyring };
    const get = (name: string) => smallFile(this.#transport, `${place}/${name}`, MOST_RELEASE, signal);
    const inline = await get('InRelease');
    if (inline) return readRelease(await signedText(inline.toString('utf8'), by, new Date(now())), this.#suite, now());
    const [release, signature] = [await get('Release'), await get('Release.gpg')];
    if (!release) throw new ContractError('mirror-no-release', { mirror: this.#base, suite: this.#suite });
    if (!signature) throw new ContractError('mirror-unsigned', { suite: this.#suite, keyring, detail: 'there is no signature' });
    return readRelease(await detachedText(release, signature.toString('latin1'), by, new Date(now())), this.#suite, now());
  }

  /** By its hash first, which never changes under a reader; a mirror that has no such folder has the plain name. */
  #indexFile(release: Release, { path, bytes, sha256 }: ReleaseFile) {
    const place = `${this.#base}/dists/${this.#suite}`;
    const byHash = `${place}/${path.slice(0, path.lastIndexOf('/'))}/by-hash/SHA256/${sha256}`;
    const addresses = [...(release.isByHash ? [byHash] : []), `${place}/${path}`];
    return { what: `the package index of Debian ${this.#suite}`, addresses, bytes, sha256 };
  }

  async #unpacked(file: string, { bytes, sha256 }: ReleaseFile): Promise<Buffer> {
    const what = `the package index of Debian ${this.#suite}`;
    const hash = createHash('sha256');
    const pieces: Uint8Array[] = [];
    try {
      const packed = createReadStream(file, { highWaterMark: 1 << 18 }) as AsyncIterable<Uint8Array>;
      for await (const piece of decompressed(packed, compressionOf(file), bytes)) {
        hash.update(piece);
        pieces.push(piece);
      }
    } catch (error) {
      await rm(file, { force: true });
      if (error instanceof ArchiveFault) throw new ContractError('mirror-content-differs', { what, found: error.message, wanted: sha256 });
      throw error;
    }
    const found = hash.digest('hex');
    if (found === sha256) return Buffer.concat(pieces);
    await rm(file, { force: true });
    throw new ContractError('mirror-content-differs', { what, found, wanted: sha256 });
  }
}

/** The address without a slash at its end. @throws ContractError where it is no web address */
export function mirrorAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) throw new ContractError('mirror-address-wrong', { address: text });
  return url.href.replace(/\/+$/, '');
}
