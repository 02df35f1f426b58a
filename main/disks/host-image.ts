/** Disk images in host files: a byte store over a file, Node's compressions, and backing files found beside their image. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { readSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { constants, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import type { ByteStore } from '../../emulator/disk/byte-store.ts';
import type { Decompressors } from '../../emulator/disk/codecs.ts';
import { openImage, type BackingResolver, type ImageFile, type ImageFormat, type OpenedImage } from '../../emulator/disk/open.ts';
import { Pace } from '../../emulator/disk/pace.ts';
import { inWholeSectors } from '../../emulator/disk/whole-sectors.ts';
import { openPath } from '../../emulator/host/files/open-path.ts';

/** 8 MiB: more than any encoder uses for clusters of 2 MiB. */
const ZSTD_WINDOW_LOG_MAX = 23;

/** Bounded: a small cluster cannot fill the memory. */
export const decompressors: Decompressors = {
  deflate: (bytes, sizeBytes) => inflateRawSync(bytes, { maxOutputLength: sizeBytes }),
  zstd: (bytes, sizeBytes) =>
    zstdDecompressSync(bytes, { maxOutputLength: sizeBytes, params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX } }),
};

/** Opens a file or block device for reading. @throws MachineError */
export async function hostFile(path: string): Promise<ImageFile> {
  const { handle: file, sizeBytes, hostBytes, identity } = await openPath(path);
  const pace = new Pace();
  const store: ByteStore = {
    sizeBytes,
    hostBytes,
    async read(offset, into) {
      for (let done = 0; done < into.length;) {
        const left = into.length - done;
        let bytesRead: number;
        if (pace.isQuick(left)) {
          const from = performance.now();
          bytesRead = readSync(file.fd, into, done, left, offset + done);
          pace.took(performance.now() - from);
        } else ({ bytesRead } = await file.read(into, done, left, offset + done));
        if (bytesRead === 0) throw new ContractError('image-truncated-in-use', { path });
        done += bytesRead;
      }
    },
    close: () => file.close(),
  };
  return { store, identity, name: path };
}

/** Relative names are meant from the place of the image that holds them. */
const besideImage: BackingResolver = (name, from) => hostFile(isAbsolute(name) ? name : join(dirname(from.name), name));

/**
 * Opens an image with its backing files, never writing to any. A disk that ends within a sector is filled up with zeros.
 * @throws DiskImageError, MachineError
 */
export async function openHostImage(path: string, format: ImageFormat): Promise<OpenedImage> {
  const { image, chain } = await openImage(await hostFile(path), { format, decompressors, resolve: besideImage });
  return { image: inWholeSectors(image), chain };
}
