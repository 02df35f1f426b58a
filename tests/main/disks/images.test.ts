/** Images in and out: qcow2 chains as bases, exports that QEMU agrees with, copies, bases that change, compacting. */
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeWith } from '../../kit/tools.ts';
import { overlayFile, removeHead } from '../../../main/disks/heads.ts';
import { qemuImg, qemuIo } from '../../emulator/disk/qemu.ts';
import { diskLibrary } from './disk-library.ts';
import { bytesFrom, everything, random, type Disk } from './overlay.ts';

const MEBIBYTE = 1024 * 1024;

/** A raw image with seeded content and holes. */
function rawImage(path: string, bytes: number, seed: number): Uint8Array {
  const next = random(seed);
  const content = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65_536) if (next(3) > 0) content.set(bytesFrom(next, Math.min(65_536, bytes - at)), at);
  writeFileSync(path, content);
  return content;
}

/** Writes here and there, zeroes and discards, in step with a model. */
async function scribble(disk: Disk, model: Uint8Array, seed: number, count = 60): Promise<void> {
  const next = random(seed);
  for (let step = 0; step < count; step++) {
    const offset = next(disk.sizeBytes / 512 - 64) * 512;
    const length = (1 + next(64)) * 512;
    if (next(4) === 0) {
      model.fill(0, offset, offset + length);
      await disk.zero(offset, length);
    } else {
      const bytes = bytesFrom(next, length);
      model.set(bytes, offset);
      await disk.write(offset, bytes);
    }
  }
}

test('a copy needs its file no more; compacting gives room back and changes nothing', async () => {
  const home = await diskLibrary();
  const content = rawImage(home.path('image.raw'), 3 * MEBIBYTE + 512, 1);
  const id = await home.machine();
  expect(await home.ended(await home.service.import(id, { path: home.path('image.raw'), copy: true }))).toBe('');
  unlinkSync(home.path('image.raw'));
  const model = content.slice();
  let disk = await home.start(id);
  expect(Buffer.compare(await everything(disk), model)).toBe(0);
  await scribble(disk, model, 2, 300);
  await home.stop(id);
  const [before] = await home.service.list(id);
  expect(await home.ended(await home.service.compact(id, 0))).toBe('');
  const [after] = await home.service.list(id);
  expect(after!.hostBytes).toBeLessThan(before!.hostBytes);
  disk = await home.start(id);
  expect(Buffer.compare(await everything(disk), model)).toBe(0);
  await home.stop(id);
});

test('compacting forgets what equals the base', async () => {
  const home = await diskLibrary();
  const content = rawImage(home.path('base.raw'), 2 * MEBIBYTE, 3);
  const id = await home.machine({ path: home.path('base.raw'), readonly: false, writes: 'overlay' });
  const disk = await home.start(id);
  await disk.write(0, new Uint8Array(content.length).fill(1));
  await disk.write(0, content);
  await home.stop(id);
  expect(await home.ended(await home.service.compact(id, 0))).toBe('');
  const [head] = await home.library.heads.present(id);
  const manifests = await home.store.manifests.list(`head:${head!.id}`);
  expect(manifests.map(({ name }) => name)).toEqual([expect.stringMatching(/^v\d+@list$/)]);
  const again = await home.start(id);
  expect(Buffer.compare(await everything(again), content)).toBe(0);
});

test('a base that changed is refused with what differs, and can be accepted or put back', async () => {
  const home = await diskLibrary();
  const path = home.path('base.raw');
  const content = rawImage(path, MEBIBYTE, 4);
  const id = await home.machine();
  expect(await home.ended(await home.service.import(id, { path, copy: false }))).toBe('');
  const [disk] = await home.service.list(id);
  expect(disk!.base).toMatchObject({ path, format: 'raw', fileBytes: MEBIBYTE, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  await home.start(id);
  await home.stop(id);

  // Another time alone is no change; that the content is read is to be seen.
  utimesSync(path, 1, 1);
  await home.start(id);
  expect(home.tasks.list()).toContainEqual(expect.objectContaining({ kind: 'check-base', subject: { path } }));
  await home.stop(id);

  const changed = content.slice();
  changed[5000] = changed[5000]! ^ 1;
  writeFileSync(path, changed);
  await expect(home.start(id)).rejects.toThrow(
    /disk 1 cannot be used: the base image .*base\.raw has changed .*its content differs.*viv disk accept/,
  );
  writeFileSync(path, content);
  await home.start(id);
  await home.stop(id);

  appendFileSync(path, new Uint8Array(4096).fill(9));
  await expect(home.start(id)).rejects.toThrow(/its size differs/);
  expect(wordsOf((await home.service.list(id))[0]!.problem!)).toMatch(/its size differs/);
  await home.service.acceptBase(id, 0);
  const larger = await home.start(id);
  expect(larger.sizeBytes).toBe(MEBIBYTE + 4096);
  await home.stop(id);
  unlinkSync(path);
  await expect(home.start(id)).rejects.toThrow(/base image .* is missing: put it back/);
  expect(wordsOf((await home.service.list(id))[0]!.problem!)).toMatch(/is missing/);
});

test('a base that was moved is found by its content, another image is not', async () => {
  const home = await diskLibrary();
  const path = home.path('base.raw');
  const content = rawImage(path, MEBIBYTE, 5);
  const id = await home.machine();
  expect(await home.ended(await home.service.import(id, { path, copy: false }))).toBe('');
  const [head] = await home.library.heads.present(id);
  const moved = home.path('moved.raw');
  renameSync(path, moved);
  const record = await home.library.machines.get(id);
  const pointing = (to: string) => ({ ...record.definition, disks: [{ ...record.definition.disks[0]!, path: to }] });
  await home.attaching.attach(record, pointing(moved));
  expect((await home.library.heads.present(id))[0]!.base!.path).toBe(moved);
  writeFileSync(home.path('other.raw'), content.slice().fill(3));
  await expect(home.attaching.attach(record, pointing(home.path('other.raw')))).rejects.toThrow(/has changed/);
  expect((await home.library.heads.present(id))[0]!.id).toBe(head!.id);
});

test('disks grow and never shrink', async () => {
  const home = await diskLibrary();
  const id = await home.machine({ readonly: false, writes: 'overlay', sizeBytes: MEBIBYTE });
  const disk = await home.start(id);
  await disk.write(0, new Uint8Array(4096).fill(5));
  await expect(home.service.resize(id, 0, 2 * MEBIBYTE)).rejects.toThrow(/stop it before/);
  await home.stop(id);
  await expect(home.service.resize(id, 0, 4096)).rejects.toThrow(/cannot be made smaller/);
  await home.service.resize(id, 0, 2 * MEBIBYTE);
  const larger = await home.start(id);
  const model = new Uint8Array(2 * MEBIBYTE).fill(5, 0, 4096);
  expect(Buffer.compare(await everything(larger), model)).toBe(0);
});

test('a disk whose overlay is gone is refused, not made anew', async () => {
  const home = await diskLibrary();
  const id = await home.machine({ readonly: false, writes: 'overlay', sizeBytes: MEBIBYTE });
  await home.start(id);
  await home.stop(id);
  const [head] = await home.library.heads.present(id);
  removeHead(overlayFile(home.folder, head!.id));
  await expect(home.start(id)).rejects.toThrow(/disk 1 cannot be used: its overlay .* is missing: restore a snapshot/);
});

test('an export that is refused or cancelled leaves nothing behind', async () => {
  const home = await diskLibrary();
  rawImage(home.path('base.raw'), 8 * MEBIBYTE, 6);
  const id = await home.machine({ path: home.path('base.raw'), readonly: false, writes: 'overlay' });
  await home.start(id);
  await home.stop(id);
  const there = home.path('there.qcow2');
  writeFileSync(there, 'mine');
  expect(await home.ended(await home.service.export(id, 0, { path: there, format: 'qcow2' }))).toMatch(/already exists/);
  expect(readFileSync(there, 'utf8')).toBe('mine');
  expect(await home.ended(await home.service.export(id, 0, { path: home.path('no/such.raw'), format: 'raw' }))).toMatch(
    /there is no folder/,
  );
  const cancelled = await home.service.export(id, 0, { path: home.path('out.raw'), format: 'raw' });
  home.tasks.cancel(cancelled.task);
  expect(await home.ended(cancelled)).toBe('cancelled');
  expect(readdirSync(home.folder).filter((name) => name.includes('out.raw') || name.endsWith('.part'))).toEqual([]);
  await expect((async () => home.service.export(id, 0, { path: home.path('x'), format: 'raw', compress: true }))()).rejects.toThrow(
    /cannot be compressed/,
  );
});

describeWith(['mount'], 'where there is no room', () => {
  test.each(['raw', 'qcow2'] as const)('an export as %s says so and leaves nothing', async (format) => {
    const home = await diskLibrary();
    rawImage(home.path('base.raw'), 8 * MEBIBYTE, 11);
    const id = await home.machine({ path: home.path('base.raw'), readonly: false, writes: 'overlay' });
    await home.start(id);
    await home.stop(id);
    const full = home.path('full');
    mkdirSync(full);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', full]);
    try {
      expect(await home.ended(await home.service.export(id, 0, { path: join(full, 'out'), format }))).toMatch(
        /no space left for .*out: free some space/,
      );
      expect(readdirSync(full)).toEqual([]);
    } finally {
      execFileSync('umount', ['-l', full]);
    }
  });
});

describeWith(['qemu-img'], 'with QEMU', () => {
  test.each([
    ['raw', false],
    ['qcow2', false],
    ['qcow2', true],
  ] as const)('a running disk over a qcow2 chain is exported as %s (compressed: %s) at one moment', async (format, compress) => {
    const home = await diskLibrary();
    const model = rawImage(home.path('lowest.raw'), 4 * MEBIBYTE, 7);
    qemuImg('create', '-q', '-f', 'qcow2', '-b', home.path('lowest.raw'), '-F', 'raw', home.path('middle.qcow2'));
    qemuImg('create', '-q', '-f', 'qcow2', '-b', home.path('middle.qcow2'), '-F', 'qcow2', home.path('top.qcow2'), '6M');
    qemuIo(home.path('middle.qcow2'), 'qcow2', ['write -P 17 64k 100k', 'write -z 1M 64k']);
    qemuIo(home.path('top.qcow2'), 'qcow2', ['write -P 18 96k 8k', 'write -P 19 5M 12k']);
    const seen = new Uint8Array(6 * MEBIBYTE);
    seen.set(model);
    const fill = (value: number, from: number, count: number) => seen.fill(value, from * 1024, (from + count) * 1024);
    fill(17, 64, 100);
    fill(0, 1024, 64);
    fill(18, 96, 8);
    fill(19, 5120, 12);
    const id = await home.machine();
    expect(await home.ended(await home.service.import(id, { path: home.path('top.qcow2'), copy: false }))).toBe('');
    expect((await home.service.list(id))[0]!.base!.backing!.map(({ path }) => path)).toEqual([
      home.path('middle.qcow2'),
      home.path('lowest.raw'),
    ]);
    const disk = await home.start(id);
    expect(Buffer.compare(await everything(disk), seen)).toBe(0);
    await scribble(disk, seen, 8);
    const out = home.path(`out.${format}`);
    const written = home.service.export(id, 0, { path: out, format, compress });
    const task = await written;
    // The guest goes on; what it writes from here on may or may not be in the file, but only where it writes.
    const ended = home.ended(task);
    await disk.write(3 * MEBIBYTE, new Uint8Array(4096).fill(0x5a));
    expect(await ended).toBe('');
    if (format === 'qcow2') expect(qemuImg('check', '-f', 'qcow2', out)).toMatch(/No errors were found/);
    const raw = home.path('seen.raw');
    const image = format === 'raw' ? readFileSync(out) : (qemuImg('convert', '-f', 'qcow2', '-O', 'raw', out, raw), readFileSync(raw));
    image.fill(0, 3 * MEBIBYTE, 3 * MEBIBYTE + 4096);
    seen.fill(0, 3 * MEBIBYTE, 3 * MEBIBYTE + 4096);
    expect(image.equals(seen)).toBe(true);
    await home.stop(id);
    expect(existsSync(out)).toBe(true);
  });

  test('a disk that is off, half of it settled, compares equal to its export, which is sparse', async () => {
    const home = await diskLibrary();
    const model = new Uint8Array(64 * MEBIBYTE);
    const id = await home.machine({ readonly: false, writes: 'overlay', sizeBytes: model.length });
    let disk = await home.start(id);
    await scribble(disk, model, 9, 40);
    await home.stop(id);
    expect(await home.ended(await home.service.compact(id, 0))).toBe('');
    disk = await home.start(id);
    await scribble(disk, model, 10, 40);
    await home.stop(id);
    for (const format of ['raw', 'qcow2'] as const)
      expect(await home.ended(await home.service.export(id, 0, { path: home.path(`out.${format}`), format }))).toBe('');
    writeFileSync(home.path('model.raw'), model);
    for (const format of ['raw', 'qcow2'])
      expect(qemuImg('compare', '-f', 'raw', '-F', format, home.path('model.raw'), home.path(`out.${format}`))).toMatch(/identical/);
    expect(statSync(home.path('out.raw')).blocks * 512).toBeLessThan(16 * MEBIBYTE);
    expect(statSync(home.path('out.qcow2')).size).toBeLessThan(16 * MEBIBYTE);
  });
});
