/** How much room there is where the library is, and when there is too little of it. */
import { statfs } from 'node:fs/promises';

/** Machines are paused below this, or below a part of a small file system. */
const FLOOR = 256 * 1024 * 1024;
const FLOOR_PART = 1 / 50;

export interface FreeSpace {
  readonly freeBytes: number;
  /** Below this, machines are paused. */
  readonly floorBytes: number;
}

/** The room in a folder's file system for a person without privileges. */
export async function freeSpace(folder: string): Promise<FreeSpace> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, floorBytes: Math.min(FLOOR, blocks * bsize * FLOOR_PART) };
}
