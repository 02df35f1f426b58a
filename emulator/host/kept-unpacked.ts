/** What took long to unpack, kept for the next start: a kernel's payload, which no start of a machine changes. */
import { join } from 'node:path';
import type { Inflate } from '../board/boot/request.ts';
import { digest, readCacheFile, writeCacheFile } from './cache-files.ts';

/** Less is unpacked sooner than it is looked for. */
const LEAST_BYTES = 1 << 20;

export interface KeptUnpacked {
  readonly inflate: Inflate;
  /** Writes what was unpacked, if that can be done. */
  write(): Promise<void>;
}

/** @param unpack does it @param folder where the results are kept; undefined: nowhere */
export function keptUnpacked(unpack: Inflate, folder: string | undefined): KeptUnpacked {
  const made: { path: string; bytes: Uint8Array }[] = [];
  return {
    inflate(bytes, limit, compression) {
      if (folder === undefined || bytes.length < LEAST_BYTES) return unpack(bytes, limit, compression);
      const path = join(folder, `${digest(bytes).toString('hex')}.unpacked`);
      const kept = readCacheFile(path);
      // One that is too large is refused by whoever unpacks it.
      if (kept && kept.length <= limit) return kept;
      const unpacked = unpack(bytes, limit, compression);
      if (!kept) made.push({ path, bytes: unpacked });
      return unpacked;
    },
    async write() {
      for (const { path, bytes } of made.splice(0)) {
        try {
          await writeCacheFile(path, bytes);
        } catch {
          // The next start unpacks it again.
        }
      }
    },
  };
}
