/**
 * The process that is killed: opens the library and does random things to its machines until it dies. Says each thing
 * before it begins and after it is done, a JSON line each, written at once.
 *
 * node trial-worker.ts HOME SEED PROGRAM BASE BOARD
 */
import { rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { findHome } from '../../main/library/home.ts';
import { ContractError } from '../../preload/contract/contract.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { Snapshot, SnapshotId } from '../../preload/contract/snapshots.ts';
import { isGuestBoard } from '../bench/boards.ts';
import { BLOCK_BYTES } from './guest-model.ts';
import { random } from './random.ts';
import type { TrialEvent } from './trial-events.ts';
import { openWholeProgram } from '../kit/whole-program.ts';
import { guestDefinition } from './guest-definition.ts';

const [folder = '', seedText = '', program = '', base = '', boardText = ''] = process.argv.slice(2);
if (!isGuestBoard(boardText)) throw new Error(`there is no guest for the board "${boardText}"`);
const board = boardText;
const say = (event: TrialEvent) => void writeSync(1, `${JSON.stringify(event)}\n`);

/** At most so many at once; the library takes them in its own order. */
const AT_ONCE = 3;
const MAX_MACHINES = 3;
const MAX_SNAPSHOTS = 14;
const WEIGHTS = {
  snapshot: 8,
  still: 3,
  restore: 5,
  delete: 5,
  undelete: 1,
  branch: 2,
  change: 2,
  power: 2,
  suspend: 2,
  resize: 1,
  compact: 1,
  checkpoints: 1,
  exportDisk: 1,
  importDisk: 1,
  carry: 1,
  diff: 1,
};

/** What a person can be told; everything else is a fault of ours. */
const refusal = (error: unknown) => error instanceof ContractError && error.kind !== 'internal';

const dice = random(Number(seedText));
const app = await openWholeProgram(findHome({ VIVARIUM_HOME: folder }), {
  output: (machine, text) => say({ event: 'output', machine, text }),
  returned: (machine) => say({ event: 'returned', machine }),
});
say({ event: 'opened' });

let calls = 0;
/** Says what is done and how it went. A refusal is an answer too. */
async function doing<T>(what: string, about: { machine?: string; snapshot?: string }, work: () => Promise<T>): Promise<T | undefined> {
  const call = ++calls;
  say({ event: 'begun', call, what, ...about });
  try {
    const result = await work();
    say({ event: 'done', call });
    return result;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    say({ event: 'refused', call, text, fault: !refusal(error) && !(error instanceof Error && error.message.startsWith('task: ')) });
    return undefined;
  }
}
const task = (id: string) => app.task(id).catch((error: Error) => Promise.reject(new Error(`task: ${error.message}`)));

async function anyMachine(): Promise<MachineId> {
  const all = await app.machines.list();
  return (dice.pick(all) ?? (await app.machines.create({ definition: guestDefinition('first', program, base, board) }))).id;
}
async function anySnapshot(machine: MachineId): Promise<Snapshot | undefined> {
  return dice.pick((await app.snapshots.timeline(machine)).snapshots.filter(({ state }) => state === 'ready'));
}

async function take(machine: MachineId): Promise<SnapshotId | undefined> {
  const made = await doing('snapshot', { machine }, () => app.snapshots.create(machine, {}));
  if (!made) return undefined;
  const { snapshot } = made;
  say({ event: 'taken', machine, snapshot: snapshot.id });
  return snapshot.id;
}
async function stored(machine: MachineId, snapshot: SnapshotId): Promise<void> {
  if ((await app.stored(machine, snapshot))?.state === 'ready') say({ event: 'stored', snapshot });
}

const off = async (machine: MachineId) => {
  if ((await app.machines.get(machine)).state !== 'off') await app.machines.stop(machine);
};

const actions: Readonly<Record<keyof typeof WEIGHTS, (machine: MachineId) => Promise<unknown>>> = {
  async snapshot(machine) {
    const id = await take(machine);
    if (id && !dice.once(4)) await stored(machine, id);
  },
  // While it stands still its memory can be compared bit for bit.
  async still(machine) {
    await doing('pause', { machine }, () => app.machines.pause(machine));
    const hash = await app.memoryHash(machine);
    const id = (await app.machines.get(machine)).state === 'paused' ? await take(machine) : undefined;
    const same = hash !== undefined && hash === (await app.memoryHash(machine));
    // A return to disks only may have come between: the machine is off then, and so it was taken.
    const still = (await app.machines.get(machine)).state === 'paused';
    if (id && same && still) say({ event: 'memory', snapshot: id, hash });
    if (id) await stored(machine, id);
    await doing('resume', { machine }, () => app.machines.resume(machine));
  },
  async restore(machine) {
    const snapshot = await anySnapshot(machine);
    if (!snapshot) return;
    await doing('restore', { machine, snapshot: snapshot.id }, () => app.snapshots.restore(snapshot.id));
    // A snapshot of a machine that stood still comes back standing still.
    if ((await app.machines.get(machine)).state === 'paused') await doing('resume', { machine }, () => app.machines.resume(machine));
  },
  async delete(machine) {
    const { snapshots } = await app.snapshots.timeline(machine);
    const chosen = dice.pick(snapshots.filter(({ state }) => state === 'ready'));
    if (chosen && (snapshots.length > MAX_SNAPSHOTS || dice.once(2)))
      await doing('delete', { machine, snapshot: chosen.id }, () => app.snapshots.delete([chosen.id]));
  },
  async undelete(machine) {
    const snapshot = await anySnapshot(machine);
    if (!snapshot) return;
    await doing('delete', { machine, snapshot: snapshot.id }, () => app.snapshots.delete([snapshot.id]));
    await doing('undelete', { machine, snapshot: snapshot.id }, () => app.snapshots.undelete([snapshot.id]));
  },
  async branch(machine) {
    const all = await app.machines.list();
    if (all.length >= MAX_MACHINES) {
      const last = all.at(-1)?.id as MachineId;
      await doing('stop', { machine: last }, () => off(last));
      await doing('delete machine', { machine: last }, () => app.machines.delete(last));
      return;
    }
    const snapshot = await anySnapshot(machine);
    if (snapshot)
      await doing('branch', { machine, snapshot: snapshot.id }, () => app.snapshots.branch(snapshot.id, { start: dice.once(2) }));
  },
  async change(machine) {
    const snapshot = await anySnapshot(machine);
    if (snapshot)
      await doing('change', { machine, snapshot: snapshot.id }, () =>
        app.snapshots.change(snapshot.id, { name: `named ${dice.below(1000)}`, note: 'a note', pinned: dice.once(2) }),
      );
  },
  async power(machine) {
    await doing('stop', { machine }, () => off(machine));
    if (dice.once(2)) await take(machine);
    await doing('start', { machine }, () => app.machines.start(machine));
  },
  async suspend(machine) {
    await doing('suspend', { machine }, () => app.machines.suspend(machine));
    await doing('start', { machine }, () => app.machines.start(machine));
  },
  async resize(machine) {
    await doing('stop', { machine }, () => off(machine));
    const size = (await app.disks.list(machine))[0]?.sizeBytes ?? 0;
    await doing('resize', { machine }, () => app.disks.resize(machine, 0, size + 16 * BLOCK_BYTES));
    await doing('start', { machine }, () => app.machines.start(machine));
  },
  async compact(machine) {
    await doing('compact', { machine }, async () => task((await app.disks.compact(machine, 0)).task));
  },
  async checkpoints(machine) {
    const checkpoints = { everySeconds: dice.below(2), budgetBytes: 0 };
    await doing('checkpoints', { machine }, () => app.machines.update(machine, { checkpoints }));
  },
  async exportDisk(machine) {
    const path = join(folder, '..', `export-${calls}`);
    const format = dice.once(2) ? 'raw' : 'qcow2';
    await doing('export a disk', { machine }, async () => task((await app.disks.export(machine, 0, { path, format })).task));
    rmSync(path, { force: true });
  },
  async importDisk() {
    const name = `imported ${calls}`;
    const made = await doing('create', {}, () =>
      app.machines.create({ definition: { ...guestDefinition(name, program, base, board), disks: [] } }),
    );
    if (!made) return;
    await doing('import a disk', { machine: made.id }, async () =>
      task((await app.disks.import(made.id, { path: base, copy: dice.once(2) })).task),
    );
    await doing('delete machine', { machine: made.id }, () => app.machines.delete(made.id));
  },
  async carry(machine) {
    const file = join(folder, '..', `carried-${calls}`);
    const done = await doing('export', { machine }, async () => (await task((await app.snapshots.export(machine, file)).task), true));
    if (done && (await app.machines.list()).length < MAX_MACHINES)
      await doing('import', {}, async () => task((await app.snapshots.import(file)).task));
    rmSync(file, { force: true });
  },
  async diff(machine) {
    const [one, other] = [await anySnapshot(machine), await anySnapshot(machine)];
    if (one && other) await doing('diff', { machine, snapshot: one.id }, () => app.snapshots.diff(one.id, one === other ? null : other.id));
  },
};

const under = new Set<Promise<unknown>>();
for (;;) {
  const machine = await anyMachine();
  if (!['running', 'paused', 'starting'].includes((await app.machines.get(machine)).state) && !dice.once(4))
    await doing('start', { machine }, () => app.machines.start(machine));
  const action = dice.weighted(WEIGHTS);
  const work: Promise<unknown> = actions[action](machine)
    .catch((error: unknown) => {
      // A machine that another action has deleted meanwhile.
      if (!refusal(error)) say({ event: 'refused', call: 0, text: `${action}: ${String(error)}`, fault: true });
    })
    .finally(() => under.delete(work));
  under.add(work);
  while (under.size >= (dice.once(3) ? AT_ONCE : 1)) await Promise.race(under);
  await wait(dice.below(40));
}
