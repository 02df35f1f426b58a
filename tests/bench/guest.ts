/** The guest that both sides boot: Debian's kernel with the cross-compiled program in its initial file system. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BootSource, EngineMode } from '../../emulator/index.ts';
import { GuestKit } from '../../main/images/index.ts';
import { tool } from '../kit/tools.ts';
import { GUEST_BOARDS, type GuestBoardName } from './boards.ts';
import type { GuestCommand } from './run-guest.ts';

const RISCV = 'riscv64-virt';
const VIV = fileURLToPath(new URL('../../main/cli/viv.js', import.meta.url));
const SOURCE = fileURLToPath(new URL('./guest/bench.c', import.meta.url));
/** Square roots become the instruction, which the cross compiler's static library would otherwise be asked for. */
const COMPILER_OPTIONS = ['-O2', '-static', '-fno-math-errno'];

type Linux = Extract<BootSource, { kind: 'linux' }>;

/** Compiles a guest program for a board. @returns its path, `folder/name` */
export function compileGuest(source: string, folder: string, name: string, board: GuestBoardName = RISCV): string {
  const program = join(folder, name);
  const { compiler } = GUEST_BOARDS[board];
  execFileSync(tool(compiler) ?? compiler, [...COMPILER_OPTIONS, '-o', program, source]);
  return program;
}

/** The guest with a command of its shell. @throws Error saying what is missing */
export function prepareCommand(command: string): Promise<Linux> {
  return prepare({ command }, RISCV);
}

/** The guest with a program; boots to the prompt where no command is given. @throws Error saying what is missing */
export function prepareProgram(program: string, command: string | undefined, board: GuestBoardName = RISCV): Promise<Linux> {
  return prepare({ program, command }, board);
}

interface GuestWish {
  readonly program?: string;
  readonly command: string | undefined;
}
async function prepare({ program, command }: GuestWish, board: GuestBoardName): Promise<Linux> {
  const { template } = GUEST_BOARDS[board];
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-bench-'));
  try {
    const first = join(folder, 'first');
    writeFileSync(first, firstProgram(command ?? ''), { mode: 0o755 });
    const additions = command === undefined ? {} : { copy: [...(program === undefined ? [] : [program]), `${first}:${FIRST}`] };
    const { boot } = await new GuestKit().prepare(template, additions, ({ message }) => console.error(message));
    if (boot.kind !== 'linux') throw new Error(`the template ${template} is not a Linux guest`);
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
export async function prepareGuest(command: string | undefined, board: GuestBoardName): Promise<Linux> {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-bench-'));
  try {
    return await prepareProgram(compileGuest(SOURCE, folder, 'bench', board), command, board);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Our guest on given files. */
export const ours = ({ kernel, initrd, commandLine }: Linux, engine: EngineMode, board: GuestBoardName): GuestCommand => ({
  program: process.execPath,
  args: [
    VIV,
    'run',
    '--board',
    board,
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
export const ourTemplate = (run: string | undefined, engine: EngineMode, board: GuestBoardName): GuestCommand => ({
  program: process.execPath,
  args: [VIV, 'run', '--template', GUEST_BOARDS[board].template, ...(run === undefined ? [] : ['--run', run]), '--engine', engine],
});
/** The peer on the same files: one core, 512 MiB. */
export const peer = ({ kernel, initrd, commandLine }: Linux, board: GuestBoardName): GuestCommand => ({
  program: tool(GUEST_BOARDS[board].peer) ?? GUEST_BOARDS[board].peer,
  args: [
    ...GUEST_BOARDS[board].peerMachine,
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
