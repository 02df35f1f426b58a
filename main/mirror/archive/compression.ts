/** Compressed content as a stream of pieces, never more of it than allowed. */
import { Readable, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { ArchiveFault, damaged } from './archive-fault.ts';
import { unxz } from './xz.ts';

export type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
export type Compression = 'none' | 'gz' | 'xz' | 'zst';

/** What a file is compressed with, as its name says: .gz, .xz, .zst, or none of them. */
export function compressionOf(name: string): Compression {
  const ending = /\.(gz|xz|zst)$/.exec(name)?.[1];
  return (ending as Compression | undefined) ?? 'none';
}

/**
 * The content, unpacked.
 * @param most bytes that it may have; what would be more is not unpacked
 * @throws ArchiveFault
 */
export async function* decompressed(source: Pieces, compression: Compression, most: number): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const piece of unlimited(source, compression)) {
    length += piece.length;
    if (length > most) throw new ArchiveFault('too-much', `more than ${most} bytes`);
    yield piece;
  }
}

function unlimited(source: Pieces, compression: Compression): Pieces {
  switch (compression) {
    case 'none':
      return source;
    case 'xz':
      return unxz(source);
    case 'gz':
      return through(source, createGunzip());
    case 'zst':
      return through(source, createZstdDecompress());
  }
}

/** Errors of the source stay what they are, those of the decompressor say that the content is damaged. */
async function* through(source: Pieces, stage: Duplex): AsyncGenerator<Uint8Array> {
  let outside: Error | undefined;
  const watched = async function* () {
    try {
      yield* source;
    } catch (error) {
      outside = error as Error;
      throw error;
    }
  };
  const work = pipeline(Readable.from(watched(), { objectMode: false }), stage);
  work.catch(() => undefined);
  try {
    yield* stage as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw outside ?? damaged((error as Error).message);
  } finally {
    stage.destroy();
  }
}
