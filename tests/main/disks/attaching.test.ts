/** From a machine's definition to what its threads open: in place, read-only, on heads; and what is refused. */
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { AttachedDisk, FileDisk, ModuleDisk } from '../../../emulator/index.ts';
import { openDisk } from '../../../main/disks/image-disk.ts';
import type { OverlaySetup } from '../../../main/disks/overlay-messages.ts';
import { withDiskIds } from '../../../main/library/disk-ids.ts';
import { newDefinition } from '../../../preload/contract/definition/new-definition.ts';
import { checkDefinition } from '../../../main/supervisor/check-definition.ts';
import type { DiskDefinition } from '../../../preload/contract/machines.ts';
import { describeWith } from '../../kit/tools.ts';
import { qemuImg, qemuIo } from '../../emulator/disk/qemu.ts';
import { diskLibrary, type DiskLibrary } from './disk-library.ts';
import { everything } from './overlay.ts';

const MEBIBYTE = 1024 * 1024;
const QCOW2_MAGIC = Buffer.from('514649fb', 'hex');

async function attached(home: DiskLibrary, ...disks: DiskDefinition[]) {
  const record = await home.library.machines.get(await home.machine(...disks));
  return { record, attach: () => home.attaching.attach(record, record.definition) };
}

test('a raw file is used in place as it is', async () => {
  const home = await diskLibrary();
  const path = home.path('disk.raw');
  writeFileSync(path, new Uint8Array(MEBIBYTE));
  const { attach } = await attached(home, { path, readonly: false }, { path, readonly: true, format: 'raw', writes: 'direct' });
  expect(await attach()).toEqual([
    { path, readonly: false },
    { path, readonly: true },
  ] satisfies FileDisk[]);
});

test.each([
  ['a qcow2 image in place', { format: 'qcow2', readonly: false }, /never written in place: use format=qcow2 with overlay/],
  ['a qcow2 image taken for raw', { readonly: false }, /is a qcow2 image, which is never written in place/],
  [
    'an overlay smaller than its base',
    { format: 'raw', readonly: false, writes: 'overlay', sizeBytes: 512 },
    /has 4096 bytes, more than the 512/,
  ],
] as const)('%s is refused', async (_what, disk, message) => {
  const home = await diskLibrary();
  const path = home.path('image');
  writeFileSync(path, Buffer.concat([QCOW2_MAGIC, Buffer.alloc(4092)]));
  const { attach } = await attached(home, { path, ...disk });
  await expect(attach()).rejects.toThrow(message);
  await expect(attach()).rejects.toThrow(/^disk 1 cannot be used: /);
});

test('a person may say that the bytes of an image are the disk', async () => {
  const home = await diskLibrary();
  const path = home.path('image');
  writeFileSync(path, Buffer.concat([QCOW2_MAGIC, Buffer.alloc(4092)]));
  const { attach } = await attached(home, { path, format: 'raw', readonly: false });
  expect(await attach()).toEqual([{ path, readonly: false }]);
});

test.each([
  ['without a file', { readonly: false }, /it has no file: choose one/],
  ['with neither file nor size', { readonly: false, writes: 'overlay' }, /neither a file nor a size/],
  ['over a missing file', { path: '/no/such/file', readonly: false, writes: 'overlay' }, /there is no file \/no\/such\/file/],
  ['over something that is no qcow2', { path: import.meta.filename, format: 'qcow2', readonly: false, writes: 'throwaway' }, /not a qcow2/],
] as const)('a disk %s is refused', async (_what, disk, message) => {
  const home = await diskLibrary();
  const { attach } = await attached(home, disk);
  await expect(attach()).rejects.toThrow(message);
});

test('a head is made once, with what is under it noted behind', async () => {
  const home = await diskLibrary();
  const path = home.path('base.raw');
  writeFileSync(path, new Uint8Array(MEBIBYTE).fill(1));
  const { record, attach } = await attached(home, { path, readonly: false, writes: 'overlay', sizeBytes: 2 * MEBIBYTE });
  expect(record.definition.disks[0]!.id).toMatch(/^[0-9A-Z]{26}$/);
  const [first] = (await attach()) as ModuleDisk[];
  const setup = first!.setup as OverlaySetup;
  expect(setup).toMatchObject({ base: { path, format: 'raw' }, sizeBytes: 2 * MEBIBYTE, throwaway: false });
  const present = async () => (await home.library.heads.present(record.id))[0]!;
  while ((await present()).base!.sha256 === '') await new Promise((resolve) => setTimeout(resolve, 10));
  expect((await present()).base!.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(await attach()).toEqual([first]);
  expect(await home.library.heads.list()).toHaveLength(1);
});

test('disks with writes of their own get an id each, others none', () => {
  const overlay: DiskDefinition = { readonly: false, writes: 'overlay', sizeBytes: MEBIBYTE };
  const { disks } = withDiskIds({
    disks: [overlay, { ...overlay, id: 'mine' }, { ...overlay, id: 'mine' }, { path: '/x', readonly: true }],
  });
  const ids = disks.map(({ id }) => id);
  expect(ids[1]).toBe('mine');
  expect(new Set(ids).size).toBe(4);
  expect(ids[3]).toBeUndefined();
  expect(withDiskIds({ name: 'x' })).toEqual({ name: 'x' });
});

test('forms hear what is wrong with a disk', async () => {
  const problems = await checkDefinition(
    {
      ...newDefinition({ name: 'x', template: 't', boot: { kind: 'linux' } }),
      disks: [
        { readonly: false },
        { path: '/a', format: 'qcow2', readonly: false },
        { readonly: false, writes: 'overlay', sizeBytes: 1000 },
        { readonly: false, writes: 'overlay', sizeBytes: MEBIBYTE },
      ],
    },
    { inspect: async () => ({ kind: 'unrecognised' }) as never },
  );
  expect(problems.map(({ field }) => field)).toEqual(['disks.0.path', 'disks.1.writes', 'disks.2.sizeBytes', 'disks.1.path']);
});

describeWith(['qemu-img'], 'with QEMU', () => {
  test('a qcow2 image can be attached read-only without an overlay', async () => {
    const home = await diskLibrary();
    const path = home.path('image.qcow2');
    qemuImg('create', '-q', '-f', 'qcow2', path, '1M');
    qemuIo(path, 'qcow2', ['write -P 77 4k 4k']);
    const { attach } = await attached(home, { path, format: 'qcow2', readonly: true });
    const [attachment] = (await attach()) as ModuleDisk[];
    expect(attachment).toMatchObject({ readonly: true, setup: { path, format: 'qcow2' } });
    const disk: AttachedDisk = await openDisk(attachment!.setup);
    expect(disk.readonly).toBe(true);
    expect(Buffer.compare(await everything(disk), new Uint8Array(MEBIBYTE).fill(77, 4096, 8192))).toBe(0);
    await expect(disk.write(0, new Uint8Array(512))).rejects.toThrow(/read-only/);
    await disk.close();
    await expect(openDisk({ path: home.path('none'), format: 'qcow2' })).rejects.toThrow(/there is no file/);
  });
});
