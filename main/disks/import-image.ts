/** Copies an image into the store as a head's content: what is in the store already takes no room. A writing job. */
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import { filledUnits } from '../../emulator/disk/sparse.ts';
import type { ImageFormat } from '../../emulator/disk/open.ts';
import type { Store } from '../storage/index.ts';
import type { Progress } from '../tasks/task-list.ts';
import { CLUSTER_BYTES, SEGMENT_CLUSTERS } from './cluster.ts';
import { writeContent, type ContentPlace } from './content.ts';
import { openHostImage } from './host-image.ts';

export interface ImportImage {
  readonly path: string;
  readonly format: ImageFormat;
  readonly to: ContentPlace;
}

/** Clusters of a run, the last one filled up with zeros. */
function clustersOf(bytes: Uint8Array): Uint8Array[] {
  const clusters: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += CLUSTER_BYTES) {
    const part = bytes.subarray(at, at + CLUSTER_BYTES);
    if (part.length < CLUSTER_BYTES) clusters.push(Uint8Array.from({ length: CLUSTER_BYTES }, (_, index) => part[index] ?? 0));
    else clusters.push(part);
  }
  return clusters;
}

/**
 * Copies the image; durable when it resolves, and nothing is named when it rejects.
 * @returns the disk's size, in whole sectors
 * @throws DiskImageError; ContractError `full`; what the signal was aborted with
 */
export async function importImage(
  store: Store,
  { path, format, to }: ImportImage,
  progress: (progress: Progress) => void = () => undefined,
  signal?: AbortSignal,
): Promise<{ readonly sizeBytes: number }> {
  const { image } = await openHostImage(path, format);
  const held: number[] = [];
  const segments = new Map<number, Float64Array>();
  const report = (bytesDone: number, bytesTotal: number) => {
    signal?.throwIfAborted();
    progress({
      message: faultWith('step-reading', { path }),
      fraction: bytesTotal > 0 ? bytesDone / bytesTotal : 1,
      bytesDone,
      bytesTotal,
    });
  };
  try {
    for await (const { offset, bytes } of filledUnits(image, CLUSTER_BYTES, report)) {
      signal?.throwIfAborted();
      const chunks = await store.putBatch(clustersOf(bytes));
      held.push(...chunks);
      chunks.forEach((chunk, index) => {
        const cluster = offset / CLUSTER_BYTES + index;
        const segment = Math.floor(cluster / SEGMENT_CLUSTERS);
        let entries = segments.get(segment);
        if (!entries) segments.set(segment, (entries = new Float64Array(SEGMENT_CLUSTERS)));
        entries[cluster % SEGMENT_CLUSTERS] = chunk;
      });
    }
    await writeContent(store, [to], { segments, zeros: [] });
    return { sizeBytes: image.sizeBytes };
  } finally {
    store.release(held);
    await image.close();
  }
}
