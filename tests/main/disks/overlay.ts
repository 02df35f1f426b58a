/** Overlay disks for tests: opened as the I/O thread opens them, with seeded contents. */
import type { Fault } from '../../../emulator/error/coded-error.ts';
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AttachedDisk, DiskOwner } from '../../../emulator/index.ts';
import { createHead } from '../../../main/disks/heads.ts';
import { openDisk } from '../../../main/disks/overlay-disk.ts';
import type { OverlaySetup } from '../../../main/disks/overlay-messages.ts';

/** Collects what a disk tells its owner. */
export class Owner implements DiskOwner {
  readonly lines: string[] = [];
  readonly troubles: string[] = [];
  recoveries = 0;
  log(line: string): void {
    this.lines.push(line);
  }
  trouble(fault: Fault): void {
    this.troubles.push(wordsOf(fault));
  }
  recovered(): void {
    this.recoveries++;
  }
}

export type Disk = Required<AttachedDisk>;

export async function openOverlay(
  setup: Partial<OverlaySetup> & { overlay: string; sizeBytes: number },
  owner = new Owner(),
): Promise<Disk> {
  if (!existsSync(setup.overlay)) await createHead(setup.overlay);
  return (await openDisk({ readonly: false, throwaway: false, ...setup }, owner)) as Disk;
}

export const overlayIn = (folder: string): string => join(folder, 'overlays', 'head.db');

/** Pseudo-random numbers below `end`, the same for the same seed (mulberry32). */
export function random(seed: number): (end: number) => number {
  let state = seed >>> 0;
  return (end) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  };
}

/** Bytes that say who wrote them; one in eight is all zeros. */
export function bytesFrom(next: (end: number) => number, length: number): Uint8Array {
  if (next(8) === 0) return new Uint8Array(length);
  const bytes = new Uint8Array(length);
  const step = next(250) + 1;
  for (let at = 0; at < length; at++) bytes[at] = (at * step + (at >> 7)) & 255;
  bytes[0] = next(256);
  return bytes;
}

/** Everything on a disk. */
export async function everything(disk: Pick<AttachedDisk, 'read' | 'sizeBytes'>): Promise<Uint8Array> {
  const bytes = new Uint8Array(disk.sizeBytes);
  await disk.read(0, bytes);
  return bytes;
}

export const filesOf = (overlay: string): string[] => ['', '-wal', '-shm'].map((end) => overlay + end).filter((file) => existsSync(file));
