/** Disks with known content, and reading them whole. */
import type { DiskImage } from '../../../emulator/disk/disk-image.ts';
import { RawImage } from '../../../emulator/disk/raw.ts';
import type { Random } from '../../differential/random.ts';
import { MemoryStore } from './stores.ts';

export async function readAll(image: DiskImage): Promise<Uint8Array> {
  const bytes = new Uint8Array(image.sizeBytes);
  await image.read(0, bytes);
  return bytes;
}

/** Bytes with holes, with parts that compress well and parts that do not. */
export function patchwork(random: Random, sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes;) {
    const length = Math.min(sizeBytes - at, 1 + random.below(random.pick([600, 5_000, 150_000])));
    const part = bytes.subarray(at, at + length);
    const kind = random.below(4);
    if (kind === 0) part.fill(1 + random.below(255));
    if (kind === 1) for (let index = 0; index < length; index++) part[index] = random.bits32();
    at += length;
  }
  return bytes;
}

export const rawOf = (bytes: Uint8Array): RawImage => new RawImage(new MemoryStore(bytes));
