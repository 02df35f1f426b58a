/** Files of machines made to hurt: refused as damaged, with nothing left behind and little memory taken. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ArchivedMachine, ArchivedSnapshot } from '../../../main/archive/archived-machine.ts';
import { writeArchive } from '../../../main/archive/export-machine.ts';
import { importMachine } from '../../../main/archive/import-machine.ts';
import { open, type Store } from '../../../main/storage/index.ts';
import { Random } from '../../differential/random.ts';
import { chunkOf } from '../storage/seeded-chunk.ts';
import { fileOf, recordsIn, runBytes, subjectAnd, type ForgedRecord } from './forgery.ts';
import { smallMachine, type SmallMachine } from './small-machine.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? 20261127);
/** `VIVARIUM_ROUNDS=5000` for a long run. */
const ROUNDS = Number(process.env['VIVARIUM_ROUNDS'] ?? 150);
const never = new AbortController().signal;

let folder: string;
let store: Store;
let small: SmallMachine;
let good: Buffer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vivarium-hostile-'));
  const source = await open(join(folder, 'source.db'));
  small = await smallMachine(source, folder);
  const file = join(folder, 'good');
  const request = { file, machine: small.machine, withBases: true, program: 'Vivarium', date: 1_800_000_000_000 };
  await writeArchive(source, request, small.savedOf, () => undefined, never);
  await source.close();
  good = readFileSync(file);
  store = await open(join(folder, 'store.db'));
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const FILE = () => join(folder, 'forged');
const importForged = (bytes: Buffer) => {
  writeFileSync(FILE(), bytes);
  return importMachine(store, { file: FILE(), filesFolder: join(folder, 'files') }, () => undefined, never);
};
async function expectRefused(bytes: Buffer, what: string): Promise<void> {
  await expect(importForged(bytes), what).rejects.toThrow(/is damaged: .*Nothing was imported/);
  expect(await store.manifests.list(), what).toEqual([]);
  expect(existsSync(join(folder, 'files')) ? readdirSync(join(folder, 'files')) : [], what).toEqual([]);
}
const withMachine = (machine: unknown) =>
  fileOf(
    good,
    recordsIn(good).map((record) => (record.kind === 'MACH' ? { kind: 'MACH', content: Buffer.from(JSON.stringify(machine)) } : record)),
  );
const withMore = (...more: readonly ForgedRecord[]) => fileOf(good, [...recordsIn(good), ...more]);
const changed = (index: number, change: object): ArchivedMachine => ({
  ...small.machine,
  snapshots: small.machine.snapshots.map((each, at): ArchivedSnapshot => (at === index ? { ...each, ...change } : each)),
});

test('what is forged without a change is imported', async () => {
  const { machine } = await importForged(fileOf(good, recordsIn(good)));
  expect(machine.snapshots).toHaveLength(3);
  const { id } = machine.snapshots[0]!;
  const owned = (await store.manifests.list()).map((manifest) => manifest.id);
  expect(id).not.toBe('SNAP-1');
  await store.deleteManifests(owned);
  rmSync(join(folder, 'files'), { recursive: true });
});

describe('refused', () => {
  test('parents in a circle, dates and numbers that cannot be', { timeout: 60_000 }, async () => {
    const cases: readonly (readonly [string, unknown])[] = [
      ['its own parent', changed(0, { parent: 'SNAP-1' })],
      ['parents of each other', changed(0, { parent: 'SNAP-2' })],
      ['a date of 1e300', changed(0, { createdAt: 1e300 })],
      ['a date before 1970', changed(0, { createdAt: -1 })],
      ['a date of half a millisecond', changed(0, { createdAt: 0.5 })],
      ['a machine made in the year 10000', { ...small.machine, createdAt: 253_402_300_800_000 }],
      ['an uptime of 1e300', changed(0, { uptimeMs: 1e300 })],
      ['a disk of an exabyte', changed(0, { disks: [{ ...small.machine.snapshots[0]!.disks[0]!, sizeBytes: 2 ** 50 }] })],
      ['a name of a megabyte', changed(0, { name: 'x'.repeat(1 << 20) })],
      ['a thumbnail of a megabyte', changed(0, { thumbnail: 'x'.repeat(1 << 20) })],
      ['a disk defined otherwise', changed(0, { disks: [{ ...small.machine.snapshots[0]!.disks[0]!, definition: { path: 7 } }] })],
      [
        'a start with other memory',
        changed(0, { configuration: { board: 'riscv64-virt', memoryBytes: 2 ** 35, cores: 1, engine: 'auto', boot: {}, ports: [] } }),
      ],
      [
        'a start with a file of another kind',
        changed(0, {
          configuration: { board: 'riscv64-virt', memoryBytes: 2 ** 24, cores: 1, engine: 'auto', boot: { kernel: {} }, ports: [] },
        }),
      ],
    ];
    for (const [what, machine] of cases) await expectRefused(withMachine(machine), what);
  });

  test('parts that no snapshot calls for, or twice', { timeout: 60_000 }, async () => {
    const blob = (subject: object, bytes = Buffer.from('x')) => ({ kind: 'BLOB', content: subjectAnd(subject, bytes) });
    const list = (subject: object, ...runs: readonly (readonly [number, number, number])[]) => ({
      kind: 'LIST',
      content: subjectAnd(
        subject,
        runBytes(runs.length, (index) => runs[index]!),
      ),
    });
    const cases: readonly (readonly [string, ForgedRecord])[] = [
      ['a state of nothing', blob({ of: 'state', snapshot: 'SNAP-9' })],
      ['a state of one without memory', blob({ of: 'state', snapshot: 'SNAP-3' })],
      ['a second state', blob({ of: 'state', snapshot: 'SNAP-1' })],
      ['a console again', blob({ of: 'console', snapshot: 'SNAP-1', console: 0 })],
      ['a console far away', blob({ of: 'console', snapshot: 'SNAP-1', console: 40 })],
      ['a console of 2 MiB', blob({ of: 'console', snapshot: 'SNAP-1', console: 2 }, Buffer.alloc(2 << 20))],
      ['a list of nothing', list({ of: 'memory', snapshot: 'SNAP-9', pages: 1 })],
      ['a second list', list({ of: 'memory', snapshot: 'SNAP-1', pages: 4096 })],
      ['a file that the machine does not name', list({ of: 'file', path: '/etc/passwd', sizeBytes: 4096 }, [0, 1, 1])],
      ['a base of no disk', list({ of: 'base', path: '/x', format: 'raw', sizeBytes: 4096 }, [0, 1, 1])],
      ['zeros as a chunk', { kind: 'CHNK', content: Buffer.alloc(4096) }],
      ['a chunk twice', { kind: 'CHNK', content: Buffer.concat([chunkOf(7), chunkOf(7)]) }],
      ['an empty record of chunks', { kind: 'CHNK', content: Buffer.alloc(0) }],
    ];
    for (const [what, record] of cases) await expectRefused(withMore(record), what);
  });

  test(`records that are lost, doubled, exchanged or changed (VIVARIUM_SEED=${SEED})`, { timeout: 600_000 }, async () => {
    const random = new Random(SEED);
    const records = recordsIn(good);
    for (let round = 0; round < ROUNDS; round++) {
      const forged = [...records];
      const at = random.below(forged.length);
      const other = random.below(forged.length);
      const { kind, content } = forged[at]!;
      const bytes = Buffer.from(content);
      const deed = random.below(5);
      if (deed === 0) forged.splice(at, 1);
      else if (deed === 1) forged.splice(other, 0, forged[at]!);
      else if (deed === 2) [forged[at], forged[other]] = [forged[other]!, forged[at]!];
      else if (deed === 3) forged[at] = { kind, content: bytes.subarray(0, random.below(bytes.length + 1)) };
      else {
        for (let flips = random.below(4); flips >= 0 && bytes.length > 0; flips--)
          bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
        forged[at] = { kind, content: bytes };
      }
      const outcome = await importForged(fileOf(good, forged)).then(
        () => 'imported',
        (error: Error) => error.message,
      );
      // Some changes are right: another letter of a note, lists in another order.
      expect(outcome, `round ${round}`).toMatch(/^imported$|is damaged: .*Nothing was imported/);
      await store.deleteManifests((await store.manifests.list()).map(({ id }) => id));
      rmSync(join(folder, 'files'), { recursive: true, force: true });
    }
  });
});

describe('what is small stays small', () => {
  const CHILD = `
    import { open } from ${JSON.stringify(new URL('../../../main/storage/index.ts', import.meta.url).href)};
    import { importMachine } from ${JSON.stringify(new URL('../../../main/archive/import-machine.ts', import.meta.url).href)};
    const store = await open(process.argv[1] + '/child.db');
    const said = await importMachine(store, { file: process.argv[1] + '/forged', filesFolder: process.argv[1] + '/files' }, () => undefined, new AbortController().signal)
      .then(() => 'imported', (error) => error.message);
    await store.close();
    console.log(JSON.stringify({ said, mebibytes: process.resourceUsage().maxRSS / 1024 }));`;
  /** Imports in a process of its own. */
  function measured(bytes: Buffer): { said: string; mebibytes: number } {
    writeFileSync(FILE(), bytes);
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', CHILD, folder], { encoding: 'utf8' });
    return JSON.parse(out) as { said: string; mebibytes: number };
  }

  test.for([
    [
      'consoles of 250 MiB',
      () => ({ kind: 'BLOB', content: subjectAnd({ of: 'console', snapshot: 'SNAP-1', console: 2 }, Buffer.alloc(250 << 20)) }),
    ],
    [
      'a list of ten million runs',
      () => ({ kind: 'LIST', content: subjectAnd({ of: 'disk', snapshot: 'SNAP-1', slot: 0 }, Buffer.alloc(240_000_000)) }),
    ],
    ['brackets', () => ({ kind: 'MACH', content: Buffer.alloc(48 << 20, '[') })],
    [
      'empty objects',
      () => ({ kind: 'MACH', content: Buffer.concat([Buffer.from('[{}'), Buffer.alloc(45 << 20, ',{}'), Buffer.from(']')]) }),
    ],
  ] as const)('%s', { timeout: 120_000 }, ([, record]) => {
    const forged = record();
    const records =
      forged.kind === 'MACH' ? recordsIn(good).map((each) => (each.kind === 'MACH' ? forged : each)) : [...recordsIn(good), forged];
    const bytes = fileOf(good, records);
    const { said, mebibytes } = measured(bytes);
    expect(said).toContain('is damaged');
    expect(mebibytes).toBeLessThan(512);
  });

  test('a disk of 16 TiB with a cluster in each GiB takes a segment at a time', { timeout: 120_000 }, () => {
    const disk = { ...small.machine.snapshots[2]!.disks[1]!, sizeBytes: 2 ** 44 };
    const machine = changed(2, { disks: [small.machine.snapshots[2]!.disks[0]!, disk] });
    const wide = runBytes(1024, (index) => [index * 262_144, 1, 1]);
    const records = recordsIn(good).map((record): ForgedRecord => {
      if (record.kind === 'MACH') return { kind: 'MACH', content: Buffer.from(JSON.stringify(machine)) };
      const isIt = record.kind === 'LIST' && Buffer.from(record.content).includes('"snapshot":"SNAP-3","slot":1');
      return isIt ? { kind: 'LIST', content: subjectAnd({ of: 'disk', snapshot: 'SNAP-3', slot: 1 }, wide) } : record;
    });
    const { said, mebibytes } = measured(fileOf(good, records));
    expect(said).toBe('imported');
    expect(mebibytes).toBeLessThan(512);
  });
});
