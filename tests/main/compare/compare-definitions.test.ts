/** What differs between two machines' hardware, in words. */
import { expect, test } from 'vitest';
import { compareDefinitions } from '../../../main/compare/compare-definitions.ts';
import type { DiskDefinition, MachineDefinition } from '../../../preload/contract/machines.ts';
import { bareDefinition } from '../scripted-machine.ts';

const MEBIBYTE = 1024 * 1024;
const one: DiskDefinition = { id: 'A', readonly: false, writes: 'overlay', sizeBytes: 64 * MEBIBYTE };
const two: DiskDefinition = { id: 'B', path: '/b.qcow2', format: 'qcow2', readonly: false, writes: 'throwaway' };
const file: DiskDefinition = { path: '/c.img', readonly: true };
const plain: MachineDefinition = { ...bareDefinition('box'), memoryMiB: 128, disks: [one, two, file] };

test('nothing, where only what its owner says is different', () => {
  const owners = { name: 'other', note: 'note', checkpoints: { everySeconds: 5, budgetBytes: 0 }, onQuit: 'stop' } as const;
  expect(compareDefinitions(plain, { ...plain, ...owners })).toEqual([]);
});

test('memory, cores, engine, boot files, ports and devices', () => {
  const other: MachineDefinition = {
    ...plain,
    ...{ memoryMiB: 256, cores: 2, engine: 'interpreter', ports: [{ name: 'a' }, { name: 'b' }], virtio: 'pci', devices: ['edu'] },
    boot: { kind: 'linux', kernel: '/Image', commandLine: 'quiet' },
  };
  expect(compareDefinitions(plain, other).map(({ what, before, after }) => [what, before, after])).toEqual([
    ['boots', 'a bare program', 'a Linux kernel'],
    ...(plain.boot.program === undefined ? [] : [['program', plain.boot.program, null]]),
    ['memory', '128 MiB', '256 MiB'],
    ['cores', '1', '2'],
    ['engine', plain.engine, 'interpreter'],
    ['bus of virtio devices', 'mmio', 'pci'],
    ['kernel', null, '/Image'],
    ['kernel command line', null, 'quiet'],
    ['other devices', null, 'edu'],
    ['console ports', null, 'a, b'],
  ]);
});

test('disks that are gone, new, changed or elsewhere', () => {
  const words = (disks: readonly DiskDefinition[]) =>
    compareDefinitions(plain, { ...plain, disks }).map(({ what, before, after }) => `${what}: ${before} -> ${after}`);
  expect(words([two, file])).toEqual([
    'disk 1: disk 2 -> disk 1',
    'disk 2: disk 3 -> disk 2',
    'disk 1: in the library, 64 MiB, writes kept -> null',
  ]);
  expect(words([one, two, file, { ...one, id: 'D' }])).toEqual(['disk 4: null -> in the library, 64 MiB, writes kept']);
  expect(words([{ ...one, sizeBytes: 128 * MEBIBYTE }, two, { ...file, readonly: false }])).toEqual([
    'disk 1: in the library, 64 MiB, writes kept -> in the library, 128 MiB, writes kept',
    'disk 3: /c.img (raw), read-only -> /c.img (raw), writes to the file',
  ]);
  // The same file is the same disk only by its place, where no identity says so.
  expect(words([one, two, { ...file, path: '/d.img' }])).toEqual([
    'disk 3: null -> /d.img (raw), read-only',
    'disk 3: /c.img (raw), read-only -> null',
  ]);
});
