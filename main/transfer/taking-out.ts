/** A machine's disks for reading: as they are now, beside the running guest too, or as they were in a snapshot. */
import { reading } from './reading-progress.ts';
import type { Fault } from '../../emulator/error/coded-error.ts';
import { ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import type { HeadRecord } from '../library/head-records.ts';
import type { Library } from '../library/library.ts';
import { ulid } from '../library/ulid.ts';
import type { SupervisedMachine } from '../supervisor/supervised-machine.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { aborted } from '../ending/patience.ts';
import type { Report } from '../jobs/job.ts';
import type { Storage } from '../jobs/storage.ts';
import type { KeepingJobs } from '../storage/keeping-jobs.ts';
import type { ContentJobs } from '../disks/content-jobs.ts';
import { checkBase, lookAtBase } from '../disks/bases.ts';
import { lookAtDiskFile } from '../disks/disk-file.ts';
import { headPlace } from '../disks/content.ts';
import type { DiskSource } from '../disks/export-image.ts';
import { headState, overlayFile } from '../disks/heads.ts';
import { hasHead } from '../disks/machine-disks.ts';
import type { OverlayHold } from '../disks/overlay-messages.ts';

export interface TakingOutParts {
  readonly library: Pick<Library, 'home' | 'heads' | 'snapshots'>;
  readonly storage: Pick<Storage<KeepingJobs & ContentJobs>, 'run'>;
  readonly supervisor: Pick<Supervisor, 'machine'>;
  /** Resolves when a snapshot is stored, or will not be. */
  stored(id: SnapshotId): Promise<unknown>;
  alone<T>(machine: MachineId, work: () => Promise<T>): Promise<T>;
}

/** Reads a disk while nothing takes it away. */
export type ReadDisk<T> = (source: DiskSource) => Promise<T>;
/** What reading gave. */
export interface TakenOut<T> {
  readonly value: T;
  /** Why the guest's file systems were not at rest; absent: they were, or it was off. */
  readonly unrest?: Fault;
}

export class TakingOut {
  readonly #parts: TakingOutParts;
  constructor(parts: TakingOutParts) {
    this.#parts = parts;
  }

  /** A disk as it was in a snapshot. @throws Error with a message for a person */
  async snapshot<T>(
    machine: MachineId,
    id: SnapshotId,
    slot: number,
    read: ReadDisk<T>,
    progress: Report,
    signal: AbortSignal,
  ): Promise<TakenOut<T>> {
    const { library, stored } = this.#parts;
    const found = await library.snapshots.get(id);
    if (found.state === 'storing') progress({ message: faultWith('step-waits-stored', { name: found.name }) });
    await Promise.race([stored(id), aborted(signal)]);
    signal.throwIfAborted();
    const { disks, state, reason, name, machine: owner } = await library.snapshots.get(id);
    if (owner !== machine) throw new ContractError('snapshot-gone');
    if (state === 'storing') throw new ContractError('snapshot-unusable', { name, why: reason ?? faultWith('being-stored') });
    const disk = disks.find((candidate) => candidate.slot === slot);
    if (!disk) throw new ContractError('disk-not-in-snapshot', { name, slot, count: disks.length });
    if (disk.base) await checkBase(disk.base, reading(disk.base.path, progress), signal);
    // A copy of the list: the snapshot may be deleted meanwhile.
    const value = await this.#withCopy({ owner: `snapshot:${id}`, prefix: `disk${slot}` }, (content) => read({ ...plain(disk), content }));
    return { value };
  }

  /** A disk as it is now. @throws Error with a message for a person */
  async present<T>(id: MachineId, slot: number, read: ReadDisk<T>, progress: Report, signal: AbortSignal): Promise<TakenOut<T>> {
    const { library, supervisor } = this.#parts;
    const machine = supervisor.machine(id);
    const definition = machine.record.definition.disks[slot];
    if (!definition) throw new ContractError('disk-missing-here', { slot });
    if (!hasHead(definition)) {
      if (machine.life.isActive && !definition.readonly) throw new ContractError('disk-direct-export');
      const { path, sizeBytes } = definition;
      if (path === undefined) throw new ContractError('disk-nothing-to-export');
      const { format } = await lookAtDiskFile(path, { format: definition.format });
      const source = { sizeBytes: sizeBytes ?? (await lookAtBase(path, format)).sizeBytes, base: { path, format } };
      return { value: await read(source) };
    }
    const head = (await library.heads.present(id)).find(({ disk }) => disk === definition.id);
    if (!head) throw new ContractError('disk-still-empty', { slot });
    if (head.base) await checkBase(head.base, reading(head.base.path, progress), signal);
    const isRunning = () => machine.life.state === 'running' || machine.life.state === 'paused';
    if (isRunning()) return this.#running(machine, head, read);
    return this.#parts.alone(id, async () => {
      if (machine.life.isActive) throw new ContractError('disk-machine-started');
      return { value: await read(await this.#atRest(head)) };
    });
  }

  /** A head whose machine is off. */
  async #atRest(head: HeadRecord): Promise<DiskSource> {
    const file = overlayFile(this.#parts.library.home.folder, head.id);
    const { settledVersion } = await headState(file);
    return { ...plain(head), overlay: { file }, ...(settledVersion === undefined ? {} : { content: headPlace(head.id, settledVersion) }) };
  }

  /** One snapshot point of a disk that the guest goes on writing. */
  async #running<T>(machine: SupervisedMachine, head: HeadRecord, read: ReadDisk<T>): Promise<TakenOut<T>> {
    const file = overlayFile(this.#parts.library.home.folder, head.id);
    const tell = (message: unknown) => machine.life.tellDisk(head.slot, message);
    // In turn, so that no snapshot settles the disk between the snapshot point and the copy of its list.
    let held: OverlayHold | undefined;
    let unrest: Fault | undefined;
    const release = () => tell({ kind: 'release' }).catch(() => undefined);
    const place = await this.#parts.alone(machine.id, async () => {
      const guest = await machine.agent.freeze();
      try {
        held = (await tell({ kind: 'hold' })) as OverlayHold;
      } finally {
        unrest = guest.why ?? (await guest.thaw());
      }
      if (held.settledVersion === undefined) return undefined;
      return this.#copy(headPlace(head.id, held.settledVersion)).catch(async (error: unknown) => {
        await release();
        throw error;
      });
    });
    try {
      const { generation, settledGeneration } = held as unknown as OverlayHold;
      const value = await read({
        ...plain(head),
        overlay: { file, generation, settledGeneration },
        ...(place ? { content: place } : {}),
      });
      return { value, ...(unrest === undefined ? {} : { unrest }) };
    } finally {
      await release();
      if (place) await this.#parts.storage.run.dropOwners({ owners: [place.owner] });
    }
  }

  async #copy(from: { readonly owner: string; readonly prefix: string }) {
    const to = { owner: `export:${ulid()}`, prefix: 'disk' };
    await this.#parts.storage.run.copyDisks({ copies: [{ from, to }] });
    return to;
  }

  async #withCopy<T>(
    from: { readonly owner: string; readonly prefix: string },
    work: (place: { owner: string; prefix: string }) => Promise<T>,
  ): Promise<T> {
    const place = await this.#copy(from);
    try {
      return await work(place);
    } finally {
      await this.#parts.storage.run.dropOwners({ owners: [place.owner] });
    }
  }
}

/** What a head or a snapshot's disk stands on. */
function plain({ sizeBytes, base }: Pick<HeadRecord, 'sizeBytes' | 'base'>): Pick<DiskSource, 'sizeBytes' | 'base'> {
  return { sizeBytes, ...(base ? { base: { path: base.path, format: base.format } } : {}) };
}
