/** A snapshot holds the machine, definition included: what comes back, what stays, and that nothing is lost on the way. */
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FileClaims } from '../../../main/claims/file-claims.ts';
import { machineDisks } from '../../../main/disks/machine-disks.ts';
import type { OverlaySetup } from '../../../main/disks/overlay-messages.ts';
import type { DiskSource } from '../../../main/disks/export-image.ts';
import { TakingOut } from '../../../main/transfer/taking-out.ts';
import type { DiskDefinition, MachineDefinition } from '../../../preload/contract/machines.ts';
import type { SnapshotId } from '../../../preload/contract/snapshots.ts';
import { disksOn, settle, storeDisks } from '../../../main/heads/head-keeping.ts';
import { recordOfDisks } from '../../../main/taking/taking.ts';
import { openOverlay } from '../disks/overlay.ts';
import { temporaryFolder } from '../temporary-home.ts';
import { BARE_GUESTS, type BareGuest, timelineProgram } from './timeline-program.ts';

const MEBIBYTE = 1024 * 1024;
const EMPTY: DiskDefinition = { readonly: false, writes: 'overlay', sizeBytes: MEBIBYTE };

async function machineWith(change: Partial<MachineDefinition> = {}, guest: BareGuest = 'hello-riscv64') {
  const program = await timelineProgram({ guest });
  const { supervisor, timelines, library, storage } = program;
  const id = await program.hello({ memoryMiB: 32, ...change });
  const machine = supervisor.machine(id);
  const defined = () => machine.record.definition;
  const take = async (name: string) => {
    const { record, stored } = await timelines.create(id, { name });
    await stored;
    return record.id;
  };
  const start = async () => {
    await machine.start();
    await program.shows(id, '>');
  };
  /** Writes to a disk of the machine, which is off. */
  const write = async (slot: number, text: string) => {
    // Whatever a snapshot still does behind to the overlays waits for its turn, as a start of the machine would.
    await timelines.settled();
    const attached = await machineDisks({ library, storage, claims: new FileClaims(() => library.home.folder) }).attach(
      machine.record,
      defined(),
    );
    const disk = await openOverlay((attached[slot] as { setup: OverlaySetup }).setup);
    await disk.write(0, new TextEncoder().encode(text.padEnd(512, '\0')));
    await disk.close();
  };
  const taking = new TakingOut({
    library,
    storage,
    supervisor,
    alone: (which, work) => timelines.alone(which, work),
    stored: (which) => timelines.stored(which),
  });
  /** What a disk begins with, as it is now or in a snapshot. */
  const content = async (slot: number, snapshot?: SnapshotId) => {
    const path = join(temporaryFolder(), 'out.img');
    const write = (source: DiskSource) => storage.run.exportImage({ source, path, format: 'raw', compress: false });
    const rest = [slot, write, () => undefined, new AbortController().signal] as const;
    await (snapshot ? taking.snapshot(id, snapshot, ...rest) : taking.present(id, ...rest));
    return readFileSync(path).toString('latin1', 0, 16).replace(/\0+$/, '');
  };
  const names = async () => (await timelines.timeline(id)).snapshots.map(({ name }) => name);
  return { ...program, id, machine, defined, take, start, write, content, names };
}

describe.each(BARE_GUESTS)('the machine comes back with its contents (%s)', { timeout: 60_000 }, (guest) => {
  const defining = (change?: Partial<MachineDefinition>) => machineWith(change, guest);

  test('of one that is off: memory, cores, ports and a removed disk; what it was is kept whole', async () => {
    const { defined, write, take, supervisor, id, timelines, content, names } = await defining({ disks: [EMPTY] });
    await write(0, 'PRECIOUS');
    const off = await take('off');
    const then = defined();
    await supervisor.update(id, {
      ...{ name: 'renamed', note: 'mine', checkpoints: { everySeconds: 30, budgetBytes: 0 }, onQuit: 'stop' as const },
      ...{ memoryMiB: 64, cores: 2, disks: [], ports: [{ name: 'extra' }] },
    });
    expect((await timelines.hardwareChanges(off)).map(({ what }) => what)).toEqual(['memory', 'cores', 'console ports', 'disk 1']);
    const { kept, hardware } = await timelines.restore(off);
    expect(hardware).toContainEqual({ what: 'memory', before: '64 MiB', after: '32 MiB' });
    expect(hardware).toContainEqual({ what: 'disk 1', before: null, after: 'in the library, 1 MiB, writes kept' });
    const { name, note, checkpoints, onQuit, ...rest } = defined();
    expect({ name, note, checkpoints, onQuit }).toEqual({
      ...{ name: 'renamed', note: 'mine', checkpoints: { everySeconds: 30, budgetBytes: 0 }, onQuit: 'stop' },
    });
    expect({ ...rest, name: then.name, note: then.note }).toEqual(then);
    await timelines.settled();
    expect(await content(0)).toBe('PRECIOUS');
    expect(await names()).toEqual(['off', 'before restoring off']);

    await timelines.restore(kept as SnapshotId);
    expect(defined()).toMatchObject({ name: 'renamed', memoryMiB: 64, cores: 2, disks: [], ports: [{ name: 'extra' }] });
    // And once more: nothing but the way it was defined had changed.
    await timelines.restore(off);
    expect(defined()).toMatchObject({ memoryMiB: 32, cores: 1, ports: [] });
    expect(await content(0)).toBe('PRECIOUS');
  });

  test('of one that is off with nothing changed, nothing is kept', async () => {
    const { write, take, timelines, names } = await defining({ disks: [EMPTY] });
    await write(0, 'SAME');
    const off = await take('off');
    expect(await timelines.restore(off)).toMatchObject({ kept: null, hardware: [] });
    expect(await names()).toEqual(['off']);
  });

  test('what was written to a disk that was removed since is kept, too', async () => {
    const { write, take, supervisor, id, timelines, content } = await defining({ disks: [EMPTY] });
    await write(0, 'THEN');
    const off = await take('off');
    await write(0, 'SINCE');
    await supervisor.update(id, { disks: [] });
    const { kept } = await timelines.restore(off);
    await timelines.settled();
    expect(await content(0)).toBe('THEN');
    // The machine that was kept has no disk; its content is behind.
    const back = await timelines.restore(kept as SnapshotId);
    await timelines.settled();
    await supervisor.update(id, { disks: [(await timelines.parts.library.snapshots.get(off)).disks[0]!.definition] });
    expect(await content(0)).toBe('SINCE');
    expect(back.kept).toBeNull();
  });

  test('what is written after a machine that was off was stored is not taken for stored', async () => {
    const { write, library, timelines, id, content } = await defining({ disks: [EMPTY] });
    await write(0, 'BEFORE');
    const { present } = timelines.of(id);
    const heads = await library.heads.present(id);
    const { definition } = present.machine.record;
    const record = recordOfDisks(present, { kind: 'manual', name: 'off', note: '' }, null, { heads, disks: disksOn(heads, definition) });
    const settlings = await storeDisks(present.parts, record, { goesOn: true });
    // The machine is started and stopped before the overlay gives up what was stored.
    await write(0, 'AFTER');
    await settle(present.parts, settlings, () => undefined);
    expect(await content(0)).toBe('AFTER');
  });

  test('a snapshot in between that was deleted does not count as kept', async () => {
    const { write, take, timelines, content } = await defining({ disks: [EMPTY] });
    await write(0, 'FIRST');
    const first = await take('first');
    await write(0, 'SECOND');
    const second = await take('second');
    await timelines.delete([second]);
    await timelines.bin.purge([second]);
    const { kept } = await timelines.restore(first);
    expect(kept).not.toBeNull();
    await timelines.settled();
    expect([await content(0), await content(0, kept as SnapshotId)]).toEqual(['FIRST', 'SECOND']);
  });

  test('of one that runs, by a start where its hardware differs, and in place where only its next start would', async () => {
    const { machine, defined, start, take, supervisor, id, timelines, shows, type } = await defining();
    await start();
    await type(id, 'small');
    await shows(id, 'small');
    const small = await take('small');
    await machine.life.stop();
    await supervisor.update(id, { memoryMiB: 64 });
    await start();
    // Changed again while it runs: that is for its next start.
    await supervisor.update(id, { cores: 2 });
    const { run } = machine.life;
    const { kept } = await timelines.restore(small);
    expect(machine.life.run).not.toBe(run);
    expect(machine.life.configuration?.memoryBytes).toBe(32 * MEBIBYTE);
    expect(defined()).toMatchObject({ memoryMiB: 32, cores: 1 });
    expect(machine.status().needsRestart).toBe(false);
    await timelines.settled();

    await timelines.restore(kept as SnapshotId);
    expect(machine.life.configuration).toMatchObject({ memoryBytes: 64 * MEBIBYTE, cores: 1 });
    expect(defined()).toMatchObject({ memoryMiB: 64, cores: 2 });
    expect(machine.status().needsRestart).toBe(true);

    // The same machine as runs: in place, and what it was to be is what it is again.
    const here = await take('here');
    await supervisor.update(id, { cores: 4 });
    const same = machine.life.run;
    const again = await timelines.restore(here);
    expect(machine.life.run).toBe(same);
    expect(defined().cores).toBe(2);
    await timelines.settled();
    await timelines.restore(again.kept as SnapshotId);
    expect(defined().cores).toBe(4);
    await machine.life.stop();
    expect(machine.status()).toMatchObject({ needsRestart: false, definition: { memoryMiB: 64, cores: 4 } });
  });

  test('paused and unchanged but for its definition, that is kept', async () => {
    const { machine, defined, start, take, supervisor, id, timelines } = await defining();
    await start();
    await machine.life.pause();
    const point = await take('point');
    expect((await timelines.restore(point)).kept).toBeNull();
    await supervisor.update(id, { memoryMiB: 64 });
    const { kept } = await timelines.restore(point);
    expect(defined().memoryMiB).toBe(32);
    await timelines.settled();
    await timelines.restore(kept as SnapshotId);
    expect(defined().memoryMiB).toBe(64);
    expect(machine.life.configuration?.memoryBytes).toBe(32 * MEBIBYTE);
  });

  test('a branch is what the snapshot was, and a suspended machine that was changed is kept before it goes back', async () => {
    const { machine, defined, start, take, supervisor, id, timelines, history } = await defining();
    await start();
    const point = await take('point');
    await timelines.suspend(id);
    await supervisor.update(id, { memoryMiB: 128 });
    const branch = await history.branch(point, { name: 'branch', start: false });
    expect(branch.definition.memoryMiB).toBe(32);
    const { kept } = await timelines.restore(point);
    expect(kept).not.toBeNull();
    expect(defined().memoryMiB).toBe(32);
    await machine.life.stop();
    await timelines.settled();
    await timelines.restore(kept as SnapshotId);
    expect(defined().memoryMiB).toBe(128);
  });

  test('undo does not take back half of a return', async () => {
    const { take, write, supervisor, id, timelines } = await defining({ disks: [EMPTY] });
    await write(0, 'X');
    const off = await take('off');
    await supervisor.update(id, { memoryMiB: 64 });
    await timelines.restore(off);
    await expect(supervisor.undo(id)).rejects.toThrow('was restoring a snapshot: to undo it, restore the snapshot that was kept before it');
    await supervisor.update(id, { note: 'later' });
    await supervisor.undo(id);
    expect(supervisor.machine(id).record.definition).toMatchObject({ note: '', memoryMiB: 32 });
  });
});

describe('what a snapshot’s disks stand on', { timeout: 60_000 }, () => {
  const based = async () => {
    const image = join(temporaryFolder(), 'base.img');
    writeFileSync(image, 'BASE'.padEnd(MEBIBYTE, '\0'));
    const program = await machineWith({ disks: [{ path: image, readonly: false, writes: 'overlay' }] });
    await program.write(0, 'OVER');
    return { ...program, image, off: await program.take('off') };
  };

  test('is looked at before anything is touched', async () => {
    const { off, image, timelines, history, supervisor, id, defined, names, library } = await based();
    await supervisor.update(id, { memoryMiB: 64, disks: [] });
    const before = [defined(), await library.heads.list(), await library.timeline.present(id)];
    renameSync(image, `${image}.moved`);
    await expect(timelines.restore(off)).rejects.toThrow(/disk 1 of "off" cannot be used: .*base\.img is missing.*Nothing was changed/);
    await expect(history.branch(off, { name: 'branch', start: false })).rejects.toThrow('disk 1 of "off" cannot be used');
    renameSync(`${image}.moved`, image);
    appendFileSync(image, 'more');
    await expect(timelines.restore(off)).rejects.toThrow(/disk 1 of "off" cannot be used: .*has changed/);
    expect([defined(), await library.heads.list(), await library.timeline.present(id)]).toEqual(before);
    expect(await names()).toEqual(['off']);
  });

  test('is used where the machine has it now', async () => {
    const { off, image, timelines, supervisor, id, defined, write, content } = await based();
    const path = `${image}.moved`;
    renameSync(image, path);
    await supervisor.update(id, { disks: [{ ...defined().disks[0]!, path }] });
    await write(0, 'LATER');
    await timelines.restore(off);
    expect(defined().disks[0]?.path).toBe(path);
    expect(await content(0)).toBe('OVER');
  });
});

test('a disk in a snapshot can be read whatever the machine has become', { timeout: 60_000 }, async () => {
  const { write, take, supervisor, id, content, timelines, history } = await machineWith({ disks: [EMPTY, EMPTY] });
  await write(0, 'ONE');
  await write(1, 'TWO');
  const off = await take('off');
  await supervisor.update(id, { disks: [] });
  expect([await content(0, off), await content(1, off)]).toEqual(['ONE', 'TWO']);
  await expect(content(2, off)).rejects.toThrow('there is no disk 3 in "off": it holds 2 disks');
  expect((await timelines.snapshot(off)).disks.map(({ slot, sizeBytes }) => [slot, sizeBytes])).toEqual([
    [0, MEBIBYTE],
    [1, MEBIBYTE],
  ]);
  const { hardware, disks } = await history.carrying.diff(off, null);
  expect(hardware.map(({ what, after }) => [what, after])).toEqual([
    ['disk 1', null],
    ['disk 2', null],
  ]);
  expect(disks.map(({ note }) => note)).toEqual(['disk 1 was removed', 'disk 2 was removed']);
});

test('whatever uses a snapshot waits until it is stored', { timeout: 60_000 }, async () => {
  const { write, start, id, content, timelines, history } = await machineWith({ disks: [EMPTY] });
  await write(0, 'DISK');
  await start();
  // Taken, and used in the same breath: nobody waits for what the background does.
  const taken = async (name: string) => {
    const { record } = await timelines.create(id, { name });
    expect(record.state).toBe('storing');
    return record.id;
  };
  expect(await content(0, await taken('exported'))).toBe('DISK');
  const branched = await history.branch(await taken('branched'), { name: 'branch', start: false });
  expect(branched.definition.disks).toHaveLength(1);
  const compared = await history.carrying.diff(await taken('one'), await taken('other'));
  expect(compared.hardware).toEqual([]);
  expect(await timelines.restore(await taken('restored'))).toMatchObject({ hardware: [] });
});
