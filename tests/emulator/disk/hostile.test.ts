/** Images made to hurt: each gives a clear error that says what is wrong, at once and without much memory. */
import { beforeAll, describe, expect, test } from 'vitest';
import { FIELD } from '../../../emulator/disk/qcow2/format.ts';
import { CHAIN_MAX, openImage } from '../../../emulator/disk/open.ts';
import { Random } from '../../differential/random.ts';
import { decompressors, deflate, zstd } from './codecs.ts';
import { patchwork, readAll } from './content.ts';
import { CLUSTER, openBytes, SmallImage, SmallImageHeader } from './small-image.ts';
import { MemoryStore } from './stores.ts';

const content = patchwork(new Random(7), 3_000_000);
let valid: SmallImage;
beforeAll(async () => {
  valid = await SmallImage.of(content);
});

describe('refused when opened', () => {
  const cases: [string, string, (image: SmallImage) => unknown][] = [
    ['another format', 'not a qcow2 image', (image) => image.set32(FIELD.magic, 0x4b444d56)],
    ['version 1', 'version 1', (image) => image.set32(FIELD.version, 1)],
    ['version 4', 'version 4', (image) => image.set32(FIELD.version, 4)],
    ['clusters of 256 bytes', '2^8 bytes', (image) => image.set32(FIELD.clusterBits, 8)],
    ['clusters of 4 MiB', '2^22 bytes', (image) => image.set32(FIELD.clusterBits, 22)],
    ['clusters of 2^4000000000 bytes', 'clusters would be', (image) => image.set32(FIELD.clusterBits, 4_000_000_000)],
    ['16 exabytes', 'more than clusters of 4096 bytes can map', (image) => image.set64(FIELD.size, 0xffff_ffff_ffff_ffffn)],
    ['a terabyte with the table of 3 MB', 'needs', (image) => image.set64(FIELD.size, 1n << 38n)],
    ['an L1 table of 32 GiB', 'L1 table would be', (image) => image.set32(FIELD.l1Size, 0xffff_ffff)],
    ['an L1 table larger than the file', 'but the file has', (image) => image.set32(FIELD.l1Size, 4_000_000)],
    ['an L1 table beyond the file', 'but the file has', (image) => image.set64(FIELD.l1TableOffset, 1n << 40n)],
    ['an L1 table at a huge place', 'L1 table', (image) => image.set64(FIELD.l1TableOffset, 0xffff_ffff_ffff_f000n)],
    ['an L1 table in the middle of a cluster', "not a cluster's beginning", (image) => image.set64(FIELD.l1TableOffset, 4104n)],
    ['an L1 table in the header', 'L1 table overlaps its header', (image) => image.set64(FIELD.l1TableOffset, 0n)],
    [
      'refcounts in the L1 table',
      'refcount table overlaps its L1 table',
      (image) => image.set64(FIELD.refcountTableOffset, BigInt(image.l1)),
    ],
    ['a refcount table of 16 TiB', 'refcount table would be', (image) => image.set32(FIELD.refcountTableClusters, 0xffff_ffff)],
    ['no refcounts', 'no reference counts', (image) => image.set32(FIELD.refcountTableClusters, 0)],
    ['refcounts of 2^7 bits', '2^7 bits', (image) => image.set32(FIELD.refcountOrder, 7)],
    ['a refcount block that is an L2 table', 'overlaps its L2 table', (image) => image.set64(image.refcountTable, BigInt(image.l2()))],
    ['two L1 entries with one L2 table', 'two of its L2 tables', (image) => image.set64(image.l1 + 8, image.view.getBigUint64(image.l1))],
    ['an L2 table that is the L1 table', 'overlaps its L1 table', (image) => image.set64(image.l1, BigInt(image.l1))],
    ['an L2 table that is the header', 'bits that must be zero', (image) => image.set64(image.l1, 1n)],
    ['an L2 table beyond the file', 'outside the file', (image) => image.set64(image.l1, 1n << 50n)],
    ['an L2 table between clusters', "not a cluster's beginning", (image) => image.set64(image.l1, BigInt(image.l2() + 512))],
    ['reserved bits in the L1 table', 'bits that must be zero', (image) => image.set64(image.l1, 1n << 60n)],
    ['a header of 100 bytes', 'header would be 100 bytes', (image) => image.set32(FIELD.headerLength, 100)],
    ['a header of 4 GiB', 'header would be', (image) => image.set32(FIELD.headerLength, 0xffff_fff8)],
    ['an extension of 4 GiB', 'header extension', (image) => image.set32(112, 1).set32(116, 0xffff_ffff)],
    ['an unknown feature', 'not known here: bit 40', (image) => image.set32(FIELD.incompatibleFeatures, 1 << 8)],
    ['extended L2 entries', 'extended L2 entries', (image) => image.set32(FIELD.incompatibleFeatures + 4, 16)],
    ['a data file', 'data_file', (image) => image.set32(FIELD.incompatibleFeatures + 4, 4)],
    ['encryption', 'encrypted', (image) => image.set32(FIELD.cryptMethod, 1)],
    ['compression 9', 'compression 9', (image) => image.set32(FIELD.incompatibleFeatures + 4, 8).view.setUint8(FIELD.compressionType, 9)],
    ['zstd without its bit', 'contradicts', (image) => image.view.setUint8(FIELD.compressionType, 1)],
    ['a backing name of 2000 bytes', 'name of its backing file', (image) => image.backedBy('x').set32(FIELD.backingFileSize, 2000)],
    ['a backing name that is no text', 'not text', (image) => image.backedBy('\xff\xfe', 'raw')],
    ['a backing name with a zero byte', 'not text', (image) => image.backedBy('a\0b', 'raw')],
    ['a backing file that is an address', 'is an address', (image) => image.backedBy('nbd://elsewhere/x', 'raw')],
    ['a backing file that is a program', 'is an address', (image) => image.backedBy('json:{"driver":"file"}', 'raw')],
    ['a backing file, where none may be', 'backing files are not allowed', (image) => image.backedBy('/etc/passwd', 'raw')],
  ];
  test.each(cases)('%s', async (_name, message, spoil) => {
    const image = valid.copy();
    spoil(image);
    await expect(image.open()).rejects.toThrow(message);
    await expect(image.open()).rejects.toMatchObject({ code: 'image-unusable', message: expect.stringMatching(/^top\.qcow2: /) });
  });

  test('an unknown feature is called by the name that the image gives it', async () => {
    const image = valid.copy().set32(FIELD.incompatibleFeatures, 1 << 8);
    image.set32(112, 0x6803f857).set32(116, 48);
    image.bytes.set(
      [0, 40, ...'time travel'].map((each) => (typeof each === 'string' ? each.charCodeAt(0) : each)),
      120,
    );
    await expect(image.open()).rejects.toThrow('not known here: time travel');
  });

  test('files cut anywhere in the metadata', async () => {
    for (const length of [0, 3, 4, 71, 72, 103, 111, 112, 4095, 4096, 4104, valid.refcountTable, valid.refcountTable + CLUSTER]) {
      await expect(openBytes(valid.bytes.slice(0, length)), `cut at ${length}`).rejects.toThrow(
        /^top\.qcow2: .*(not a qcow2 image|damaged)/,
      );
    }
  });
});

test('the largest image that is possible opens and lists its nothing within 100 MB', async () => {
  const l1Entries = 4 * 1024 * 1024;
  const clusterBytes = 2 * 1024 * 1024;
  const header = new SmallImageHeader(clusterBytes, l1Entries);
  const before = process.memoryUsage().arrayBuffers;
  const { image } = await openImage({ store: header.store(), identity: 'huge', name: 'huge' }, { format: 'qcow2', decompressors });
  expect(image.sizeBytes).toBe(Number.MAX_SAFE_INTEGER);
  expect(image.allocated && (await Array.fromAsync(image.allocated(0, image.sizeBytes)))).toEqual([]);
  await image.read(image.sizeBytes - 1000, new Uint8Array(1000));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000);
});

describe('refused when read, and only there', () => {
  const entry = (image: SmallImage) => image.l2() + 8 * 5;
  const cases: [string, string, (image: SmallImage) => bigint][] = [
    ['data beyond the file', 'outside the file', () => 1n << 41n],
    ['data between clusters', "not a cluster's beginning", () => BigInt(6 * CLUSTER + 512)],
    ['data in the header', 'bits set that must be zero', () => 2n],
    ['data in the L1 table', "overlaps the image's L1 table", (image) => BigInt(image.l1)],
    ['data in an L2 table', "overlaps the image's L2 table", (image) => BigInt(image.l2())],
    ['data in a refcount block', "overlaps the image's refcount block", (image) => image.view.getBigUint64(image.refcountTable)],
    ['reserved bits', 'must be zero', () => (1n << 57n) | BigInt(6 * CLUSTER)],
    ['compressed bytes beyond the file', 'outside the file', () => (1n << 62n) | (1n << 40n)],
    ['compressed bytes in the header', "overlaps the image's header", () => (1n << 62n) | 100n],
    ['compressed bytes that are none', 'cannot be decompressed', (image) => (1n << 62n) | BigInt(image.l2() + CLUSTER * 20)],
  ];
  test.each(cases)('%s', async (_name, message, value) => {
    const spoilt = valid.copy();
    // Noise where the last case looks for compressed bytes.
    spoilt.bytes.fill(0xff, spoilt.l2() + CLUSTER * 20, spoilt.l2() + CLUSTER * 21);
    spoilt.set64(entry(spoilt), value(spoilt));
    const { image } = await spoilt.open();
    await expect(image.read(5 * CLUSTER, new Uint8Array(10))).rejects.toThrow(message);
    await expect(image.read(4 * CLUSTER, new Uint8Array(3 * CLUSTER))).rejects.toThrow(message);
    const before = new Uint8Array(5 * CLUSTER);
    await image.read(0, before);
    expect(Buffer.compare(before, content.subarray(0, before.length))).toBe(0);
  });

  test('a zero cluster in version 2', async () => {
    const old = valid.copy().asVersion2();
    expect(Buffer.compare((await readAll((await old.open()).image)).subarray(0, content.length), content)).toBe(0);
    const { image } = await old.set64(entry(old), 1n).open();
    await expect(image.read(5 * CLUSTER, new Uint8Array(1))).rejects.toThrow('version 2 does not know');
  });

  test.each([deflate, zstd])('clusters that would decompress to more than they are: $kind', async (compressor) => {
    const large = new Uint8Array(200_000).fill(65);
    const image = await SmallImage.of(new Uint8Array(CLUSTER).fill(65), compressor);
    const place = Number(image.view.getBigUint64(image.l2()) & 0xffff_ffffn);
    image.bytes.set(await compressor.compress(large), place);
    const { image: opened } = await image.open();
    await expect(opened.read(0, new Uint8Array(1))).rejects.toThrow('cannot be decompressed');
  });

  test('reads outside of the disk', async () => {
    const { image } = await valid.open();
    for (const offset of [-1, 0.5, image.sizeBytes, 2 ** 60, NaN])
      await expect(image.read(offset, new Uint8Array(1))).rejects.toThrow('not inside');
  });
});

describe('chains', () => {
  const stores: MemoryStore[] = [];
  const below = (bytes: Uint8Array, name: string) => {
    const store = new MemoryStore(bytes);
    stores.push(store);
    return { store, identity: name, name };
  };
  const allClosed = () => expect(stores.splice(0).every(({ closed }) => closed === 1)).toBe(true);

  test('a loop is refused, and every file is closed', async () => {
    const image = valid.copy().backedBy('again', 'qcow2');
    await expect(image.open(async (name) => below(image.bytes, name))).rejects.toThrow('again: it is its own backing file');
    allClosed();
  });
  test('an endless chain is refused, and every file is closed', async () => {
    const image = valid.copy().backedBy('next', 'qcow2');
    let files = 1;
    await expect(image.open(async () => below(image.bytes, `file ${++files}`))).rejects.toThrow(`a chain may have ${CHAIN_MAX} files`);
    expect(files).toBe(CHAIN_MAX + 1);
    allClosed();
  });
  test('a guessed qcow2 base may not name further files', async () => {
    const image = valid.copy().backedBy('base');
    const evil = valid.copy().backedBy('/etc/passwd', 'raw');
    await expect(image.open(async (name) => below(evil.bytes, name))).rejects.toThrow('does not say that it is qcow2');
    allClosed();
    const { image: opened, chain } = await image.open(async (name) => below(valid.bytes, name));
    expect(chain[1]?.format).toBe('qcow2');
    await opened.close();
    allClosed();
  });
  test('a format that we do not read, and a resolver that says no', async () => {
    await expect(
      valid
        .copy()
        .backedBy('b', 'vmdk')
        .open(async (name) => below(valid.bytes, name)),
    ).rejects.toThrow('b: its format is said to be "vmdk"');
    allClosed();
    const refuse = () => Promise.reject(new Error('it is not in the library'));
    await expect(valid.copy().backedBy('b', 'raw').open(refuse)).rejects.toThrow(
      'top.qcow2: its backing file "b" cannot be used: it is not in the library',
    );
  });
});
