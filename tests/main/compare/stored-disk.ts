/** Puts what an image has and its base has not into a store, as a snapshot's disk. */
import { CLUSTER_BYTES, joined, SEGMENT_CLUSTERS, type Run } from '../../../main/disks/cluster.ts';
import { writeContent } from '../../../main/disks/content.ts';
import type { Store } from '../../../main/storage/index.ts';

/** @param base bytes of the base; empty: there is none */
export async function storeDisk(store: Store, owner: string, slot: number, image: Buffer, base: Buffer): Promise<void> {
  const segments = new Map<number, Float64Array>();
  const zeros: Run[] = [];
  const different: { readonly cluster: number; readonly bytes: Buffer }[] = [];
  for (let cluster = 0; cluster * CLUSTER_BYTES < image.length; cluster++) {
    const at = cluster * CLUSTER_BYTES;
    const bytes = Buffer.alloc(CLUSTER_BYTES);
    bytes.set(image.subarray(at, at + CLUSTER_BYTES));
    const below = Buffer.alloc(CLUSTER_BYTES);
    below.set(base.subarray(at, at + CLUSTER_BYTES));
    if (!bytes.equals(below)) different.push({ cluster, bytes });
  }
  const held = await store.putBatch(different.map(({ bytes }) => bytes));
  for (const [index, { cluster }] of different.entries()) {
    const chunk = held[index];
    const segment = Math.floor(cluster / SEGMENT_CLUSTERS);
    if (!segments.has(segment)) segments.set(segment, new Float64Array(SEGMENT_CLUSTERS));
    if (chunk! > 0) segments.get(segment)![cluster % SEGMENT_CLUSTERS] = chunk!;
    else zeros.push([cluster, 1]);
  }
  await writeContent(store, [{ owner, prefix: `disk${slot}` }], { segments, zeros: joined(zeros) });
  store.release(held);
}
