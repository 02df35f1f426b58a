/** A raw disk image as a byte store over a host file. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
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
  return {
    sizeBytes: size,
    readonly,
    async read(offset, into) {
      for (let done = 0; done < into.length;) {
        const { bytesRead } = await file.read(into, done, into.length - done, offset + done);
        if (bytesRead === 0) throw new Error(`the disk ${path} ended early`);
        done += bytesRead;
      }
    },
    async write(offset, from) {
      for (let done = 0; done < from.length;) done += (await file.write(from, done, from.length - done, offset + done)).bytesWritten;
    },
    flush: () => file.datasync(),
    close: () => file.close(),
  };
}
