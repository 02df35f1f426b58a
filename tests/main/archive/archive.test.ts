/** A machine as one file: everything comes back in another library, and nothing of a file that was damaged. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeArchive, type ExportMachine } from '../../../main/archive/export-machine.ts';
import { importMachine, type ImportedMachine } from '../../../main/archive/import-machine.ts';
import { removeUnusedFiles } from '../../../main/archive/unused-files.ts';
import { contentImage } from '../../../main/disks/content-image.ts';
import { readContent } from '../../../main/disks/content.ts';
import { unpackParts } from '../../../main/library/saved-parts.ts';
import { open, type Store } from '../../../main/storage/index.ts';
import type { Report } from '../../../main/jobs/job.ts';
import { Random } from '../../differential/random.ts';
import { withRecord } from './forgery.ts';
import { smallMachine, type SmallMachine } from './small-machine.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? 20261121);
const quiet: Report = () => undefined;
const never = new AbortController().signal;
let folder: string;
let here: Store;
let there: Store;
let small: SmallMachine;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vivarium-archive-'));
  here = await open(join(folder, 'here.db'));
  there = await open(join(folder, 'there.db'));
  small = await smallMachine(here, folder);
});
afterEach(async () => {
  await here.close();
  await there.close();
  rmSync(folder, { recursive: true, force: true });
});

const inFolder = (name: string) => join(folder, name);
const write = (file: string, more: Partial<ExportMachine> = {}, signal = never, report = quiet) =>
  writeArchive(
    here,
    { file, machine: small.machine, withBases: true, program: 'Vivarium 0.1.0', date: 1_800_000_000_000, ...more },
    small.savedOf,
    report,
    signal,
  );
const read = (file: string, signal = never, report = quiet) =>
  importMachine(there, { file, filesFolder: inFolder('files') }, report, signal);

async function isSame({ machine, saved }: ImportedMachine): Promise<void> {
  for (const [index, { id, disks, hasMemory }] of machine.snapshots.entries()) {
    const old = small.machine.snapshots[index]!;
    const owner = `snapshot:${id}`;
    for (const { slot, sizeBytes } of disks) {
      const image = contentImage({ content: await readContent(there, { owner, prefix: `disk${slot}` }), reader: there, sizeBytes });
      const expected = small.disks.get(old.id)![slot]!;
      const bytes = Buffer.alloc(expected.length);
      await image.read(0, bytes);
      expect(bytes.equals(expected), `disk ${slot} of ${old.id}`).toBe(true);
    }
    const manifest = (await there.manifests.list(owner)).find(({ name }) => name === 'memory');
    expect(manifest !== undefined).toBe(hasMemory);
    if (manifest) {
      const pages = await there.getMany([...(await there.manifests.read(manifest.id))]);
      const expected = small.memory.get(old.id)!;
      expect(pages).toHaveLength(expected.length);
      expect(pages.every((page, at) => Buffer.compare(page, expected[at] ?? new Uint8Array(4096)) === 0)).toBe(true);
    }
    const parts = await small.savedOf(old.id);
    const read = unpackParts(saved.get(id)!);
    expect(Buffer.compare(read.state ?? Buffer.alloc(0), parts.state ?? Buffer.alloc(0))).toBe(0);
    expect(read.consoles.map((bytes) => Buffer.from(bytes))).toEqual(parts.consoles.map((bytes) => Buffer.from(bytes)));
  }
}

/** That a refused file left nothing behind. */
async function isEmpty(): Promise<void> {
  expect(await there.manifests.list()).toEqual([]);
  await there.collect();
  expect(await there.getMany([1]).catch((error: Error) => error.message)).toMatch(/there is no chunk 1/);
  expect(existsSync(inFolder('files')) ? readdirSync(inFolder('files')) : []).toEqual([]);
}

test('everything comes back under new names', async () => {
  const file = inFolder('small.vivarium');
  const { fileBytes } = await write(file);
  expect(fileBytes).toBe(readFileSync(file).length);
  rmSync(inFolder('base.img'));
  rmSync(inFolder('kernel image'));
  const imported = await read(file);
  await isSame(imported);
  const { definition, snapshots, present, createdAt } = imported.machine;
  const [one, two, three] = snapshots;
  expect(new Set(snapshots.map(({ id }) => id)).size).toBe(3);
  expect(snapshots.some(({ id }) => id.startsWith('SNAP'))).toBe(false);
  expect([one!.parent, two!.parent, three!.parent]).toEqual([null, one!.id, one!.id]);
  expect([present, createdAt]).toEqual([{ parent: two!.id, suspended: true }, 1_600_000_000_000]);
  expect(two).toMatchObject({
    name: 'snapshot 2',
    note: 'ünïcode',
    protected: true,
    paused: true,
    uptimeMs: 1234.5,
    thumbnail: 'login:\n$ ',
  });
  // Disks have new identities, the same everywhere, and stand on no file of the host they came from.
  const [first, second] = definition.disks;
  expect(first).toEqual({ id: one!.disks[0]!.disk, readonly: false, writes: 'overlay', sizeBytes: 24 * 4096 });
  expect(second!.id).toBe(three!.definition.disks[1]!.id);
  expect([first!.id, second!.id]).not.toContain('DISK-A');
  expect(snapshots.every(({ disks }) => disks.every(({ base }) => base === undefined))).toBe(true);
  expect(readFileSync(definition.boot.kernel!).equals(small.kernel)).toBe(true);
  expect(JSON.stringify(imported.machine)).not.toContain('base.img');
  // What was held while importing is let go of: only manifests keep it now.
  await there.collect();
  await isSame(imported);
});

test('two imports of one file share all they have', async () => {
  const file = inFolder('small.vivarium');
  await write(file);
  const imported = await read(file);
  const again = await read(file);
  expect(again.machine.snapshots[0]!.id).not.toBe(imported.machine.snapshots[0]!.id);
  await isSame(again);
  const owned = await there.manifests.list(`snapshot:${again.machine.snapshots[0]!.id}`);
  const sizes = await there.sizes();
  // Apart from the lists of segments, which name nothing but themselves.
  for (const { id, name } of owned) if (!name.endsWith('@list')) expect(sizes.get(id)!.own, name).toBe(0);
});

test('without bases, disks stay on theirs', async () => {
  const [small1, large] = [inFolder('without.vivarium'), inFolder('with.vivarium')];
  const { fileBytes } = await write(small1, { withBases: false });
  expect(fileBytes).toBeLessThan((await write(large)).fileBytes - 15_000);
  const { machine } = await read(small1);
  const [{ disks, definition } = undefined!] = machine.snapshots;
  expect(disks[0]!.base).toMatchObject({ path: inFolder('base.img'), format: 'raw' });
  expect(definition.disks[0]!.path).toBe(inFolder('base.img'));
  const content = await readContent(there, { owner: `snapshot:${machine.snapshots[0]!.id}`, prefix: 'disk0' });
  expect(content.zeros).toEqual([[3, 1]]);
});

test('the same machine gives the same bytes, but for the date', async () => {
  await write(inFolder('one'));
  await write(inFolder('two'));
  expect(readFileSync(inFolder('one')).equals(readFileSync(inFolder('two')))).toBe(true);
  await write(inFolder('later'), { date: 1_900_000_000_000 });
  const [one, later] = [readFileSync(inFolder('one')), readFileSync(inFolder('later'))];
  const head = 16 + 20 + one.readUInt32LE(16 + 8);
  expect(later.subarray(head, -52).equals(one.subarray(head, -52))).toBe(true);
});

test('chunks are in it once', async () => {
  const file = inFolder('small.vivarium');
  await write(file);
  const bytes = readFileSync(file);
  let chunks = 0;
  for (let at = 16; at < bytes.length; at += 20 + bytes.readUInt32LE(at + 8))
    if (bytes.toString('latin1', at, at + 4) === 'CHNK') chunks += bytes.readUInt32LE(at + 12) / 4096;
  const different = new Set<string>();
  const add = (piece: Uint8Array) => {
    const whole = Buffer.alloc(4096);
    whole.set(piece);
    if (whole.some((byte) => byte !== 0)) different.add(createHash('sha256').update(whole).digest('hex'));
  };
  const pieces = (buffer: Buffer) => {
    for (let at = 0; at < buffer.length; at += 4096) add(buffer.subarray(at, at + 4096));
  };
  for (const disks of small.disks.values()) disks.forEach(pieces);
  for (const pages of small.memory.values()) pages.forEach((page) => page && add(page));
  pieces(readFileSync(inFolder('base.img')));
  pieces(small.kernel);
  expect(chunks).toBe(different.size);
});

test('cancelled, it leaves no file and no import', async () => {
  const abort = new AbortController();
  const file = inFolder('small.vivarium');
  await expect(write(file, {}, abort.signal, () => abort.abort())).rejects.toThrow(/abort/i);
  expect(readdirSync(folder).filter((name) => name.includes('vivarium'))).toEqual([]);
  await write(file);
  const again = new AbortController();
  const late: Report = ({ fraction = 0 }) => fraction > 0.5 && again.abort();
  await expect(read(file, again.signal, late)).rejects.toThrow(/abort/i);
  await isEmpty();
});

test('a machine that was never started takes the files of its disks along', async () => {
  const file = inFolder('fresh.vivarium');
  const { definition } = small.machine;
  await write(file, { machine: { ...small.machine, snapshots: [], present: { parent: null, suspended: false } } });
  const { machine } = await read(file);
  const [first, second] = machine.definition.disks;
  expect(first).toMatchObject({ format: 'raw', writes: 'overlay', sizeBytes: 24 * 4096 });
  expect(first!.path).not.toBe(definition.disks[0]!.path);
  expect(readFileSync(first!.path!).equals(readFileSync(inFolder('base.img')))).toBe(true);
  expect(second).toEqual({ id: second!.id, readonly: false, writes: 'overlay', sizeBytes: 2 ** 31 });
});

test('files of imports that nothing names go, and nothing else', async () => {
  expect(await removeUnusedFiles(inFolder('files'), () => Promise.resolve(false))).toBe(0);
  await write(inFolder('small.vivarium'));
  const { kernel } = (await read(inFolder('small.vivarium'))).machine.definition.boot;
  await read(inFolder('small.vivarium'));
  writeFileSync(inFolder('files/mine'), 'mine');
  expect(await removeUnusedFiles(inFolder('files'), (text) => Promise.resolve(kernel!.includes(text)))).toBe(1);
  expect(existsSync(kernel!)).toBe(true);
  expect(readdirSync(inFolder('files'))).toHaveLength(2);
});

describe('refused', () => {
  test('what cannot be exported', async () => {
    writeFileSync(inFolder('taken'), 'mine');
    await expect(write(inFolder('taken'))).rejects.toThrow(/already a file .*taken: choose another name/);
    expect(readFileSync(inFolder('taken'), 'utf8')).toBe('mine');
    await expect(write(join(folder, 'nowhere', 'file'))).rejects.toThrow(/cannot be written/);
    const { definition } = small.machine;
    const direct = { ...small.machine, definition: { ...definition, disks: [{ path: '/dev/null', readonly: false }] } };
    await expect(write(inFolder('x'), { machine: direct })).rejects.toThrow(/disk 1 of "small" is the file \/dev\/null itself/);
    writeFileSync(inFolder('base.img'), 'changed');
    await expect(write(inFolder('x'))).rejects.toThrow(/base image .* has changed since/);
    expect(existsSync(inFolder('x')) || existsSync(inFolder('x.part'))).toBe(false);
  });

  test('what is no such file, or a newer one', async () => {
    await expect(read(inFolder('none'))).rejects.toThrow(/there is no file/);
    execFileSync('mkfifo', [inFolder('pipe')]);
    await expect(read(inFolder('pipe'))).rejects.toMatchObject({ code: 'path-is-pipe', message: expect.stringContaining('is a pipe') });
    await expect(read(folder)).rejects.toThrow(/is a folder, not a file/);
    writeFileSync(inFolder('text'), 'hello');
    await expect(read(inFolder('text'))).rejects.toThrow(/is not an exported machine/);
    await write(inFolder('file'));
    const bytes = readFileSync(inFolder('file'));
    bytes.writeUInt32LE(2, 12);
    writeFileSync(inFolder('file'), bytes);
    await expect(read(inFolder('file'))).rejects.toThrow(/newer Vivarium \(its format is 2/);
    await isEmpty();
  });

  test('a file cut off anywhere', async () => {
    await write(inFolder('file'));
    const { length } = readFileSync(inFolder('file'));
    for (const cut of [1, 20, 51, 52, 53, 1000, length >> 1, length - 30]) {
      truncateSync(inFolder('file'), length - cut);
      await expect(read(inFolder('file')), `${cut} bytes less`).rejects.toThrow(
        /is damaged: .*Nothing was imported|is not an exported machine/,
      );
      rmSync(inFolder('file'));
      await write(inFolder('file'));
    }
    writeFileSync(inFolder('file'), 'more', { flag: 'a' });
    await expect(read(inFolder('file'))).rejects.toThrow(/is damaged/);
    await isEmpty();
  });

  test(`a file with bits flipped anywhere (VIVARIUM_SEED=${SEED})`, { timeout: 60_000 }, async () => {
    await write(inFolder('file'));
    const good = readFileSync(inFolder('file'));
    const random = new Random(SEED);
    for (let round = 0; round < 60; round++) {
      const bytes = Buffer.from(good);
      const at = round < 30 ? round : random.below(bytes.length);
      bytes[at]! ^= 1 << random.below(8);
      writeFileSync(inFolder('file'), bytes);
      await expect(read(inFolder('file')), `byte ${at}`).rejects.toThrow(/is damaged|is not an exported machine|newer Vivarium/);
    }
    await isEmpty();
  });

  test('a machine that cannot be, under right checksums', { timeout: 60_000 }, async () => {
    await write(inFolder('file'));
    const good = readFileSync(inFolder('file'));
    const { machine } = small;
    const [one, ...rest] = machine.snapshots;
    const cases: [string, unknown][] = [
      ['no machine', {}],
      ['nothing', null],
      ['another board', { ...machine, definition: { ...machine.definition, board: 'abacus' } }],
      ['snapshots of one name', { ...machine, snapshots: [one, one] }],
      ['memory of a petabyte', { ...machine, snapshots: [{ ...one, memoryMiB: 2 ** 30 }, ...rest] }],
      ['more memory than is listed', { ...machine, snapshots: [{ ...one, memoryMiB: 32 }, ...rest] }],
      ['a snapshot without its content', { ...machine, snapshots: [...machine.snapshots, { ...one, id: 'SNAP-4' }] }],
      ['a present without its snapshot', { ...machine, present: { parent: 'SNAP-9', suspended: false } }],
      ['two disks in one slot', { ...machine, snapshots: [{ ...one, disks: [one!.disks[0], one!.disks[0]] }, ...rest] }],
    ];
    for (const [what, value] of cases) {
      writeFileSync(inFolder('file'), withRecord(good, 'MACH', Buffer.from(JSON.stringify(value))));
      await expect(read(inFolder('file')), what).rejects.toThrow(/is damaged/);
    }
    await isEmpty();
  });

  test('lists that cannot be, under right checksums', { timeout: 60_000 }, async () => {
    await write(inFolder('file'));
    const good = readFileSync(inFolder('file'));
    const list = (subject: object, ...runs: number[]) => {
      const json = Buffer.from(JSON.stringify(subject));
      const bytes = Buffer.alloc(4 + json.length + runs.length * 8);
      bytes.writeUInt32LE(json.length);
      json.copy(bytes, 4);
      runs.forEach((value, index) => bytes.writeDoubleLE(value, 4 + json.length + index * 8));
      return bytes;
    };
    const memory = { of: 'memory', snapshot: 'SNAP-1', pages: 4096 };
    const cases: [string, Buffer][] = [
      ['chunks that are not there', list(memory, 0, 1_000_000, 1)],
      ['beyond the end', list(memory, 4000, 1, 97)],
      ['backwards', list(memory, 5, 1, 1, 4, 1, 1)],
      ['overlapping', list(memory, 0, 1, 3, 2, 1, 1)],
      ['half a number', list(memory, 0, 1.5, 1)],
      ['no number', list(memory, 0, NaN, 1)],
      ['half a run', list(memory, 0, 1)],
      ['too many pages', list({ ...memory, pages: 2 ** 40 }, 0, 1, 1)],
      ['no subject', Buffer.from([255, 255, 255, 255])],
      ['broken JSON', Buffer.from([1, 0, 0, 0, 0x7b])],
    ];
    for (const [what, bytes] of cases) {
      writeFileSync(inFolder('file'), withRecord(good, 'LIST', bytes));
      await expect(read(inFolder('file')), what).rejects.toThrow(/is damaged/);
    }
    await isEmpty();
  });

  test('paths of the host that did not come with it are forgotten', async () => {
    await write(inFolder('file'));
    const good = readFileSync(inFolder('file'));
    const { machine } = small;
    const boot = { kind: 'linux' as const, kernel: '/etc/passwd', initrd: '../../secret' };
    const disks = [{ id: 'DISK-A', path: '/dev/sda', readonly: false, writes: 'direct' as const }];
    const value = { ...machine, definition: { ...machine.definition, boot, disks } };
    writeFileSync(inFolder('file'), withRecord(good, 'MACH', Buffer.from(JSON.stringify(value))));
    const { definition } = (await read(inFolder('file'))).machine;
    expect(definition.boot).toEqual({ kind: 'linux' });
    expect(definition.disks).toEqual([{ id: expect.any(String) as string, readonly: false, writes: 'overlay', sizeBytes: 24 * 4096 }]);
  });
});
