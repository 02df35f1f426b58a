/**
 * Room and zeroes in files of a shared folder, and copies between them, by what Node has: reading and writing. It has neither
 * `fallocate` nor `copy_file_range`.
 */
import { fstatSync } from 'node:fs';
import { ShareError } from '../../emulator/share/errno.ts';
import type { Allocation, Range } from '../../emulator/share/tree.ts';
import type { OpenHandle } from './open-handles.ts';

const PIECE_BYTES = 1024 * 1024;
/** Zeroes that one call writes; for more a program is told to do it itself, step by step. */
const ZEROES_MAX = 64 * 1024 * 1024;
/** What `stat` counts blocks in. */
const BLOCK_BYTES = 512n;

/** @returns bytes copied */
export function copyBytes([from, at]: readonly [OpenHandle, number], [to, toAt]: readonly [OpenHandle, number], length: number): number {
  if (from.node === to.node && at < toAt + length && toAt < at + length) throw new ShareError('EINVAL');
  const piece = new Uint8Array(Math.min(length, PIECE_BYTES));
  let done = 0;
  while (done < length) {
    const count = from.read(at + done, piece.subarray(0, Math.min(piece.length, length - done)));
    if (count === 0) break;
    to.write(toAt + done, piece.subarray(0, count));
    done += count;
  }
  return done;
}

/** @throws ShareError EINVAL, EOPNOTSUPP */
export function allocate(file: OpenHandle, { offset, length }: Range, { zero, keepSize }: Allocation): void {
  if (length === 0) throw new ShareError('EINVAL');
  const { size: bytes, blocks } = fstatSync(file.fd, { bigint: true });
  const size = Number(bytes);
  const end = keepSize ? Math.min(offset + length, size) : offset + length;
  // Room behind the end, or in holes that may be anywhere, cannot be had without changing what is there.
  const hasHoles = blocks * BLOCK_BYTES < bytes;
  if (!zero && ((keepSize && offset + length > size) || (hasHoles && offset < size))) throw new ShareError('EOPNOTSUPP');
  const from = zero ? offset : Math.max(offset, size);
  if (end - from > ZEROES_MAX) throw new ShareError('EOPNOTSUPP');
  const zeroes = new Uint8Array(Math.max(0, Math.min(end - from, PIECE_BYTES)));
  for (let at = from; at < end; at += zeroes.length) file.write(at, zeroes.subarray(0, Math.min(zeroes.length, end - at)));
}
