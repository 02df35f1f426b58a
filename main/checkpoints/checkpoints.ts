/** Automatic snapshots: taken while machines run, thinned as they age, and kept within the budget. */
import { causeOf, faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import type { SnapshotRecord } from '../library/snapshot-records.ts';
import type { SupervisedMachine } from '../supervisor/supervised-machine.ts';
import { timeText } from '../../emulator/quantities/moments.ts';
import { overBudget, thinned, type Thinnable } from './thinning.ts';
import type { Timelines } from '../snapshots/timelines.ts';

/** How often clocks are looked at, in milliseconds. */
const EVERY = 500;

/** Names that the program gives; who gives another wants to keep it. */
const GIVEN_NAME = { automatic: /^\d\d:\d\d:\d\d$/, kept: /^before restoring / } as const;

/** Nobody has said that it is worth keeping. */
const isUnasked = (wanted: keyof typeof GIVEN_NAME, { kind, pinned, protected: kept, name, note, state, deletedAt }: SnapshotRecord) =>
  kind === wanted && GIVEN_NAME[wanted].test(name) && !pinned && !kept && note === '' && state !== 'storing' && deletedAt === undefined;

export class Checkpoints {
  readonly #timelines: Timelines;
  readonly #machines: () => readonly SupervisedMachine[];
  readonly #timer: NodeJS.Timeout;
  /** When each machine's last one was due, by `performance.now()`: the host's clock may be set. */
  readonly #last = new Map<MachineId, number>();
  readonly #complained = new Set<MachineId>();
  /** When snapshots of this run were taken, by `performance.now()`. */
  readonly #takenAt = new Map<SnapshotId, number>();

  constructor(timelines: Timelines, machines: () => readonly SupervisedMachine[]) {
    this.#timelines = timelines;
    this.#machines = machines;
    this.#timer = setInterval(() => this.#look(), EVERY).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    for (const machine of this.#machines()) {
      const { everySeconds = 0 } = machine.record.definition.checkpoints ?? {};
      if (machine.life.state !== 'running' || everySeconds === 0) {
        this.#last.delete(machine.id);
        continue;
      }
      const last = this.#last.get(machine.id) ?? this.#last.set(machine.id, now).get(machine.id)!;
      // One that is still being stored is not overtaken: the machine changes faster than it can be stored.
      if (now - last < everySeconds * 1000 || this.#timelines.of(machine.id).storing.isBusy) continue;
      this.#last.set(machine.id, now);
      void this.#take(machine);
    }
  }

  async #take(machine: SupervisedMachine): Promise<void> {
    try {
      const { record, stored } = await this.#timelines.take(machine.id, { kind: 'automatic', name: timeText(Date.now()) });
      this.#takenAt.set(record.id, performance.now());
      await stored;
      this.#complained.delete(machine.id);
      await this.thin(machine, record.id);
    } catch (error) {
      // Once, not every few seconds.
      if (this.#complained.has(machine.id) || machine.life.state !== 'running') return;
      this.#complained.add(machine.id);
      const { name } = machine.record.definition;
      this.#timelines.parts.notice('warning', faultWith('checkpoint-not-taken', { name, why: causeOf(error) }));
    }
  }

  /** Removes those that are too many now. @param newest always stays */
  async thin(machine: SupervisedMachine, newest: SnapshotId): Promise<void> {
    const { budgetBytes = 0 } = machine.record.definition.checkpoints ?? {};
    const { library } = this.#timelines.parts;
    const present = await library.timeline.present(machine.id);
    // The one that the present came after is what it is compared with; the newest counts, and stays.
    const candidates = async (kind: keyof typeof GIVEN_NAME): Promise<readonly Thinnable[]> =>
      (await library.snapshots.list(machine.id))
        .filter((record) => isUnasked(kind, record) && (record.id !== present.parent || record.id === newest))
        .map(({ id, createdAt, ownBytes }) => ({ id, createdAt, ownBytes, ...this.#steady(id) }));
    const now = { createdAt: Date.now(), steadyAt: performance.now() };
    for (const kind of ['automatic', 'kept'] as const) await this.#remove(machine.id, thinned(await candidates(kind), now) as SnapshotId[]);
    if (budgetBytes === 0) return;
    // What one that goes shared with another becomes that one's own, so that it takes several looks.
    for (let looks = 0; looks < 10; looks++) {
      await this.#timelines.usage.measure();
      const total = await this.#timelines.usage.total(machine.id, []);
      const many = overBudget(await candidates('automatic'), total, budgetBytes) as SnapshotId[];
      if (many.length === 0) return;
      await this.#remove(machine.id, many);
    }
  }

  #steady(id: SnapshotId): Pick<Thinnable, 'steadyAt'> {
    const steadyAt = this.#takenAt.get(id);
    return steadyAt === undefined ? {} : { steadyAt };
  }

  async #remove(machine: MachineId, ids: readonly SnapshotId[]): Promise<void> {
    if (ids.length === 0) return;
    const { parts, bin } = this.#timelines;
    const children = (await parts.library.snapshots.list(machine)).filter(({ parent }) => parent !== null && ids.includes(parent));
    await bin.purge(ids);
    for (const id of ids) this.#takenAt.delete(id);
    for (const id of ids) parts.events.removed({ machine, id });
    parts.changed(
      machine,
      children.map(({ id }) => id),
    );
  }
}
