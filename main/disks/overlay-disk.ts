/**
 * A disk of a machine as its I/O thread sees it: a base image that is never written, under settled clusters of the store,
 * under an overlay file. Writes are answered from memory; a flush is one transaction.
 */
import { ContractError, causeOf } from '../../preload/contract/errors/contract-error.ts';
import { existsSync } from 'node:fs';
import { type AttachedDisk, type DiskOwner } from '../../emulator/index.ts';
import type { DiskImage } from '../../emulator/disk/disk-image.ts';
import { wholeSectors } from '../../emulator/disk/whole-sectors.ts';
import { CLUSTER_BYTES } from './cluster.ts';
import type { ClusterIndex } from './cluster-index.ts';
import { openHostImage } from './host-image.ts';
import { OverlayCleaner } from './overlay-cleaner.ts';
import { enter, note, readDirectory, type GenerationEnd, type OverlayDirectory } from './overlay-directory.ts';
import type { OverlayHold, OverlayMark, OverlayMessage, OverlaySetup, OverlaySizes } from './overlay-messages.ts';
import { OverlayReading } from './overlay-reading.ts';
import { OverlayStore, type Placed } from './overlay-store.ts';
import type { OverlayState } from './overlay-tables.ts';
import { PendingWrites } from './pending-writes.ts';
import type { RowGroups } from './row-groups.ts';
import { SettledContent } from './settled-content.ts';
import { WriteBack } from './write-back.ts';

/** Clusters zeroed without letting others run: about a millisecond. */
const ZEROED_AT_ONCE = 8192;

/** The `OpenDisk` of this module. @throws MachineError when something of the disk cannot be opened */
export async function openDisk(setup: unknown, owner: DiskOwner): Promise<AttachedDisk> {
  const { overlay, settled, base, readonly, throwaway, ...asked } = setup as OverlaySetup;
  // Disks of earlier versions were as long as their base, however odd.
  const sizeBytes = wholeSectors(asked.sizeBytes);
  const opened: { close(): Promise<void> }[] = [];
  try {
    if (!throwaway && !existsSync(overlay)) throw new ContractError('disk-overlay-missing', { path: overlay });
    const content = settled && new SettledContent(settled.store, settled.head);
    if (content) opened.push(content);
    const closing = <T extends { close(): Promise<void> }>(part: T): T => {
      opened.push(part);
      return part;
    };
    const parts = await Promise.allSettled([
      base && openHostImage(base.path, base.format).then(({ image }) => closing(image)),
      OverlayStore.open(overlay, throwaway).then(closing),
      content?.open(),
    ]);
    const refused = parts.find((part) => part.status === 'rejected');
    if (refused) throw refused.reason;
    const [image, store] = parts.map((part) => (part as PromiseFulfilledResult<unknown>).value) as [DiskImage | undefined, OverlayStore];
    if (image && image.sizeBytes > sizeBytes)
      throw new ContractError('disk-base-grown', { path: base?.path ?? '', bytes: image.sizeBytes, sizeBytes });
    const state = await store.state();
    if (state.settledVersion !== undefined) {
      if (!content) throw new ContractError('disk-overlay-of-library', { path: overlay });
      content.use(await content.load(state.settledVersion));
    }
    return await OverlayDisk.open({ store, settled: content, base: image, sizeBytes, readonly, throwaway, owner }, state);
  } catch (error) {
    for (const each of opened.reverse()) await each.close().catch(() => undefined);
    throw new ContractError('disk-cannot-be-opened', { path: base?.path ?? overlay, why: causeOf(error) }, { cause: error });
  }
}

interface DiskParts {
  readonly store: OverlayStore;
  readonly settled: SettledContent | undefined;
  readonly base: DiskImage | undefined;
  readonly sizeBytes: number;
  readonly readonly: boolean;
  readonly throwaway: boolean;
  readonly owner: DiskOwner;
}

class OverlayDisk implements AttachedDisk {
  readonly sizeBytes: number;
  readonly readonly: boolean;
  readonly #parts: DiskParts;
  readonly #index: ClusterIndex;
  readonly #groups: RowGroups;
  readonly #pending: PendingWrites;
  readonly #writeBack: WriteBack;
  readonly #reading: OverlayReading;
  readonly #cleaner: OverlayCleaner;
  /** The last place of each generation that is in the file, oldest first. */
  readonly #ends: GenerationEnd[];
  #settledState: { readonly version: number | undefined; readonly generation: number };
  #closed = false;

  static async open(parts: DiskParts, state: OverlayState): Promise<OverlayDisk> {
    const { settledPlace, ...start } = await readDirectory(parts.store, state);
    const disk = new OverlayDisk(parts, start);
    if (settledPlace > 0) disk.#cleaner.removeSettled(settledPlace);
    return disk;
  }

  private constructor(parts: DiskParts, start: OverlayDirectory) {
    const { store, owner, settled, base } = parts;
    this.#parts = parts;
    this.sizeBytes = parts.sizeBytes;
    this.readonly = parts.readonly;
    this.#index = start.index;
    this.#groups = start.groups;
    this.#ends = start.ends;
    this.#settledState = start.settled;
    this.#pending = new PendingWrites(start.generation);
    const placed = (all: readonly Placed[]) => this.#placed(all);
    this.#writeBack = new WriteBack({ store, owner, pending: this.#pending, place: start.place, placed });
    this.#reading = new OverlayReading({ store, settled, base, index: this.#index, pending: this.#pending });
    this.#cleaner = new OverlayCleaner({
      store,
      groups: this.#groups,
      index: this.#index,
      pending: this.#pending,
      writeBack: this.#writeBack,
      owner,
      from: start.place,
    });
  }

  read(offset: number, into: Uint8Array): Promise<void> {
    return this.#reading.read(offset, into);
  }

  async write(offset: number, from: Uint8Array): Promise<void> {
    const end = offset + from.length;
    for (let at = offset; at < end;) {
      const cluster = Math.floor(at / CLUSTER_BYTES);
      const inside = at % CLUSTER_BYTES;
      const length = Math.min(CLUSTER_BYTES - inside, end - at);
      const bytes = from.subarray(at - offset, at - offset + length);
      if (length === CLUSTER_BYTES) this.#pending.put(cluster, bytes);
      else await this.#reading.change(cluster, (whole) => whole.set(bytes, inside));
      at += length;
    }
    await this.#writeBack.wrote();
  }

  async flush(): Promise<void> {
    if (!this.#parts.throwaway) await this.#writeBack.flush();
  }

  async zero(offset: number, length: number): Promise<void> {
    const end = offset + length;
    for (let at = offset; at < end;) {
      const cluster = Math.floor(at / CLUSTER_BYTES);
      const inside = at % CLUSTER_BYTES;
      if (inside > 0 || end - at < CLUSTER_BYTES) {
        const part = Math.min(CLUSTER_BYTES - inside, end - at);
        await this.#reading.change(cluster, (whole) => whole.fill(0, inside, inside + part));
        at += part;
        continue;
      }
      const left = Math.floor((end - at) / CLUSTER_BYTES);
      const empty = Math.min(left, this.#reading.emptyFrom(cluster));
      if (empty > 0) {
        at += empty * CLUSTER_BYTES;
        continue;
      }
      const clusters = Math.min(left, ZEROED_AT_ONCE);
      for (let index = 0; index < clusters; index++)
        if (this.#reading.mayHoldSomething(cluster + index)) this.#pending.zero(cluster + index);
      at += clusters * CLUSTER_BYTES;
      await this.#writeBack.wrote();
      if (at < end) await new Promise(setImmediate);
    }
  }

  /** What no longer matters reads as zeros: that is what takes no room. */
  discard(offset: number, length: number): Promise<void> {
    return this.zero(offset, length);
  }

  cut(): OverlayMark {
    const generation = this.#pending.cut();
    this.#cleaner.protect(generation);
    return { generation };
  }

  async told(message: unknown): Promise<unknown> {
    const told = message as OverlayMessage;
    if (told.kind === 'commit') return this.#commit(told.generation);
    if (told.kind === 'settled') return this.#settled(told.version, told.generation);
    if (told.kind === 'hold') return this.#hold();
    if (told.kind === 'release') return this.#cleaner.release();
    if (told.kind === 'sizes') {
      const overlayBytes = await this.#parts.store.usedBytes();
      return { sizeBytes: this.sizeBytes, overlayBytes, waitingBytes: this.#pending.bytes } satisfies OverlaySizes;
    }
    throw new ContractError('disk-unknown-message', { message: JSON.stringify(message) });
  }

  async #hold(): Promise<OverlayHold> {
    const { version, generation: settledGeneration } = this.#settledState;
    // Not `cut`: a hold protects until its release, not until something is settled.
    const generation = this.#pending.cut();
    this.#cleaner.hold();
    await this.#commit(generation);
    return { settledVersion: version, settledGeneration, generation };
  }

  async #commit(generation: number): Promise<void> {
    await this.#writeBack.flush();
    const sql = `UPDATE state SET generation = max(generation, ${generation + 1})`;
    await this.#writeBack.inTurn(() => this.#parts.store.change(sql));
  }

  async #settled(version: number, generation: number): Promise<void> {
    const { store, settled } = this.#parts;
    if (!settled) throw new ContractError('disk-no-settled-content');
    // What is still being written cannot be in a content that was made before.
    if (generation >= this.#pending.generation) throw new ContractError('disk-generation-open', { path: store.file, generation });
    await this.#writeBack.flush();
    const content = await settled.load(version);
    const sql = `UPDATE state SET settled_version = ${version}, settled_generation = ${generation}, generation = max(generation, ${generation + 1})`;
    await this.#writeBack.inTurn(() => store.change(sql));
    const last = this.#ends.findLast(([ended]) => ended <= generation)?.[1] ?? 0;
    settled.use(content);
    this.#settledState = { version, generation };
    for (const segment of this.#index.segments()) this.#index.replace(segment, (value) => (Math.abs(value) <= last ? 0 : value));
    this.#ends.splice(0, this.#ends.findLastIndex(([ended]) => ended <= generation) + 1);
    this.#cleaner.settled(generation, last);
  }

  #placed(all: readonly Placed[]): void {
    for (const { generation, clusters, bytes, place, zeros } of all) {
      clusters.forEach((cluster, index) => enter(this.#index, this.#groups, cluster, 0, place + index));
      bytes.forEach((each, index) => this.#reading.keep(place + index, each));
      for (const [[first, count], at] of zeros) enter(this.#index, this.#groups, first, count, at);
      note(this.#ends, generation, place + clusters.length + zeros.length - 1);
    }
    this.#cleaner.wrote();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { store, settled, base, owner } = this.#parts;
    try {
      await this.#cleaner.stop();
      await this.#writeBack.close();
      // A snapshot point may end a generation without a row: opened again, its number must not be given to what comes after.
      const { generation } = this.#pending;
      const sql = `UPDATE state SET generation = ${generation}`;
      if ((await store.state()).generation < generation) await this.#writeBack.inTurn(() => store.change(sql));
    } catch (error) {
      owner.log(`what the guest wrote last is lost: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      await this.#reading.idle();
      await store.close();
      await settled?.close();
      await base?.close();
    }
  }
}
