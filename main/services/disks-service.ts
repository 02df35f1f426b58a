/** Answers the calls of the contract `disks`: looking at disks, bringing images in and out, looking after them. */
import { ContractError, causeOf, faultWith } from '../../preload/contract/errors/contract-error.ts';
import { truncate } from 'node:fs/promises';
import { SECTOR_BYTES } from '../../emulator/disk/whole-sectors.ts';
import { lookAt } from '../../emulator/host/files/look-at.ts';
import type { Emitter, Handlers } from '../../preload/contract/contract.ts';
import type { DiskHolder, DiskStatus, disks } from '../../preload/contract/disks.ts';
import type { DiskDefinition, MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import type { FileClaims } from '../claims/file-claims.ts';
import { writesInPlace } from '../disks/admit-disks.ts';
import { hashBase, lookAtBase, problemOf } from '../disks/bases.ts';
import { BringingIn } from '../transfer/bringing-in.ts';
import { headPlace } from '../disks/content.ts';
import type { DiskSource } from '../disks/export-image.ts';
import { lookAtDiskFile } from '../disks/disk-file.ts';
import { headState, overlayBytes, overlayFile, settleHead } from '../disks/heads.ts';
import { hostPath } from '../images/files/host-path.ts';
import { hasHead } from '../disks/machine-disks.ts';
import { sharingOf } from '../disks/shared-files.ts';
import { TakingOut } from '../transfer/taking-out.ts';
import { filesOfImage } from '../disks/used-files.ts';
import type { HeadRecord } from '../library/head-records.ts';
import type { Library } from '../library/library.ts';
import type { MachineRecord } from '../library/machine-records.ts';
import { ulid } from '../library/ulid.ts';
import type { SupervisedMachine } from '../supervisor/supervised-machine.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { TaskList } from '../tasks/task-list.ts';
import type { Report } from '../jobs/job.ts';
import type { Storage } from '../jobs/storage.ts';
import type { KeepingJobs } from '../storage/keeping-jobs.ts';
import type { ContentJobs } from '../disks/content-jobs.ts';
import type { ImageJobs } from '../disks/image-jobs.ts';

export interface DisksParts {
  readonly library: Pick<Library, 'home' | 'heads' | 'snapshots' | 'machines'>;
  readonly claims: FileClaims;
  readonly storage: Pick<Storage<KeepingJobs & ContentJobs & ImageJobs>, 'run'>;
  readonly tasks: TaskList;
  readonly supervisor: Pick<Supervisor, 'machine' | 'update'>;
  readonly events: Emitter<typeof disks>;
  /** Runs work while nothing else changes what the machine's disks are: no start, no snapshot, no return. */
  alone<T>(machine: MachineId, work: () => Promise<T>): Promise<T>;
  /** Resolves when a snapshot is stored, or will not be. */
  stored(id: SnapshotId): Promise<unknown>;
}

/** A disk of a machine as it is defined, and its head where it has one. */
interface Found {
  readonly machine: SupervisedMachine;
  readonly definition: DiskDefinition;
  readonly head: HeadRecord | undefined;
}

/** The handlers of `disks`. */
export function disksService(parts: DisksParts): Handlers<typeof disks> {
  const { library, storage, claims, tasks, supervisor, events } = parts;
  const { heads, home } = library;
  const bringing = new BringingIn(parts);
  const taking = new TakingOut(parts);

  async function find(id: MachineId, slot: number): Promise<Found> {
    const machine = supervisor.machine(id);
    const definition = machine.record.definition.disks[slot];
    if (!definition)
      throw new ContractError('disk-missing', {
        name: machine.record.definition.name,
        slot,
        count: machine.record.definition.disks.length,
      });
    const head = hasHead(definition) ? (await heads.present(id)).find(({ disk }) => disk === definition.id) : undefined;
    return { machine, definition, head };
  }

  /** For what must not happen beside a guest, or under a saved one. */
  function requireOff({ life, record }: SupervisedMachine, what: string): void {
    const { name } = record.definition;
    if (life.isActive) throw new ContractError('disk-needs-stopped', { name, state: life.state, what });
    life.requireGone();
    if (record.suspended) throw new ContractError('disk-of-suspended', { name });
  }

  async function direct(slot: number, disk: DiskDefinition): Promise<DiskStatus> {
    const { path } = disk;
    if (path === undefined) return { slot, sizeBytes: 0, hostBytes: 0, problem: faultWith('disk-no-file-set') };
    try {
      const { format } = await lookAtDiskFile(path, { format: disk.format, writes: writesInPlace(disk) });
      const { hostBytes } = await lookAt(path);
      return { slot, sizeBytes: (await lookAtBase(path, format)).sizeBytes, hostBytes };
    } catch (error) {
      return { slot, sizeBytes: 0, hostBytes: 0, problem: causeOf(error) };
    }
  }

  /** A disk that no start has made yet. */
  async function unused(slot: number, { id, path, format, sizeBytes }: DiskDefinition): Promise<DiskStatus> {
    const own = { slot, ...(id === undefined ? {} : { id }), hostBytes: 0 };
    if (path === undefined) return { ...own, sizeBytes: sizeBytes ?? 0 };
    try {
      const found = await lookAtDiskFile(path, { format });
      return { ...own, sizeBytes: sizeBytes ?? (await lookAtBase(path, found.format)).sizeBytes };
    } catch (error) {
      return { ...own, sizeBytes: sizeBytes ?? 0, problem: causeOf(error) };
    }
  }

  async function kept(slot: number, head: HeadRecord, storedBytes: number): Promise<DiskStatus> {
    const problem = head.base && (await problemOf(head.base));
    return {
      slot,
      id: head.disk,
      sizeBytes: head.sizeBytes,
      ...(head.base ? { base: head.base } : {}),
      hostBytes: (await overlayBytes(overlayFile(home.folder, head.id))) + storedBytes,
      ...(problem === undefined ? {} : { problem }),
    };
  }

  async function list(id: MachineId): Promise<readonly DiskStatus[]> {
    const machine = supervisor.machine(id);
    const { disks: defined } = machine.record.definition;
    const present = await heads.present(id);
    const owners = present.length > 0 ? (await storage.run.usage({ groups: {} })).owners : undefined;
    const statuses = await Promise.all(
      defined.map((definition, slot) => {
        if (!hasHead(definition)) return direct(slot, definition);
        const head = present.find(({ disk }) => disk === definition.id);
        return head ? kept(slot, head, owners?.get(`head:${head.id}`)?.own ?? 0) : unused(slot, definition);
      }),
    );
    return machine.life.isActive ? statuses : Promise.all(statuses.map((status) => withWarning(machine.record, status)));
  }

  async function withWarning(machine: MachineRecord, status: DiskStatus): Promise<DiskStatus> {
    const warning = status.problem === undefined ? await sharingOf({ library, claims }, machine, status.slot) : undefined;
    return warning === undefined ? status : { ...status, warning };
  }

  async function holders(id: MachineId, disk: string): Promise<readonly DiskHolder[]> {
    const records = (await library.snapshots.list(id)).filter(({ deletedAt }) => deletedAt === undefined);
    const found = records.flatMap((record) => record.disks.flatMap((one) => (one.disk === disk ? [{ record, slot: one.slot }] : [])));
    if (found.length === 0) return [];
    const bytes = await storage.run.bytesOf({
      parts: found.map(({ record, slot }) => ({ owner: `snapshot:${record.id}`, prefix: `disk${slot}@` })),
    });
    return found.map(({ record }, index) => ({ snapshot: record.id, name: record.name, hostBytes: bytes[index] ?? 0 }));
  }

  async function resize(id: MachineId, slot: number, sizeBytes: number): Promise<void> {
    const { machine, definition, head } = await find(id, slot);
    requireOff(machine, 'made larger');
    if (sizeBytes % SECTOR_BYTES !== 0) throw new ContractError('disk-size-not-sectors', { sectorBytes: SECTOR_BYTES });
    const now = (await list(id))[slot]!;
    if (sizeBytes < now.sizeBytes) throw new ContractError('disk-cannot-shrink', { slot, sizeBytes: now.sizeBytes });
    if (hasHead(definition)) {
      if (head) await heads.change(head.id, { sizeBytes });
      await supervisor.update(id, ({ disks }) => ({
        disks: disks.map((disk) => (disk.id === definition.id ? { ...disk, sizeBytes } : disk)),
      }));
    } else if (definition.path !== undefined && (definition.format ?? 'raw') === 'raw' && !definition.readonly) {
      if ((await lookAt(definition.path)).kind === 'block device') throw new ContractError('disk-is-device', { path: definition.path });
      await truncate(definition.path, sizeBytes);
    } else throw new ContractError('disk-readonly-resize');
    events.changed({ machine: id });
  }

  async function compact(id: MachineId, slot: number): Promise<{ readonly task: string }> {
    const { machine, definition, head } = await find(id, slot);
    if (!hasHead(definition)) throw new ContractError('disk-direct-compact');
    requireOff(machine, 'compacted');
    const task = tasks.begin('compact-disk', { machine: id, name: machine.record.definition.name, slot }, (progress, signal) =>
      parts.alone(id, async () => {
        requireOff(machine, 'compacted');
        if (!head) return;
        const overlay = overlayFile(home.folder, head.id);
        const { settledVersion } = await headState(overlay);
        const owner = `head:${head.id}`;
        const version = await storage.run.nextVersion({ owner });
        const from = settledVersion === undefined ? {} : { from: headPlace(head.id, settledVersion) };
        const base = head.base ? { base: { path: head.base.path, format: head.base.format } } : {};
        await storage.run.compactDisk({ head: head.id, overlay, ...from, version, ...base }, { progress, signal });
        await settleHead(overlay, version);
        await storage.run.dropVersions({ owner, keep: version });
        await storage.run.collect();
        events.changed({ machine: id });
      }),
    );
    return { task: task.id };
  }

  async function acceptBase(id: MachineId, slot: number): Promise<void> {
    const { machine, definition, head } = await find(id, slot);
    if (!head?.base) throw new ContractError('disk-no-base', { slot });
    const path = definition.path ?? head.base.path;
    const { base, sizeBytes } = await lookAtBase(path, head.base.format).catch((error: Error) => {
      throw new ContractError('file-unusable', { path, why: causeOf(error) });
    });
    const subject = { machine: id, name: machine.record.definition.name, slot, path };
    const hashed = await tasks.begin('accept-base', subject, (progress, signal) =>
      hashBase(base, (bytesDone, bytesTotal) => progress({ message: '', fraction: bytesTotal > 0 ? bytesDone / bytesTotal : 1 }), signal),
    ).result;
    await parts.alone(id, async () => {
      requireOff(machine, 'put on another base');
      await heads.change(head.id, { base: hashed, sizeBytes: Math.max(sizeBytes, head.sizeBytes) });
    });
    events.changed({ machine: id });
  }

  return {
    list,
    holders: (id, disk) => holders(supervisor.machine(id).id, disk),
    import: async (id, { path: given, format, copy }) => {
      const path = hostPath(given);
      const { record } = supervisor.machine(id);
      const { format: known } = await lookAtDiskFile(path, { format });
      const owner = `import-${ulid()}`;
      const task = tasks.begin('add-disk', { machine: id, name: record.definition.name, path }, async (progress, signal) => {
        // Nobody writes into it while it is read.
        await claims.take(owner, 'an import', await filesOfImage({ path, format: known }));
        try {
          await (copy ? bringing.copy(id, path, known, progress, signal) : bringing.refer(id, path, known, progress, signal));
        } finally {
          claims.release(owner);
        }
      });
      return { task: task.id };
    },
    export: async (id, slot, { path: given, format, snapshot, compress = false }) => {
      const path = hostPath(given);
      if (compress && format === 'raw') throw new ContractError('image-raw-compressed');
      const machine = supervisor.machine(id);
      // A disk in a snapshot is there whatever the machine has become.
      if (snapshot === undefined) await find(id, slot);
      const subject = { machine: id, name: machine.record.definition.name, slot, path };
      const file = { path, format, compress };
      const work = (progress: Report, signal: AbortSignal) => {
        const write = (source: DiskSource) => storage.run.exportImage({ source, ...file }, { progress, signal });
        return snapshot === undefined
          ? taking.present(id, slot, write, progress, signal)
          : taking.snapshot(id, snapshot as SnapshotId, slot, write, progress, signal);
      };
      const task = tasks.begin('export-disk', subject, work, ({ unrest }) => (unrest ? { unrest } : {}));
      return { task: task.id };
    },
    resize: (id, slot, sizeBytes) => parts.alone(id, () => resize(id, slot, sizeBytes)),
    compact,
    acceptBase,
  };
}
