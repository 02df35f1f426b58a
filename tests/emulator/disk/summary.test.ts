/** What people are told about an image, and the small parts that images are made of. */
import { describe, expect, test } from 'vitest';
import { detectFormat, openImage } from '../../../emulator/disk/open.ts';
import { FIELD } from '../../../emulator/disk/qcow2/format.ts';
import { zstdFrameBytes } from '../../../emulator/disk/qcow2/zstd-frame.ts';
import { type ImageSummary, summarize, summaryLines } from '../../../emulator/disk/summary.ts';
import { decompressors, deflate, zstd } from './codecs.ts';
import { patchwork, rawOf } from './content.ts';
import { Random } from '../../differential/random.ts';
import { SmallImage } from './small-image.ts';
import { MemoryStore } from './stores.ts';

const content = new Uint8Array(1_572_864).fill(1, 0, 5000);

describe('the summary', () => {
  async function summaryOf(image: SmallImage): Promise<ImageSummary> {
    const resolve = async (name: string) => ({ store: new MemoryStore(new Uint8Array(1024)), identity: name, name });
    const { chain } = await image.open(resolve);
    const [top, ...below] = chain;
    if (!top) throw new Error('an opened image has a file');
    return summarize([top, ...below]);
  }

  test('of a plain image', async () => {
    const lines = summaryLines(await summaryOf(await SmallImage.of(content, deflate, 65536)));
    expect(lines).toEqual([
      'top.qcow2: qcow2 version 3, a disk of 1.5 MiB in a file of 384 KiB',
      'clusters of 64 KiB',
      'compression deflate',
      '16-bit reference counts',
    ]);
  });
  test('of one that has everything: a backing file, snapshots, lazy counts, left open and marked as corrupt', async () => {
    const image = (await SmallImage.of(content, zstd)).backedBy('base.img', 'raw');
    image
      .set32(FIELD.snapshots, 1)
      .set32(FIELD.compatibleFeatures + 4, 1)
      .set32(FIELD.incompatibleFeatures + 4, 8 | 2 | 1);
    const summary = await summaryOf(image);
    expect(summary).toMatchObject({ sizeBytes: content.length, fileBytes: image.bytes.length, backing: ['base.img'] });
    expect(summaryLines(summary)).toEqual([
      expect.stringContaining('top.qcow2: qcow2 version 3'),
      'clusters of 4 KiB',
      'compression zstd',
      '16-bit reference counts',
      'lazy reference counts',
      '1 internal snapshot (not shown: only the present state is read)',
      'on top of base.img',
      expect.stringContaining('warning: top.qcow2 was not closed properly'),
      expect.stringContaining('warning: top.qcow2 is marked as corrupt'),
    ]);
  });
  test('names cannot speak to the terminal, in summaries and in errors', async () => {
    const image = (await SmallImage.of(content)).backedBy('\x1b[2Jbase', 'raw');
    expect(summaryLines(await summaryOf(image)).at(-1)).toBe('on top of ?[2Jbase');
    await expect(
      image.backedBy('\x1b[2Jbase', 'qcow2').open(async (name) => ({ store: new MemoryStore(), identity: name, name })),
    ).rejects.toThrow(/^\?\[2Jbase: this is not a qcow2 image/);
    const missing = () => Promise.reject(new Error('there is no such file'));
    const message = await image.open(missing).catch((error: Error) => error.message);
    expect(message).toBe('top.qcow2: its backing file "\\u001b[2Jbase" cannot be used: there is no such file');
  });
  test('of a raw image', async () => {
    const { chain } = await openImage(
      { store: Object.assign(new MemoryStore(new Uint8Array(1024)), { hostBytes: 512 }), identity: 'r', name: 'r.img' },
      { format: 'raw', decompressors },
    );
    const [top] = chain;
    expect(top && summaryLines(summarize([top]))).toEqual(['r.img: raw, a disk of 1 KiB in a file of 1 KiB that takes 512 bytes']);
  });
});

test('a file that the host cannot read is not called damaged', async () => {
  const broken = new MemoryStore(new Uint8Array(4096));
  broken.read = () => Promise.reject(new Error('input/output error'));
  const opening = openImage({ store: broken, identity: 'b', name: 'b.img' }, { format: 'qcow2', decompressors });
  await expect(opening).rejects.toMatchObject({ code: 'image-unusable', message: 'b.img: input/output error' });
  expect(broken.closed).toBe(1);
});

describe('an image that was not closed properly', () => {
  test('is read without its reference counts, which may be wrong', async () => {
    const image = await SmallImage.of(content);
    image.set64(image.refcountTable, BigInt(image.l2()));
    await expect(image.open()).rejects.toThrow('overlaps');
    const { image: opened } = await image.set32(FIELD.incompatibleFeatures + 4, 1).open();
    const into = new Uint8Array(6000);
    await opened.read(0, into);
    expect(into).toEqual(content.subarray(0, 6000));
  });
});

test('formats are told apart by their first bytes', async () => {
  const { bytes } = await SmallImage.of(content);
  expect(await detectFormat(new MemoryStore(bytes))).toBe('qcow2');
  for (const other of [new Uint8Array(0), new Uint8Array(3), new Uint8Array(512)])
    expect(await detectFormat(new MemoryStore(other))).toBe('raw');
});

test('a raw image is its file, and nothing beyond', async () => {
  const image = rawOf(Uint8Array.of(1, 2, 3, 4));
  const into = new Uint8Array(2);
  await image.read(1, into);
  expect([...into]).toEqual([2, 3]);
  await expect(image.read(3, into)).rejects.toThrow('bytes 3 to 5 are not inside a disk of 4 bytes');
});

describe('the length of a zstd frame', () => {
  test('is found whatever follows, for small, large, even and random contents', async () => {
    const random = new Random(3);
    for (const sizeBytes of [0, 1, 200, 300, 5000, 70_000, 300_000]) {
      for (const bytes of [
        new Uint8Array(sizeBytes).fill(3),
        patchwork(random, sizeBytes),
        new Uint8Array(sizeBytes).map(() => random.bits32()),
      ]) {
        const frame = await zstd.compress(bytes);
        const padded = new Uint8Array(frame.length + 600).fill(0x5a);
        padded.set(frame);
        expect(zstdFrameBytes(padded)).toBe(frame.length);
        expect(zstdFrameBytes(frame.subarray(0, frame.length - 1))).toBeUndefined();
      }
    }
    expect(zstdFrameBytes(new Uint8Array(100))).toBeUndefined();
  });
});
