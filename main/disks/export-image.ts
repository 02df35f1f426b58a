/** Writes a disk as an image file: as it is in the store, or with an overlay over that. A job that only reads the store. */
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import { constants, zstdCompressSync } from 'node:zlib';
import type { DiskImage } from '../../emulator/disk/disk-image.ts';
import type { Compressor } from '../../emulator/disk/codecs.ts';
import type { ImageFormat } from '../../emulator/disk/open.ts';
import { writeQcow2 } from '../../emulator/disk/qcow2/writer.ts';
import { writeRaw } from '../../emulator/disk/sparse.ts';
import { wholeSectors } from '../../emulator/disk/whole-sectors.ts';
import type { ChunkReader } from '../storage/index.ts';
import type { Progress } from '../tasks/task-list.ts';
import { contentImage } from './content-image.ts';
import { EMPTY_CONTENT, readContent, type ContentPlace } from './content.ts';
import { openHostImage } from './host-image.ts';
import { writeNewFile } from './host-output.ts';
import { openOverlayRows, type OverlayReader } from './overlay-rows.ts';
import { overlaid } from './store-overlay.ts';

/** A disk that is not being written: what it stands on, its stored content, and rows of an overlay. */
export interface DiskSource {
  readonly sizeBytes: number;
  readonly base?: { readonly path: string; readonly format: ImageFormat };
  readonly content?: ContentPlace;
  /** Rows up to a generation (all where it is absent) and after the settled one (as the file says where it is absent). */
  readonly overlay?: { readonly file: string; readonly generation?: number; readonly settledGeneration?: number };
}

export interface ExportImage {
  readonly source: DiskSource;
  /** Where to write; nothing may be there. */
  readonly path: string;
  readonly format: ImageFormat;
  /** Clusters of a qcow2 image are compressed with zstd. */
  readonly compress: boolean;
}

/** The quickest level: the usual one takes three times as long for some per cent. */
const zstd: Compressor = {
  kind: 'zstd',
  compress: (bytes) => zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
};

/** Numbers from here on stand for places of rows, below for chunks: both stay far below 2^52. */
const ROWS = 2 ** 52;

/**
 * Opens a disk for reading. The reader of the store stays open when the image is closed.
 * @throws ContractError, DiskImageError when a part of it cannot be read
 */
export async function openSource(reader: ChunkReader, { sizeBytes, base, content, overlay }: DiskSource): Promise<DiskImage> {
  const stored = content ? await readContent(reader, content) : EMPTY_CONTENT;
  let rows: OverlayReader | undefined;
  try {
    if (overlay) rows = await openOverlayRows(overlay.file);
    const written = await rows?.rows(overlay?.generation, overlay?.settledGeneration);
    const whole = written
      ? overlaid(
          stored,
          written,
          written.places.map((place) => place + ROWS),
        )
      : stored;
    // Which cluster a row is of, for its checksum.
    const clusters = new Map(written ? Array.from(written.places, (place, index) => [place, written.clusters[index]!]) : []);
    const image = contentImage({
      content: whole,
      sizeBytes: wholeSectors(sizeBytes),
      base: base && (await openHostImage(base.path, base.format)).image,
      reader: { getMany: (ids, zeroBytes) => readBoth(reader, rows, clusters, ids, zeroBytes) },
    });
    return {
      ...image,
      async close() {
        await rows?.close();
        await image.close();
      },
    };
  } catch (error) {
    await rows?.close();
    throw error;
  }
}

async function readBoth(
  reader: ChunkReader,
  rows: OverlayReader | undefined,
  clusters: ReadonlyMap<number, number>,
  ids: readonly number[],
  zeroBytes?: number,
): Promise<Uint8Array[]> {
  const places = ids.filter((id) => id > ROWS).map((id) => id - ROWS);
  const written =
    rows && places.length > 0
      ? await rows.read(
          places.map((place) => clusters.get(place)!),
          places,
        )
      : [];
  const chunks = await reader.getMany(
    ids.filter((id) => id < ROWS),
    zeroBytes,
  );
  let [nextRow, nextChunk] = [0, 0];
  return ids.map((id) => (id > ROWS ? written[nextRow++]! : chunks[nextChunk++]!));
}

/**
 * Writes the image; it is whole and durable when the promise resolves, and not there when it rejects.
 * @throws Error with a message for a person; what the signal was aborted with
 */
export async function exportImage(
  reader: ChunkReader,
  { source, path, format, compress }: ExportImage,
  progress: (progress: Progress) => void = () => undefined,
  signal?: AbortSignal,
): Promise<void> {
  const image = await openSource(reader, source);
  const report = (bytesDone: number, bytesTotal: number) => {
    signal?.throwIfAborted();
    progress({
      message: faultWith('step-writing', { path }),
      fraction: bytesTotal > 0 ? bytesDone / bytesTotal : 1,
      bytesDone,
      bytesTotal,
    });
  };
  try {
    await writeNewFile(path, (into) =>
      format === 'raw'
        ? writeRaw(image, into, report)
        : writeQcow2(image, into, { progress: report, ...(compress ? { compressor: zstd } : {}) }),
    );
  } finally {
    await image.close();
  }
}
