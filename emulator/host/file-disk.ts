/** A raw disk image, or a block device, used in place. */
import { readSync, writeSync } from 'node:fs';
import { Pace } from '../disk/pace.ts';
import { causeOf } from '../error/machine-error.ts';
import { wholeSectors } from '../disk/whole-sectors.ts';
import { type AttachedDisk, type DiskOwner, type FileDisk, MachineError } from '../index.ts';
import { openPath } from './files/open-path.ts';
import { RoomPatience } from './room-patience.ts';

/**
 * Opens an image. While the host has no room for what the guest writes, the owner is told and the requests wait.
 * @throws MachineError when it cannot be opened, or is to be written and is not whole sectors long
 */
export async function openFileDisk({ path, readonly }: FileDisk, owner: DiskOwner): Promise<AttachedDisk> {
  const { handle: file, sizeBytes: length } = await openPath(path, { write: !readonly }).catch((error: unknown) => {
    throw new MachineError('disk-cannot-be-opened', { path, why: causeOf(error) }, { cause: error });
  });
  const sizeBytes = wholeSectors(length);
  if (!readonly && sizeBytes !== length) {
    await file.close();
    throw new MachineError('disk-odd-length', { path, bytes: length, wholeBytes: sizeBytes });
  }
  const pace = new Pace();
  const room = new RoomPatience(path, owner);
  return {
    sizeBytes,
    readonly,
    async read(offset, into) {
      // What is missing of the last sector is zeros.
      const inside = Math.max(0, Math.min(into.length, length - offset));
      into.fill(0, inside);
      await whole(path, pace, inside, (done, left, quick) =>
        quick
          ? readSync(file.fd, into, done, left, offset + done)
          : file.read(into, done, left, offset + done).then((got) => got.bytesRead),
      );
    },
    async write(offset, from) {
      await room.persist(() =>
        whole(path, pace, from.length, (done, left, quick) =>
          quick
            ? writeSync(file.fd, from, done, left, offset + done)
            : file.write(from, done, left, offset + done).then((put) => put.bytesWritten),
        ),
      );
    },
    flush: () => file.datasync(),
    async close() {
      room.end();
      await file.close();
    },
  };
}

/** Calls `some` with what is done and left until nothing is left, at once or the patient way. */
async function whole(
  path: string,
  pace: Pace,
  length: number,
  some: (done: number, left: number, quick: boolean) => number | Promise<number>,
): Promise<void> {
  for (let done = 0; done < length;) {
    const quick = pace.isQuick(length - done);
    const from = performance.now();
    const moved = some(done, length - done, quick);
    if (quick) pace.took(performance.now() - from);
    const count = typeof moved === 'number' ? moved : await moved;
    if (count === 0) throw new Error(`the disk ${path} ended early`);
    done += count;
  }
}
