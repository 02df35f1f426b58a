/** Images that become disks of a machine: by reference, where the file stays what the disk stands on, or as a copy. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { boardOf } from '../../preload/contract/definition/boards.ts';
import { FIRST_VERSION } from '../heads/head-supply.ts';
import { reading } from './reading-progress.ts';
import type { ImageFormat } from '../../emulator/disk/open.ts';
import type { Emitter } from '../../preload/contract/contract.ts';
import type { disks } from '../../preload/contract/disks.ts';
import type { DiskDefinition, MachineId } from '../../preload/contract/machines.ts';
import type { HeadId, HeadRecord } from '../library/head-records.ts';
import type { Library } from '../library/library.ts';
import { ulid } from '../library/ulid.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { Report } from '../jobs/job.ts';
import type { Storage } from '../jobs/storage.ts';
import type { KeepingJobs } from '../storage/keeping-jobs.ts';
import type { ImageJobs } from '../disks/image-jobs.ts';
import { hashBase, lookAtBase } from '../disks/bases.ts';
import { headPlace } from '../disks/content.ts';
import { createHead, overlayFile, removeHead } from '../disks/heads.ts';

export interface BringingInParts {
  readonly library: Pick<Library, 'home' | 'heads'>;
  readonly storage: Pick<Storage<KeepingJobs & ImageJobs>, 'run'>;
  readonly supervisor: Pick<Supervisor, 'machine' | 'update'>;
  readonly events: Emitter<typeof disks>;
}

export class BringingIn {
  readonly #parts: BringingInParts;
  constructor(parts: BringingInParts) {
    this.#parts = parts;
  }

  /** Adds a disk that stands on the file, and remembers what the file holds. @throws Error with a message for a person */
  async refer(machine: MachineId, path: string, format: ImageFormat, report: Report, signal: AbortSignal): Promise<void> {
    const { base, sizeBytes } = await lookAtBase(path, format);
    const hashed = await hashBase(base, reading(path, report), signal);
    const head = this.#head(machine, { sizeBytes, base: hashed });
    await createHead(this.#fileOf(head));
    await this.#add(head, { id: head.disk, path, format, readonly: false, writes: 'overlay' });
  }

  /** Adds a disk with the file's content; the file is not needed afterwards. @throws Error with a message for a person */
  async copy(machine: MachineId, path: string, format: ImageFormat, report: Report, signal: AbortSignal): Promise<void> {
    const { storage } = this.#parts;
    const id = ulid() as HeadId;
    try {
      const to = headPlace(id, FIRST_VERSION);
      const { sizeBytes } = await storage.run.importImage({ path, format, to }, { progress: report, signal });
      const head = this.#head(machine, { id, sizeBytes });
      await createHead(this.#fileOf(head), FIRST_VERSION);
      await this.#add(head, { id: head.disk, readonly: false, writes: 'overlay', sizeBytes });
    } catch (error) {
      await storage.run.dropOwners({ owners: [`head:${id}`] }).catch(() => undefined);
      throw error;
    }
  }

  #fileOf({ id }: HeadRecord): string {
    return overlayFile(this.#parts.library.home.folder, id);
  }

  #head(machine: MachineId, known: Pick<HeadRecord, 'sizeBytes'> & Partial<HeadRecord>): HeadRecord {
    const slot = this.#parts.supervisor.machine(machine).record.definition.disks.length;
    return { id: ulid() as HeadId, machine, disk: ulid(), slot, throwaway: false, present: true, createdAt: Date.now(), ...known };
  }

  /** The head goes before the definition: a disk that is defined and has no head would be made anew, empty. */
  async #add(head: HeadRecord, definition: DiskDefinition): Promise<void> {
    const { library, supervisor, events } = this.#parts;
    try {
      await library.heads.create(head);
      await supervisor.update(head.machine, ({ board, disks }) => {
        const { disksMax } = boardOf(board);
        if (disks.length >= disksMax) throw new ContractError('disks-too-many', { most: disksMax });
        return { disks: [...disks, definition] };
      });
    } catch (error) {
      await library.heads.remove(head.id).catch(() => undefined);
      removeHead(this.#fileOf(head));
      throw error;
    }
    events.changed({ machine: head.machine });
  }
}
