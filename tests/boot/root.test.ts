/**
 * A real root file system on an overlay: it boots, is written, snapshotted and gone back to, and what is exported is a
 * sound image that QEMU boots as well.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findHome } from '../../main/library/home.ts';
import type { MachineDefinition, MachineId } from '../../preload/contract/machines.ts';
import { describeWith, tool } from '../kit/tools.ts';
import { openWholeProgram, type WholeProgram } from '../kit/whole-program.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { Expecting } from './expecting.ts';
import { debianRoot, ROOT_TOOLS, rootBoot } from './debian-root.ts';
import { GUEST_TOOLS } from './parts.ts';

const PROMPT = 'root# ';

async function rootMachine(
  program: WholeProgram,
  folder: string,
  more: Pick<MachineDefinition, 'virtio' | 'devices'> = {},
): Promise<MachineId> {
  const { kernel, initrd, commandLine } = await rootBoot(folder);
  const { id } = await program.machines.create({
    definition: {
      name: 'root',
      board: 'riscv64-virt',
      cores: 1,
      memoryMiB: 256,
      engine: 'auto',
      boot: { kind: 'linux', kernel, initrd, commandLine },
      disks: [{ path: await debianRoot(), format: 'raw', readonly: false, writes: 'overlay' }],
      ports: [],
      note: '',
      ...more,
    },
  });
  return id;
}

describeWith([...new Set([...ROOT_TOOLS, ...GUEST_TOOLS])], 'a Debian root on ext4', () => {
  test('boots, is written, comes back from a snapshot and leaves a sound image', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'home'));
    const console = new Expecting();
    const program = await openWholeProgram(findHome({ VIVARIUM_HOME: join(folder, 'home') }), { output: (_, text) => console.add(text) });
    onTestFinished(() => program.close());
    const id = await rootMachine(program, folder);
    const command = async (text: string) => {
      program.type(id, `${text}\r`);
      await console.shows(`${text}\r\n`);
      return console.shows(PROMPT);
    };

    await program.machines.start(id);
    await console.shows(PROMPT);
    expect(await command('. /etc/os-release; echo $PRETTY_NAME; mount | grep " / "')).toMatch(
      /Debian GNU\/Linux[^]*\/dev\/vda on \/ type ext4 \(rw/,
    );
    await command('seq 1 20000 > /root/before; sync; sha256sum /root/before > /root/before.sum');
    const { snapshot } = await program.snapshots.create(id, { name: 'written' });
    expect(await program.stored(id, snapshot.id)).toMatchObject({ state: 'ready', hasMemory: true });
    await command('rm -r /usr/share /root/before; echo lost > /root/after; sync');
    expect(await command('ls /usr/share /root/before')).toContain('No such file');

    const { kept } = await program.snapshots.restore(snapshot.id);
    expect(kept).not.toBeNull();
    expect(await command('sha256sum -c /root/before.sum; ls -d /usr/share /root/after')).toMatch(
      /before: OK[^]*after'?: No such file[^]*\/usr\/share\r/,
    );
    await command('cp /root/before /root/kept; sync');
    program.type(id, 'off\r');
    await console.shows('reboot: Power down');
    await program.stopped(id);

    for (const format of ['raw', 'qcow2'] as const) {
      const path = join(folder, `root.${format}`);
      await program.task((await program.disks.export(id, 0, { path, format })).task);
      for (const text of await lookInto(path, format, folder)) expect(text).toContain('kept is whole');
    }
  });
  test('boots from a disk on the PCI bus, where lspci finds what is there and nothing odd', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'home'));
    const console = new Expecting();
    const program = await openWholeProgram(findHome({ VIVARIUM_HOME: join(folder, 'home') }), { output: (_, text) => console.add(text) });
    onTestFinished(() => program.close());
    const id = await rootMachine(program, folder, { virtio: 'pci', devices: ['edu'] });
    await program.machines.start(id);
    await console.shows(PROMPT);
    program.type(id, 'mount -t sysfs sysfs /sys; lspci -vv; grep -c virtio /proc/interrupts\r');
    const shown = (await console.shows(PROMPT)).replaceAll('\r', '');
    for (const line of [
      '00:00.0 Host bridge: Red Hat, Inc. QEMU PCIe Host bridge',
      '00:01.0 SCSI storage controller: Red Hat, Inc. Virtio 1.0 block device (rev 01)',
      '00:1e.0 Unclassified device [00ff]: Device 1234:11e8 (rev 10)',
      'Capabilities: [40] MSI-X: Enable- Count=2 Masked-',
      'Kernel driver in use: virtio-pci',
    ])
      expect(shown).toContain(line);
    // What lspci says of fields that contradict each other.
    expect(shown).not.toMatch(/ignored|invalid|unassigned|!!!|virtual\)/i);
  });
});

/** What e2fsck, qemu-img and a boot in QEMU say about an image; those that are here. */
async function lookInto(path: string, format: 'raw' | 'qcow2', folder: string): Promise<string[]> {
  const check = tool('qemu-img');
  if (check && format === 'qcow2') execFileSync(check, ['check', '-q', '-f', format, path]);
  const fsck = tool('mke2fs')?.replace('mke2fs', 'e2fsck');
  if (fsck && format === 'raw') execFileSync(fsck, ['-f', '-n', path], { stdio: 'pipe' });
  const qemu = tool('qemu-system-riscv64');
  if (!qemu) return [];
  const { kernel, initrd, commandLine } = await rootBoot(folder);
  const drive = ['-drive', `file=${path},format=${format},if=none,id=root`, '-device', 'virtio-blk-device,drive=root'];
  const machine = ['-M', 'virt', '-m', '256', '-nographic', '-no-reboot', '-kernel', kernel, '-initrd', initrd, '-append', commandLine];
  const child = spawn(qemu, [...machine, ...drive], { stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const console = new Expecting();
  child.stdout.on('data', (piece: Buffer) => console.add(piece.toString()));
  await console.shows(PROMPT);
  child.stdin.write('cmp /root/kept /root/before && sha256sum -c /root/before.sum && ls /usr/share > /dev/null && echo kept "is" whole\r');
  const text = await console.shows(`whole\r\n${PROMPT}`);
  child.stdin.write('off\r');
  await console.shows('reboot: Power down');
  return [text];
}
