/** A disk that is an image and nothing else, opened for a machine that only reads it. */
import { ContractError, causeOf } from '../../preload/contract/errors/contract-error.ts';
import { type AttachedDisk } from '../../emulator/index.ts';
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
    throw new ContractError('disk-cannot-be-opened', { path, why: causeOf(error) }, { cause: error });
  });
  return {
    sizeBytes: image.sizeBytes,
    readonly: true,
    read: (offset, into) => image.read(offset, into),
    write: () => Promise.reject(new ContractError('disk-readonly', { path })),
    flush: async () => undefined,
    close: () => image.close(),
  };
}
