/**
 * Reference counts of an image that is written from front to back: 16 bits a cluster, in blocks that are written as
 * soon as nothing in front of them can be counted any more, so that only a few are in memory.
 */
import { ENTRY_BYTES, viewOf, writeU64 } from './format.ts';

export const REFCOUNT_ORDER = 4;
const COUNT_BYTES = 2;
export const COUNT_MAX = 0xffff;

/** What the counts need of the file that is written. */
export interface ClusterSink {
  /** The next free cluster; whoever takes it counts it. */
  take(): number;
  /** Fills a cluster that was taken. */
  write(cluster: number, bytes: Uint8Array): Promise<void>;
}

export class RefcountWriter {
  readonly #clusterBytes: number;
  readonly #perBlock: number;
  /** Blocks that may still change, by number. */
  readonly #open = new Map<number, DataView>();
  /** The cluster of each block that was written. */
  readonly #places = new Map<number, number>();

  constructor(clusterBytes: number) {
    this.#clusterBytes = clusterBytes;
    this.#perBlock = clusterBytes / COUNT_BYTES;
  }

  /** Counts one more use of a cluster. */
  count(cluster: number): void {
    const number = Math.floor(cluster / this.#perBlock);
    let block = this.#open.get(number);
    if (!block) {
      block = new DataView(new ArrayBuffer(this.#clusterBytes));
      this.#open.set(number, block);
    }
    const at = (cluster % this.#perBlock) * COUNT_BYTES;
    block.setUint16(at, block.getUint16(at) + 1);
  }

  of(cluster: number): number {
    return this.#open.get(Math.floor(cluster / this.#perBlock))?.getUint16((cluster % this.#perBlock) * COUNT_BYTES) ?? 0;
  }

  /** Writes the blocks that lie wholly below `cluster`, none of whose clusters will be counted again. */
  async settle(cluster: number, sink: ClusterSink): Promise<void> {
    for (const number of [...this.#open.keys()]) {
      if ((number + 1) * this.#perBlock <= cluster) await this.#writeBlock(number, this.#place(sink), sink);
    }
  }

  /**
   * Writes what is left, and the table, as the file's last clusters.
   * @param next the next free cluster
   * @returns where the table is
   */
  async finish(next: number, sink: ClusterSink): Promise<{ readonly tableCluster: number; readonly tableClusters: number }> {
    let blocks = 0;
    let tableClusters = 0;
    // The table and the blocks are counted too: more of them may need one block more.
    for (let total = next, before = -1; total !== before;) {
      before = total;
      blocks = Math.ceil(total / this.#perBlock);
      tableClusters = Math.ceil((blocks * ENTRY_BYTES) / this.#clusterBytes);
      total = next + (blocks - this.#places.size) + tableClusters;
    }
    const tableCluster = this.#place(sink);
    for (let more = 1; more < tableClusters; more++) this.#place(sink);
    const missing = [];
    for (let number = 0; number < blocks; number++) if (!this.#places.has(number)) missing.push({ number, cluster: this.#place(sink) });
    for (const { number, cluster } of missing) await this.#writeBlock(number, cluster, sink);

    const table = new Uint8Array(tableClusters * this.#clusterBytes);
    const view = viewOf(table);
    for (const [number, cluster] of this.#places) writeU64(view, number * ENTRY_BYTES, cluster * this.#clusterBytes);
    for (let index = 0; index < tableClusters; index++) {
      await sink.write(tableCluster + index, table.subarray(index * this.#clusterBytes, (index + 1) * this.#clusterBytes));
    }
    return { tableCluster, tableClusters };
  }

  #place(sink: ClusterSink): number {
    const cluster = sink.take();
    this.count(cluster);
    return cluster;
  }

  async #writeBlock(number: number, cluster: number, sink: ClusterSink): Promise<void> {
    const block = this.#open.get(number) ?? new DataView(new ArrayBuffer(this.#clusterBytes));
    this.#open.delete(number);
    this.#places.set(number, cluster);
    await sink.write(cluster, new Uint8Array(block.buffer));
  }
}
