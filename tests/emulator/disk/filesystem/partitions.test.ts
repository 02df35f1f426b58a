/** Partition tables written by hand from their documents: found, or found wanting, and never followed in circles. */
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { findPartitions, openVolumes } from '../../../../emulator/disk/filesystem/index.ts';
import { MemoryStore } from '../stores.ts';

const SECTOR = 512;
const MIB = 1024 * 1024;

type Slot = readonly [type: number, first: number, sectors: number];

function table(disk: Buffer, sector: number, slots: readonly Slot[]): void {
  const at = sector * SECTOR;
  disk.writeUInt16LE(0xaa55, at + 510);
  for (const [index, [type, first, sectors]] of slots.entries()) {
    disk[at + 446 + index * 16 + 4] = type;
    disk.writeUInt32LE(first, at + 446 + index * 16 + 8);
    disk.writeUInt32LE(sectors, at + 446 + index * 16 + 12);
  }
}

function gpt(disk: Buffer, sector: number, place: number, tablePlace: number, parts: readonly (readonly [number, number])[]): void {
  const entries = Buffer.alloc(128 * 128);
  for (const [index, [first, last]] of parts.entries()) {
    if (last === 0) continue;
    entries.fill(0xaf, index * 128, index * 128 + 32);
    entries.writeBigUInt64LE(BigInt(first), index * 128 + 32);
    entries.writeBigUInt64LE(BigInt(last), index * 128 + 40);
  }
  entries.copy(disk, tablePlace * sector);
  const header = disk.subarray(place * sector, place * sector + 92);
  header.write('EFI PART', 0, 'latin1');
  header.writeUInt32LE(0x10000, 8);
  header.writeUInt32LE(92, 12);
  header.writeBigUInt64LE(BigInt(tablePlace), 72);
  header.writeUInt32LE(128, 80);
  header.writeUInt32LE(128, 84);
  header.writeUInt32LE(crc32(entries), 88);
  header.writeUInt32LE(0, 16);
  header.writeUInt32LE(crc32(header), 16);
}

const found = async (disk: Buffer) =>
  (await findPartitions(new MemoryStore(disk))).map(({ number, offset, lengthBytes }) => [number, offset / SECTOR, lengthBytes / SECTOR]);

test('no table, no partitions', async () => {
  expect(await found(Buffer.alloc(MIB))).toEqual([]);
  expect(await found(Buffer.alloc(100))).toEqual([]);
});

test('primary and logical partitions', async () => {
  const disk = Buffer.alloc(4 * MIB);
  table(disk, 0, [
    [0x83, 64, 100],
    [0, 0, 0],
    [0x0f, 1000, 5000],
    [0x82, 7000, 200],
  ]);
  table(disk, 1000, [
    [0x83, 8, 92],
    [0x05, 500, 600],
  ]);
  table(disk, 1500, [[0x0b, 4, 96]]);
  expect(await found(disk)).toEqual([
    [1, 64, 100],
    [4, 7000, 200],
    [5, 1008, 92],
    [6, 1504, 96],
  ]);
});

test('extended partitions in a circle end', async () => {
  const disk = Buffer.alloc(MIB);
  table(disk, 0, [[0x05, 100, 1000]]);
  table(disk, 100, [
    [0x83, 2, 8],
    [0x05, 100, 100],
  ]);
  table(disk, 200, [
    [0x83, 2, 8],
    [0x05, 0, 100],
  ]);
  expect(await found(disk)).toEqual([
    [5, 102, 8],
    [6, 202, 8],
  ]);
});

test.each([512, 4096])('a GUID partition table with sectors of %i bytes, and its copy when the first is damaged', async (sector) => {
  const disk = Buffer.alloc(8 * MIB);
  const last = disk.length / sector - 1;
  const parts = [
    [100, 199],
    [0, 0],
    [300, 1000],
  ] as const;
  table(disk, 0, [[0xee, 1, disk.length / SECTOR - 1]]);
  gpt(disk, sector, 1, 2, parts);
  gpt(disk, sector, last, last - 40, parts);
  const scale = sector / SECTOR;
  const expected = [
    [1, 100 * scale, 100 * scale],
    [3, 300 * scale, 701 * scale],
  ];
  expect(await found(disk)).toEqual(expected);
  disk[2 * sector + 40]! ^= 1;
  expect(await found(disk)).toEqual(expected);
  disk[last * sector + 20]! ^= 1;
  expect(await found(disk)).toEqual([]);
});

test('what cannot be read is named', async () => {
  const disk = Buffer.alloc(4 * MIB);
  table(disk, 0, [
    [0x82, 64, 1000],
    [0x83, 2000, 1000],
    [0x83, 4000, 1000],
  ]);
  disk.write('SWAPSPACE2', 64 * SECTOR + 4086, 'latin1');
  disk.write('XFSB', 2000 * SECTOR, 'latin1');
  const { volumes, passedOver } = await openVolumes(new MemoryStore(disk));
  expect(volumes).toEqual([]);
  expect(passedOver).toEqual([
    'partition 1: it holds swap space, which is not read here',
    'partition 2: it holds an XFS file system, which is not read here',
    'partition 3: it is empty at its beginning',
  ]);
});
