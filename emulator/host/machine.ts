/** A running machine as its owner sees it: what it asks of the threads, one thing after the other where it must be so. */
import type { MessagePort } from 'node:worker_threads';
import { turns } from '../structures/in-turn.ts';
import { runState } from '../engine/layout.ts';
import {
  type DeviceDescription,
  type MachineFigures,
  MachineError,
  type RestorePoint,
  type RunningMachine,
  type SavedPoint,
  type SharedRam,
} from '../index.ts';
import { type MachineLayout, sharedRam } from '../machine/layout.ts';
import { retiredByCores } from '../machine/saved-state.ts';
import { bind, type StateOf } from '../snapshot/schema.ts';
import type { MachineThreads } from './machine-threads.ts';
import type { TakenPoint } from './messages.ts';

export class Machine implements RunningMachine {
  readonly #threads: MachineThreads;
  readonly #ram: SharedRam;
  readonly #retired: () => number;
  readonly #working: readonly StateOf<typeof runState>[];
  /** What the cores' counts lack of the instructions retired since the start, because they went back with the machine. */
  #retiredBefore: number;
  /** Pauses, snapshots and returns come one after the other. */
  readonly #inTurn = turns();

  /** @param retired instructions that the cores had retired where the machine goes on from */
  constructor(threads: MachineThreads, layout: MachineLayout, buffer: SharedArrayBuffer, retired: number) {
    this.#threads = threads;
    this.#ram = sharedRam(layout, buffer);
    this.#retired = () => retiredByCores(layout, buffer);
    this.#working = layout.cores.map((core) => bind(runState, buffer, core.run));
    this.#retiredBefore = -retired;
  }

  pause(): Promise<void> {
    return this.#inTurn(() => this.#threads.pause());
  }
  resume(): Promise<void> {
    return this.#inTurn(() => this.#threads.resume());
  }
  stop(): Promise<void> {
    return this.#threads.stop({ kind: 'stopped' });
  }
  async pressPowerButton(): Promise<boolean> {
    return (await this.#threads.ask({ kind: 'power button' })) === true;
  }
  write(console: number, bytes: Uint8Array): Promise<number> {
    if (this.#threads.ended) return Promise.resolve(0);
    this.#threads.toIo({ kind: 'input', console, bytes });
    return this.#threads.input.expect(console);
  }
  acknowledge(console: number, count: number): void {
    this.#threads.toIo({ kind: 'acknowledge', console, count });
  }
  resize(console: number, columns: number, rows: number): void {
    this.#threads.toIo({ kind: 'resize', console, columns, rows });
  }

  save({ onlyChanged = false }: { readonly onlyChanged?: boolean } = {}): Promise<SavedPoint> {
    return this.#inTurn(async () => {
      await this.#mayMark(onlyChanged);
      return this.#saved(await this.#threads.snapshotPoint({ kind: 'snapshotPoint', request: { save: onlyChanged ? 'changed' : 'all' } }));
    });
  }
  restore(point: RestorePoint, { keep }: { readonly keep?: { readonly onlyChanged: boolean } } = {}): Promise<SavedPoint | undefined> {
    return this.#inTurn(async () => {
      const bits = this.#ram.sizeBytes / 4096 / 8;
      if (point.differs.length !== bits) throw new MachineError('state-other-marks', { bytes: point.differs.length, wanted: bits });
      if (keep) await this.#mayMark(keep.onlyChanged);
      const { state, differs, disks } = point;
      const save = keep ? ({ save: keep.onlyChanged ? 'changed' : 'all' } as const) : {};
      const question = { kind: 'snapshotPoint', request: { ...save, back: { state, differs } }, ...(disks ? { disks } : {}) } as const;
      const snapshotPoint = await this.#threads.snapshotPoint(question, disks && (() => point.detached?.()));
      this.#retiredBefore += snapshotPoint.retiredBefore;
      point.fill(this.#ram);
      return keep && this.#saved(snapshotPoint);
    });
  }
  tellDisk(slot: number, message: unknown): Promise<unknown> {
    return this.#threads.ask({ kind: 'disk', slot, message });
  }
  tellNetwork(card: number, message: unknown, ports: readonly object[] = []): Promise<unknown> {
    return this.#threads.ask({ kind: 'network', card, message }, { transfer: ports as readonly MessagePort[] });
  }
  tellShare(share: number, message: unknown): Promise<unknown> {
    return this.#threads.ask({ kind: 'share', share, message });
  }

  async devices(): Promise<readonly DeviceDescription[]> {
    return (await this.#threads.ask({ kind: 'devices' })) as readonly DeviceDescription[];
  }

  /** Waits until pages may be marked for copying: the marks are one snapshot's, and a full one needs all pages here. */
  async #mayMark(onlyChanged: boolean): Promise<void> {
    const { keeper, absent } = this.#threads.pages;
    await keeper.idle();
    if (!onlyChanged) await absent.complete(() => this.#threads.ended);
  }
  #saved({ saved, pausedMs }: TakenPoint): SavedPoint {
    if (!saved) throw new Error('the I/O thread answered without the state it was asked for');
    return { ...saved, ram: this.#ram, pausedMs };
  }

  figures(): MachineFigures {
    const sum = (values: readonly bigint[]) => Number(values.reduce((a, b) => a + b, 0n));
    const instructions = this.#retired() + this.#retiredBefore;
    const { user, system } = process.cpuUsage();
    return {
      instructions,
      compiledInstructions: Math.max(0, instructions - sum(this.#working.map(({ interpreted }) => interpreted))),
      fragments: this.#working.reduce((all, { fragments }) => all + fragments, 0),
      seconds: this.#threads.seconds(),
      hostCpuSeconds: (user + system) / 1e6,
    };
  }
}
