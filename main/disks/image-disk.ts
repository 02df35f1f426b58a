/** A disk that is an image and nothing else, opened for a machine that only reads it. */
import { MachineError, type AttachedDisk } from '../../emulator/index.ts';
import type { ImageFormat } from '../../emulator/disk/open.ts';
import { openHostImage } from './host-image.ts';

/** What a `ModuleDisk` with this module is set up with. */
export interface ImageSetup {
  readonly path: string;
  readonly format: ImageFormat;
}

/** The `OpenDisk` of this module. @throws MachineError when the image cannot be opened */
export async function openDisk(setup: unknown): Promise<AttachedDisk> {
  const { path, format } = setup as ImageSetup;
  const { image } = await openHostImage(path, format).catch((error: Error) => {
    throw new MachineError(`the disk ${path} cannot be opened: ${error.message}`);
  });
  return {
    sizeBytes: image.sizeBytes,
    readonly: true,
    read: (offset, into) => image.read(offset, into),
    write: () => Promise.reject(new Error(`${path} is attached read-only`)),
    flush: async () => undefined,
    close: () => image.close(),
  };
}
