/** What files that were dropped together make. */
import { expect, test } from 'vitest';
import type { FileInspection } from '../../preload/contract/images.ts';
import { machineOf } from '../../renderer/views/create/dropped-files.ts';

const file = (path: string, kind: FileInspection['kind'], architecture?: string): FileInspection => ({
  ...{ path, kind, sizeBytes: 1, description: kind },
  ...(architecture === undefined ? {} : { architecture }),
});

test('a kernel decides the board, and an initrd goes with it', () => {
  const { machine, left } = machineOf([file('/a/initrd.gz', 'initrd'), file('/a/bzImage', 'packed-kernel', 'amd64')]);
  expect(machine).toMatchObject({
    ...{ name: 'bzImage', board: 'pc', disks: [] },
    boot: { kind: 'linux', kernel: '/a/bzImage', initrd: '/a/initrd.gz', commandLine: 'console=ttyS0' },
  });
  expect(left).toEqual([]);
});
test('a kernel with a disk alone is told where its root is; the image is never written', () => {
  const { machine } = machineOf([file('/a/root.qcow2', 'disk'), file('/a/Image', 'kernel-image', 'riscv64')]);
  expect(machine?.boot).toMatchObject({ kernel: '/a/Image', commandLine: 'console=ttyS0 root=/dev/vda' });
  expect(machine?.disks).toEqual([{ path: '/a/root.qcow2', readonly: false, writes: 'overlay' }]);
});
test('an ELF file alone is a bare program, and with an initrd a kernel', () => {
  const elf = file('/a/prog.elf', 'program', 'riscv64');
  expect(machineOf([elf]).machine?.boot).toEqual({ kind: 'bare', program: '/a/prog.elf' });
  expect(machineOf([elf, file('/a/initrd', 'initrd')]).machine?.boot).toMatchObject({ kind: 'linux', kernel: '/a/prog.elf' });
});
test('what cannot be used is named with the reason, and the rest is used', () => {
  const { machine, left } = machineOf([
    ...[file('/a/x.vmdk', 'foreign-disk'), file('/a/notes.txt', 'unrecognised')],
    ...[file('/a/one', 'kernel-image', 'riscv64'), file('/a/two', 'kernel-image', 'riscv64')],
  ]);
  expect(machine?.boot).toMatchObject({ kernel: '/a/one' });
  expect(left).toEqual([
    'x.vmdk is a disk image that must be converted to qcow2 or raw first.',
    'notes.txt is neither a kernel, an initrd, a disk image nor a program.',
    'two was left out: one kernel is enough.',
  ]);
  expect(machineOf([file('/a/notes.txt', 'unrecognised')]).machine).toBeUndefined();
});
