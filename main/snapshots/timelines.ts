/** The timelines of all machines: what `main` offers of snapshots, built over the library, the store and the machines. */
import type { Fault } from '../../emulator/error/coded-error.ts';
import type { Reason } from '../../preload/contract/errors/reasons.ts';
import { ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { HardwareChange, Present, Snapshot, SnapshotId, Timeline } from '../../preload/contract/snapshots.ts';
import { compareDefinitions } from '../compare/compare-definitions.ts';
import { overlayBytes, overlayFile } from '../disks/heads.ts';
import type { SnapshotPatch, SnapshotRecord } from '../library/snapshot-records.ts';
import type { StartOf, SupervisedMachine } from '../supervisor/supervised-machine.ts';
import { aborted, NEVER } from '../ending/patience.ts';
import { discardHeads } from '../heads/head-keeping.ts';
import { freeSpace } from '../storage/free-space.ts';
import { HeadSupply } from '../heads/head-supply.ts';
import { definedAs, livingParent, numberedName, visible } from '../taking/records.ts';
import type { Taken } from '../taking/storing.ts';
import { MachineTimeline } from './machine-timeline.ts';
import { recover } from './recovery.ts';
import { SnapshotBin } from '../bin/snapshot-bin.ts';
import type { TakeRequest } from '../taking/taking.ts';
import type { TimelineParts } from '../taking/timeline-parts.ts';
import { UsageKeeping } from './usage-keeping.ts';

/** What became of a return. */
export interface Restored {
  /** The snapshot that holds what was the present, where there was something to keep. */
  readonly kept: SnapshotId | null;
  readonly milliseconds: number;
  readonly hardware: readonly HardwareChange[];
}

export interface TimelinesParts extends Omit<TimelineParts, 'changed' | 'measured' | 'collectSoon' | 'damaged' | 'spareHeads'> {
  /** A machine went back, and what was its present is kept as a snapshot, which may still be being stored. */
  wentBack?(machine: MachineId, kept: SnapshotId): void;
}

/** What a snapshot needs besides its pages: its lists, and SQLite's log. */
const RESERVE = 16 * 1024 * 1024;
/** Of memory that is taken for the first time, about so much is left when it is stored. */
const STORED_PART = 0.4;

export class Timelines {
  readonly parts: TimelineParts;
  readonly usage: UsageKeeping;
  readonly bin: SnapshotBin;
  readonly #wentBack: TimelinesParts['wentBack'];
  readonly #machines = new Map<MachineId, MachineTimeline>();
  #recovered: Promise<readonly Fault[]> | undefined;

  constructor({ wentBack, ...parts }: TimelinesParts) {
    this.#wentBack = wentBack;
    this.parts = {
      ...parts,
      spareHeads: new HeadSupply(parts.library.home.folder),
      changed: (machine, ids) => {
        void this.#tell(machine, ids);
        this.usage.touched();
      },
      collectSoon: () => this.bin.collectSoon(),
      measured: () => this.usage.measure().catch(() => undefined),
      damaged: async (id, reason) => {
        await parts.library.snapshots.setState(id, 'damaged', reason);
        const { machine } = await parts.library.snapshots.get(id);
        if (machine) await this.#tell(machine, [id]);
      },
    };
    this.usage = new UsageKeeping({
      library: parts.library,
      storage: parts.storage,
      changed: (machine, ids) => void this.#tell(machine, ids),
    });
    this.bin = new SnapshotBin(this.parts, {
      uses: (id) => [...this.#machines.values()].some((machine) => machine.uses(id)),
      forget: (id) => this.#machines.forEach((machine) => machine.present.forget(id)),
      purged: () => this.usage.touched(),
    });
  }

  /** Puts in order what an ended program left; every use of the store waits for it. Tried again when it failed. */
  recovered(): Promise<readonly Fault[]> {
    return (this.#recovered ??= recover(this.parts)
      .then(async (done) => {
        await this.bin.load();
        return done;
      })
      .catch((error: unknown) => {
        this.#recovered = undefined;
        throw error;
      }));
  }

  /** Runs work on a machine's disks when what was taken is stored, and while nothing starts, takes or goes back. */
  async alone<T>(machine: MachineId, work: () => Promise<T>): Promise<T> {
    await this.recovered();
    const { present, storing } = this.of(machine);
    return present.inTurn(async () => {
      await storing.settled();
      return work();
    });
  }

  of(machine: MachineId): MachineTimeline {
    let timeline = this.#machines.get(machine);
    if (!timeline) this.#machines.set(machine, (timeline = new MachineTimeline(machine, this.parts)));
    return timeline;
  }
  /** A machine is gone for good. */
  forget(machine: MachineId): void {
    this.#machines.delete(machine);
  }
  /** @throws ContractError `missing`, for those of templates too */
  async #find(id: SnapshotId): Promise<SnapshotRecord & { readonly machine: MachineId }> {
    const record = await this.parts.library.snapshots.get(id);
    if (record.machine === null) throw new ContractError('snapshot-gone');
    return { ...record, machine: record.machine };
  }

  /** A snapshot's row, once nothing of it is being stored any more. @throws ContractError `missing` */
  async stored(id: SnapshotId): Promise<SnapshotRecord> {
    await this.recovered();
    const { machine } = await this.parts.library.snapshots.get(id);
    if (machine) await this.of(machine).storing.settled(id);
    return this.parts.library.snapshots.get(id);
  }

  async timeline(machine: MachineId): Promise<Timeline> {
    this.parts.machine(machine);
    await this.recovered();
    const { library } = this.parts;
    const [records, { freeBytes }] = await Promise.all([library.snapshots.list(machine), freeSpace(library.home.folder)]);
    const storedBytes = records.length === 0 ? 0 : await this.usage.total(machine, records);
    return { snapshots: visible(records), present: await this.#present(machine, records), storedBytes, freeBytes };
  }

  async #present(machine: MachineId, records: readonly SnapshotRecord[]): Promise<Present> {
    const present = await this.parts.library.timeline.present(machine);
    return { ...present, parent: livingParent(present.parent, new Map(records.map((record) => [record.id, record]))) };
  }

  async snapshot(id: SnapshotId): Promise<Snapshot> {
    const { machine } = await this.#find(id);
    const found = visible(await this.parts.library.snapshots.list(machine)).find((snapshot) => snapshot.id === id);
    if (!found) throw new ContractError('snapshot-gone');
    return found;
  }

  /** Takes a snapshot a person asks for. @throws ContractError `unavailable` when there is no room for it */
  async create(machine: MachineId, { name, note }: { readonly name?: string; readonly note?: string }): Promise<Taken> {
    const { record } = this.parts.machine(machine);
    const taken = (await this.parts.library.snapshots.list(machine)).map((snapshot) => snapshot.name);
    const given = name ?? numberedName(taken);
    const task = { kind: 'store-snapshot', subject: { machine, name: record.definition.name, snapshot: given } } as const;
    return this.take(machine, { kind: 'manual', name: given, task, ...(note === undefined ? {} : { note }) });
  }

  async take(machine: MachineId, request: TakeRequest): Promise<Taken> {
    await this.recovered();
    await this.#refuseFull(machine);
    return this.of(machine).take(request);
  }

  /** What a snapshot taken now needs at most, what it may well need, and what there is, in bytes. */
  async estimate(machine: MachineId): Promise<{ readonly neededBytes: number; readonly likelyBytes: number; readonly freeBytes: number }> {
    const { life } = this.parts.machine(machine);
    const { library } = this.parts;
    const { freeBytes } = await freeSpace(library.home.folder);
    const heads = await library.heads.present(machine);
    const overlays = await Promise.all(heads.map(({ id }) => overlayBytes(overlayFile(library.home.folder, id))));
    const disks = overlays.reduce((sum, bytes) => sum + bytes, 0);
    const memory = life.isActive ? (life.configuration?.memoryBytes ?? 0) : 0;
    const neededBytes = memory + disks + RESERVE;
    const { base } = this.of(machine).present;
    const earlier = base ? (await library.snapshots.list(machine)).map(({ ownBytes }) => ownBytes) : [];
    const likely = earlier.length > 0 ? 2 * Math.max(...earlier) : memory * STORED_PART;
    return { neededBytes, likelyBytes: Math.min(neededBytes, likely + disks + RESERVE), freeBytes };
  }

  async #refuseFull(machine: MachineId, what = 'a snapshot'): Promise<void> {
    const { likelyBytes, freeBytes } = await this.estimate(machine);
    const { name } = this.parts.machine(machine).record.definition;
    if (freeBytes < likelyBytes)
      throw new ContractError('space-too-small', { what, name, likelyBytes, freeBytes, folder: this.parts.library.home.folder });
  }

  /** Puts a machine back; resolves when the guest executes. */
  async restore(id: SnapshotId): Promise<Restored> {
    const began = performance.now();
    await this.recovered();
    const { machine } = await this.#find(id);
    const { life } = this.parts.machine(machine);
    if (life.isActive && !this.of(machine).present.isUnchanged) await this.#refuseFull(machine, 'the current state, which is kept first,');
    const hardware = await this.hardwareChanges(id);
    const kept = await this.of(machine).goBack(id);
    if (kept !== null) this.#wentBack?.(machine, kept);
    return { kept, milliseconds: performance.now() - began, hardware };
  }

  /** What of a machine's hardware would be another one after going back. */
  async hardwareChanges(id: SnapshotId): Promise<readonly HardwareChange[]> {
    const record = await this.#find(id);
    return compareDefinitions(this.parts.machine(record.machine).record.definition, definedAs(record));
  }

  async change(id: SnapshotId, patch: SnapshotPatch): Promise<Snapshot> {
    const { machine } = await this.#find(id);
    await this.parts.library.snapshots.change(id, patch);
    void this.#tell(machine, [id]);
    return this.snapshot(id);
  }

  /** Into the bin for a minute. @throws ContractError `conflict` for a protected one, and one that a machine is suspended at */
  async delete(ids: readonly SnapshotId[]): Promise<void> {
    await this.recovered();
    const { library } = this.parts;
    const records = await Promise.all(ids.map((id) => this.#find(id)));
    for (const { name, machine, id, protected: kept } of records) {
      if (kept) throw new ContractError('snapshot-protected', { name });
      const present = await library.timeline.present(machine);
      const { record } = this.parts.machine(machine);
      if (present.suspended && present.parent === id)
        throw new ContractError('snapshot-suspended-at', { machine: record.definition.name, snapshot: name });
    }
    for (const { id, machine } of records) {
      this.of(machine).storing.cancel(id);
      await this.of(machine).storing.settled(id);
    }
    await this.bin.put(ids);
    for (const machine of new Set(records.map((record) => record.machine))) {
      const gone = records.filter((record) => record.machine === machine).map(({ id }) => id);
      for (const id of gone) this.parts.events.removed({ machine, id });
      const children = (await library.snapshots.list(machine)).filter(({ parent }) => parent !== null && gone.includes(parent));
      this.parts.changed(
        machine,
        children.map(({ id }) => id),
      );
    }
  }

  async undelete(ids: readonly SnapshotId[]): Promise<void> {
    const machines = await this.bin.take(ids);
    for (const machine of machines) {
      const all = await this.parts.library.snapshots.list(machine);
      this.parts.changed(
        machine,
        all.map(({ id }) => id),
      );
    }
  }

  /** @param why what its state says afterwards */
  suspend(machine: MachineId, why?: Reason): Promise<void> {
    return this.recovered().then(() => this.of(machine).suspend(why));
  }

  /** The next start is from power on; the memory it was suspended with stays in the timeline. */
  forgetSuspended(machine: MachineId): Promise<void> {
    return this.of(machine).present.inTurn(async () => {
      const { parent } = await this.parts.library.timeline.present(machine);
      await this.parts.library.timeline.apply({ present: { machine, parent, suspended: false } });
      this.parts.machine(machine).life.reason = faultWith('stopped');
      await this.parts.refresh(machine);
      this.parts.changed(machine, []);
    });
  }

  /** What a machine's start begins with. */
  async startOf(machine: MachineId, signal: AbortSignal): Promise<StartOf> {
    await this.recovered();
    return this.of(machine).startOf(signal);
  }

  /** A machine ended: heads that were to be forgotten go, unless it goes on from them. */
  async ended(machine: SupervisedMachine): Promise<void> {
    const { library } = this.parts;
    const heads = (await library.heads.present(machine.id)).filter(({ throwaway }) => throwaway);
    if (heads.length === 0) return;
    const timeline = this.of(machine.id);
    await timeline.settled();
    await timeline.present.inTurn(async () => {
      const { suspended } = await library.timeline.present(machine.id);
      if (suspended || machine.life.isActive) return;
      const ids = heads.map(({ id }) => id);
      await library.timeline.apply({ removeHeads: ids });
      await discardHeads(this.parts, ids);
    });
  }

  /** Resolves when everything that was taken is stored, or has failed. */
  async settled(): Promise<void> {
    await Promise.all([...this.#machines.values()].map((machine) => machine.settled()));
  }

  /** Ends the storage; what is not finished, because of the hurry, is put in order by the next start. */
  async close(hurry: AbortSignal = NEVER): Promise<void> {
    this.usage.close();
    this.bin.close();
    await Promise.race([this.settled(), aborted(hurry)]);
    await this.parts.spareHeads.close();
    await this.parts.storage.close();
  }

  async #tell(machine: MachineId, ids: readonly SnapshotId[]): Promise<void> {
    try {
      const records = await this.parts.library.snapshots.list(machine);
      for (const snapshot of visible(records)) if (ids.includes(snapshot.id)) this.parts.events.changed(snapshot);
      this.parts.events.present(await this.#present(machine, records));
    } catch {
      // The library is closed: nobody looks any more.
    }
  }
}
