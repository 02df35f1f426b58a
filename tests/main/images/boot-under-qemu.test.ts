/** The guest kit's files boot under QEMU as they are: what they do is not owed to our own emulator. */
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CommandEnd } from '../../../preload/contract/commands.ts';
import { GuestAgent } from '../../../main/exec/guest-agent.ts';
import { GuestKit, type PreparedGuest } from '../../../main/images/index.ts';
import { describeWith, tool } from '../../kit/tools.ts';

/** Runs a command through the guest's agent, whose port QEMU has at a socket, and has the guest power off. */
async function runThrough(socketPath: string, text: string): Promise<{ status: number; out: string; err: string }> {
  const server = createServer();
  server.listen(socketPath);
  const [socket] = (await once(server, 'connection')) as [Socket];
  server.close();
  const agent = new GuestAgent({ write: (bytes) => void socket.write(bytes), acknowledge: () => undefined });
  socket.on('data', (bytes: Buffer) => agent.received(Uint8Array.from(bytes)));
  await agent.connected();
  const said = { 1: '', 2: '' };
  const end = Promise.withResolvers<CommandEnd>();
  const command = agent.start(
    { text },
    {
      output(stream, bytes) {
        said[stream] += Buffer.from(bytes).toString();
        command.acknowledge(stream, bytes.length);
      },
      inputRoom: () => undefined,
      inputClosed: () => undefined,
      ended: (how) => end.resolve(how),
      lost: ({ reason }) => end.reject(new Error(wordsOf(reason))),
    },
  );
  const { status } = await end.promise;
  agent.powerOff();
  return { status, out: said[1], err: said[2] };
}

/** Starts QEMU with the guest's files; `type` answers what the console shows with what to type, until the guest is off. */
async function boot(guest: PreparedGuest, more: readonly string[], conversation: [awaited: string, typed: string][] = []): Promise<string> {
  if (guest.boot.kind !== 'linux') throw new Error('not a Linux guest');
  const { kernel, initrd, commandLine } = guest.boot;
  const machine = ['-M', 'virt', '-m', `${guest.memoryMiB}`, '-nographic', '-no-reboot'];
  const qemu = spawn(tool('qemu-system-riscv64')!, [...machine, '-kernel', kernel, '-initrd', initrd!, '-append', commandLine, ...more], {
    stdio: 'pipe',
  });
  let shown = '';
  let from = 0;
  qemu.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    for (;;) {
      const at = conversation[0] ? shown.indexOf(conversation[0][0], from) : -1;
      if (at < 0) return;
      const [awaited, typed] = conversation.shift()!;
      from = at + awaited.length;
      if (typed) qemu.stdin.write(typed);
    }
  });
  // A guest that hangs is shown with what it printed.
  const patience = setTimeout(() => qemu.kill('SIGKILL'), 120_000);
  await new Promise((resolve) => qemu.on('exit', resolve));
  clearTimeout(patience);
  return shown;
}

describeWith(['qemu-system-riscv64', 'apt', 'mke2fs', 'riscv64-linux-gnu-gcc'], 'the Debian guest under QEMU', () => {
  const kit = new GuestKit();
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'vivarium-qemu-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const agentPort = (socket: string) => [
    ...['-device', 'virtio-serial-device', '-chardev', `socket,id=agent,path=${socket}`],
    ...['-device', 'virtserialport,chardev=agent,name=vivarium.exec'],
  ];

  test('runs a command with a copied program, its libraries and a disk, through the agent', async () => {
    writeFileSync(join(folder, 'hello.c'), '#include <stdio.h>\nint main(void) { puts("hello from C"); return 0; }\n');
    execFileSync(tool('riscv64-linux-gnu-gcc')!, ['-o', join(folder, 'hello'), join(folder, 'hello.c')]);
    writeFileSync(join(folder, 'disk'), Buffer.alloc(8 << 20));
    execFileSync(tool('mke2fs')!, ['-q', '-F', '-t', 'ext4', join(folder, 'disk')]);
    const command =
      'uname -m; ./hello; mount -t ext4 /dev/vda /mnt && echo kept > /mnt/file && cat /mnt/file; umount /mnt; echo no >&2; exit 7';
    const guest = await kit.prepare('debian-riscv64', { commandsOnly: true, copy: [join(folder, 'hello')] });
    const disk = ['-drive', `file=${join(folder, 'disk')},format=raw,if=none,id=disk`, '-device', 'virtio-blk-device,drive=disk'];
    const socket = join(folder, 'agent');
    const answered = runThrough(socket, command);
    const shown = await boot(guest, [...agentPort(socket), ...disk]);
    expect(await answered).toEqual({ status: 7, out: 'riscv64\nhello from C\nkept\n', err: 'no\n' });
    expect(shown).toContain('Power down');
  });

  test('gives a shell with job control that comes back when it ends, and powers off', async () => {
    const conversation: [string, string][] = [
      ['poweroff ends it', ''],
      ['# ', 'tty; stty size; pwd\r'],
      ['/root\r', ''],
      // Printed by the job itself: before that a Ctrl-C would find the shell, which ignores it.
      ['# ', `sh -c 'echo sl""eeping; exec sleep 1000'\r`],
      ['sleeping\r', '\x03'],
      ['# ', 'echo st""ill here; exit\r'],
      ['new one', ''],
      ['# ', 'poweroff\r'],
    ];
    const shown = await boot(await kit.prepare('debian-riscv64'), [], conversation);
    expect(conversation).toEqual([]);
    expect(shown).toContain('/dev/ttyS0');
    expect(shown).toContain('24 80');
    expect(shown).toContain('still here');
    expect(shown).toContain('Power down');
  });
});
