/** A raw disk image as a byte store over a host file. */
import { constants, readSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Pace } from '../disk/pace.ts';
import { type AttachedDisk, type FileDisk, MachineError } from '../index.ts';

/**
 * Opens an image.
 * @throws MachineError when it cannot be opened or is not a whole number of sectors long
 */
export async function openFileDisk({ path, readonly }: FileDisk): Promise<AttachedDisk> {
  const file = await open(path, readonly ? constants.O_RDONLY : constants.O_RDWR).catch((error: NodeJS.ErrnoException) => {
    const reason =
      error.code === 'ENOENT'
        ? 'there is no such file'
        : error.code === 'EACCES' || error.code === 'EROFS'
          ? 'it may not be written; attach it read-only'
          : error.message;
    throw new MachineError(`the disk ${path} cannot be opened: ${reason}`);
  });
  const { size } = await file.stat();
  if (size % 512 !== 0) {
    await file.close();
    throw new MachineError(`the disk ${path} is ${size} bytes long, not a whole number of 512-byte sectors; is it a raw disk image?`);
  }
  const pace = new Pace();
  return {
    sizeBytes: size,
    readonly,
    async read(offset, into) {
      await whole(path, pace, into.length, (done, left, quick) =>
        quick
          ? readSync(file.fd, into, done, left, offset + done)
          : file.read(into, done, left, offset + done).then((got) => got.bytesRead),
      );
    },
    async write(offset, from) {
      await whole(path, pace, from.length, (done, left, quick) =>
        quick
          ? writeSync(file.fd, from, done, left, offset + done)
          : file.write(from, done, left, offset + done).then((put) => put.bytesWritten),
      );
    },
    flush: () => file.datasync(),
    close: () => file.close(),
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
