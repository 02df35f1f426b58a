/** The guest that both sides boot: Debian's kernel with the cross-compiled program in its initial file system. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BootSource, EngineMode } from '../../emulator/index.ts';
import { GuestKit } from '../../main/images/index.ts';
import { tool } from '../kit/tools.ts';
import type { GuestCommand } from './run-guest.ts';

export const TEMPLATE = 'debian-riscv64';
const VIV = fileURLToPath(new URL('../../main/cli/viv.js', import.meta.url));
const SOURCE = fileURLToPath(new URL('./guest/bench.c', import.meta.url));
/** Square roots become the instruction, which the cross compiler's static library would otherwise be asked for. */
const COMPILER_OPTIONS = ['-O2', '-static', '-fno-math-errno'];

type Linux = Extract<BootSource, { kind: 'linux' }>;

/** Cross-compiles a guest program. @returns its path, `folder/name` */
export function compileGuest(source: string, folder: string, name: string): string {
  const program = join(folder, name);
  execFileSync(tool('riscv64-linux-gnu-gcc') ?? 'riscv64-linux-gnu-gcc', [...COMPILER_OPTIONS, '-o', program, source]);
  return program;
}

/** The guest with a program; boots to the prompt where no command is given. @throws Error saying what is missing */
export async function prepareProgram(program: string, command: string | undefined): Promise<Linux> {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-bench-'));
  try {
    const first = join(folder, 'first');
    writeFileSync(first, firstProgram(command ?? ''), { mode: 0o755 });
    const additions = command === undefined ? {} : { copy: [program, `${first}:${FIRST}`] };
    const { boot } = await new GuestKit().prepare(TEMPLATE, additions, ({ message }) => console.error(message));
    if (boot.kind !== 'linux') throw new Error(`the template ${TEMPLATE} is not a Linux guest`);
    return command === undefined ? boot : { ...boot, commandLine: `${boot.commandLine} quiet rdinit=${FIRST}` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const FIRST = '/first';
/** In the place of the kit's own first program, so that both sides do the same and nothing else: one command, then power-off. */
const firstProgram = (command: string) => `#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
while read -r caller module; do insmod "/lib/modules/$module.ko" 2> /dev/null; done < /etc/vivarium/modules
export PATH=/usr/local/bin:/bin HOME=/root
cd /root
exec < /dev/console > /dev/console 2>&1
${command}
stty -echo
poweroff -f
`;

/** The guest with the suite's program. */
export async function prepareGuest(command: string | undefined): Promise<Linux> {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-bench-'));
  try {
    return await prepareProgram(compileGuest(SOURCE, folder, 'bench'), command);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Our guest on given files. */
export const ours = ({ kernel, initrd, commandLine }: Linux, engine: EngineMode): GuestCommand => ({
  program: process.execPath,
  args: [
    VIV,
    'run',
    '--kernel',
    kernel,
    ...(initrd ? ['--initrd', initrd] : []),
    '--append',
    commandLine,
    '--memory',
    '512M',
    '--engine',
    engine,
  ],
});
/** Our guest as a person starts it. */
export const ourTemplate = (run: string | undefined, engine: EngineMode): GuestCommand => ({
  program: process.execPath,
  args: [VIV, 'run', '--template', TEMPLATE, ...(run === undefined ? [] : ['--run', run]), '--engine', engine],
});
/** The peer on the same files: one core, 512 MiB. */
export const peer = ({ kernel, initrd, commandLine }: Linux): GuestCommand => ({
  program: tool('qemu-system-riscv64') ?? 'qemu-system-riscv64',
  args: [
    '-M',
    'virt',
    '-m',
    '512',
    '-smp',
    '1',
    '-nographic',
    '-no-reboot',
    '-kernel',
    kernel,
    ...(initrd ? ['-initrd', initrd] : []),
    '-append',
    commandLine,
  ],
});
