/**
 * From a machine's disks as they are defined to what its threads open: raw files in place, or heads (made where they are
 * missing) over bases that are looked at first.
 */
import { ContractError, causeOf } from '../../preload/contract/errors/contract-error.ts';
import { existsSync } from 'node:fs';
import type { DiskAttachment, ModuleDisk } from '../../emulator/index.ts';
import type { DiskBase } from '../../preload/contract/disks.ts';
import type { DiskDefinition, MachineDefinition, MachineId } from '../../preload/contract/machines.ts';
import type { FileClaims } from '../claims/file-claims.ts';
import type { HeadId, HeadRecord } from '../library/head-records.ts';
import type { Library } from '../library/library.ts';
import type { MachineRecord } from '../library/machine-records.ts';
import { ulid } from '../library/ulid.ts';
import { checkBase, hashBase, lookAtBase, mustBeRead } from './bases.ts';
import { lookAtDiskFile } from './disk-file.ts';
import { createHead, overlayFile } from './heads.ts';
import type { ImageSetup } from './image-disk.ts';
import type { OverlaySetup } from './overlay-messages.ts';
import { claimFiles } from './shared-files.ts';
import { usedFiles } from './used-files.ts';

export interface MachineDisksParts {
  readonly library: Pick<Library, 'home' | 'heads' | 'machines'>;
  readonly claims: FileClaims;
  /** The store's file. */
  readonly storage: { readonly file: string };
  /** Runs work in the background of a machine that starts, where a person can see it; absent: unseen. */
  inBackground?(
    kind: 'record-base' | 'check-base',
    path: string,
    work: (progress: (done: number, total: number) => void, signal: AbortSignal) => Promise<void>,
  ): void;
}

export interface MachineDisks {
  /**
   * The disks of a machine on its present heads; heads that are missing are made.
   * @throws ContractError `unavailable` when a disk cannot be used, naming it and what to do
   */
  attach(machine: MachineRecord, definition: MachineDefinition): Promise<readonly DiskAttachment[]>;
  /**
   * The same for a machine that is about to run: its files are claimed until `release`.
   * @throws ContractError `conflict` too, when another machine or program has a file
   */
  claim(machine: MachineRecord, definition: MachineDefinition): Promise<readonly DiskAttachment[]>;
  /** The machine has ended. */
  release(machine: MachineId): void;
  /** An empty head of a disk; the library does not know it yet. @throws ContractError where the disk cannot be used */
  newHead(machine: MachineId, slot: number, definition: DiskDefinition): Promise<HeadRecord>;
  /** One disk on a head. */
  attachment(head: HeadRecord, definition: DiskDefinition): DiskAttachment;
  /** Makes sure that a base is what it was; reading all of it is something a person sees. @throws ContractError */
  checkBase(base: DiskBase): Promise<DiskBase>;
}

/** Whether a disk has a head: what is written to it is kept apart from its base. */
export const hasHead = ({ writes = 'direct' }: DiskDefinition): boolean => writes !== 'direct';

// Whole expressions: the build of the Electron shell finds them by their text.
export const OVERLAY_DISK = new URL('./overlay-disk.ts', import.meta.url).href;
const IMAGE_DISK = new URL('./image-disk.ts', import.meta.url).href;

async function inPlace(disk: DiskDefinition): Promise<DiskAttachment> {
  const { path, readonly } = disk;
  if (path === undefined) throw new ContractError('disk-no-file');
  const { format } = await lookAtDiskFile(path, { format: disk.format, writes: !readonly });
  if (format === 'raw') return { path, readonly };
  return { module: IMAGE_DISK, setup: { path, format } satisfies ImageSetup, readonly: true } satisfies ModuleDisk;
}

/** The disks of a library's machines. */
export function machineDisks({ library, storage, claims, inBackground }: MachineDisksParts): MachineDisks {
  const { heads, home } = library;
  const fileOf = (head: string) => overlayFile(home.folder, head);

  /** Notes what a new base holds, while the machine starts on it. */
  function noteContent(head: HeadId, base: DiskBase): void {
    const note = async (progress?: (done: number, total: number) => void, signal?: AbortSignal) => {
      const hashed = await hashBase(base, progress, signal);
      await heads.change(head, { base: hashed });
    };
    if (inBackground) inBackground('record-base', base.path, note);
    else void note().catch(() => undefined);
  }

  async function newHead(machine: MachineId, slot: number, definition: DiskDefinition): Promise<HeadRecord> {
    const { id: disk, path, sizeBytes, writes } = definition;
    if (disk === undefined) throw new ContractError('disk-no-id');
    const found =
      path === undefined ? undefined : await lookAtBase(path, (await lookAtDiskFile(path, { format: definition.format })).format);
    const size = sizeBytes ?? found?.sizeBytes;
    if (size === undefined) throw new ContractError('disk-no-file-or-size');
    if (path !== undefined && found && found.sizeBytes > size)
      throw new ContractError('disk-base-larger', { path, bytes: found.sizeBytes, sizeBytes: size });
    const id = ulid() as HeadId;
    await createHead(fileOf(id));
    const throwaway = writes === 'throwaway';
    const base = found && { base: found.base };
    return { id, machine, disk, slot, sizeBytes: size, ...base, throwaway, present: true, createdAt: Date.now() };
  }
  async function make(machine: MachineRecord, slot: number, definition: DiskDefinition): Promise<HeadRecord> {
    const head = await newHead(machine.id, slot, definition);
    await heads.create(head);
    if (head.base && !head.throwaway) noteContent(head.id, head.base);
    return head;
  }

  /** Makes sure that a base is what it was; reading all of it is something a person sees. */
  async function checked(base: DiskBase): Promise<DiskBase> {
    if (!inBackground || !(await mustBeRead(base))) return checkBase(base);
    return new Promise((resolve, reject) => {
      inBackground('check-base', base.path, async (progress, signal) => {
        const looked = checkBase(base, progress, signal);
        await looked.then(resolve, reject);
        await looked;
      });
    });
  }

  /** A head that is there, with its base looked at and its size brought up to what is defined. */
  async function check(head: HeadRecord, slot: number, { path, sizeBytes }: DiskDefinition): Promise<HeadRecord> {
    if (!existsSync(fileOf(head.id))) throw new ContractError('disk-overlay-missing', { path: fileOf(head.id) });
    // The same image under another name is welcome, anything else is another disk.
    const base = head.base && (await checked({ ...head.base, path: path ?? head.base.path }));
    const size = Math.max(head.sizeBytes, sizeBytes ?? 0);
    const changed = JSON.stringify(base) !== JSON.stringify(head.base);
    if (changed || size !== head.sizeBytes || slot !== head.slot)
      await heads.change(head.id, { sizeBytes: size, slot, ...(changed && base ? { base } : {}) });
    return { ...head, sizeBytes: size, slot, ...(base ? { base } : {}) };
  }

  const attachment = ({ id, base, sizeBytes, throwaway }: HeadRecord, { readonly }: DiskDefinition): DiskAttachment => ({
    module: OVERLAY_DISK,
    setup: {
      overlay: fileOf(id),
      settled: { store: storage.file, head: id },
      ...(base ? { base: { path: base.path, format: base.format } } : {}),
      sizeBytes,
      readonly,
      throwaway,
    } satisfies OverlaySetup,
    readonly,
  });

  async function attach(machine: MachineRecord, definition: MachineDefinition): Promise<readonly DiskAttachment[]> {
    const present = await heads.present(machine.id);
    const attached: DiskAttachment[] = [];
    for (const [slot, disk] of definition.disks.entries()) {
      try {
        if (hasHead(disk)) {
          const known = present.find((head) => head.disk === disk.id);
          attached.push(attachment(known ? await check(known, slot, disk) : await make(machine, slot, disk), disk));
        } else {
          attached.push(await inPlace(disk));
        }
      } catch (error) {
        throw new ContractError('disk-unusable', { slot, why: causeOf(error) }, { cause: error });
      }
    }
    return attached;
  }

  return {
    checkBase: checked,
    newHead,
    attachment,
    async claim(machine, definition) {
      const attached = await attach(machine, definition);
      await claimFiles({ library, claims }, machine, await usedFiles(attached));
      return attached;
    },
    release: (machine) => claims.release(machine),
    attach,
  };
}
