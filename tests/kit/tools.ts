/**
 * Programs that some tests need and a machine may lack: what they are called, which package brings them, and where
 * they are. Tests that need one are declared with `describeWith`; `tests/run.ts` reports what was left out.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, test } from 'vitest';
import { aptReachesItsMirror } from './apt-network.ts';
import { electronBinary, obstacle } from '../../main/electron/binary.ts';

interface Tool {
  /** Names under which the program is looked for, best first. */
  readonly programs: readonly string[];
  /** Debian packages that bring it; empty where no package does. */
  readonly packages: readonly string[];
  /** Something beside the program that must hold. */
  readonly also?: () => boolean;
  /** Where it is, when it is not on the path. */
  readonly find?: () => string | undefined;
  /** False where even a machine that has everything may lack it. */
  readonly neededInCi: boolean;
}

const debian = (program: string, ...packages: string[]): Tool => ({ programs: [program], packages, neededInCi: true });

function mayMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  const place = mkdtempSync(join(tmpdir(), 'vivarium-mount-'));
  const done = ['mount -t tmpfs -o size=1m none', 'umount'].map((command) =>
    spawnSync('sh', ['-c', `${command} "$0"`, place], { stdio: 'ignore' }),
  );
  rmSync(place, { recursive: true, force: true });
  return done.every(({ status }) => status === 0);
}
/** Two computers of its own with a cable between them: a computer's administrator, where the kernel allows it. */
function mayMakeNetworks(): boolean {
  if (process.getuid?.() !== 0) return false;
  return (
    spawnSync('unshare', ['-n', '-m', 'ip', 'link', 'add', 'here', 'type', 'veth', 'peer', 'name', 'there'], { stdio: 'ignore' }).status ===
    0
  );
}
/** Where temporary files are, as another program sees it. */
function mayKeepAttributes(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-attributes-'));
  const { status } = spawnSync('python3', ['-c', 'import os,sys; os.setxattr(sys.argv[1], "user.a", b"b")', folder], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
  return status === 0;
}
function mayServeFiles(): boolean {
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
    return mayMount();
  } catch {
    return false;
  }
}
function mayLoop(): boolean {
  if (process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-loop-'));
  const script = 'truncate -s 1M "$0/file" && device=$(losetup --find --show "$0/file") && losetup --detach "$device"';
  const { status } = spawnSync('sh', ['-c', script, folder], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
  return status === 0;
}
function electronCanShow(): boolean {
  return obstacle(process.env, process.platform, process.getuid?.()) === undefined;
}

/** Where Debian's opensbi package puts its generic firmware. */
export const OPENSBI_FOLDER = '/usr/lib/riscv64-linux-gnu/opensbi/generic';

export const TOOLS = {
  zsh: { programs: ['zsh'], packages: ['zsh'], neededInCi: false },
  fish: { programs: ['fish'], packages: ['fish'], neededInCi: false },
  chromium: { programs: ['chromium', 'chromium-browser', 'google-chrome'], packages: ['chromium'], neededInCi: true },
  'qemu-riscv64-static': { programs: ['qemu-riscv64-static', 'qemu-riscv64'], packages: ['qemu-user-static'], neededInCi: true },
  du: debian('du', 'coreutils'),
  'qemu-system-riscv64': debian('qemu-system-riscv64', 'qemu-system-misc', 'opensbi', 'u-boot-qemu'),
  'qemu-system-x86_64': debian('qemu-system-x86_64', 'qemu-system-x86'),
  'riscv64-linux-gnu-gcc': debian('riscv64-linux-gnu-gcc', 'gcc-riscv64-linux-gnu', 'libc6-dev-riscv64-cross'),
  // What it compiles is to run on this processor.
  'x86-64-gcc': { programs: ['gcc'], packages: ['gcc'], also: () => process.arch === 'x64', neededInCi: false },
  'x86-64-objdump': { programs: ['objdump'], packages: ['binutils'], also: () => process.arch === 'x64', neededInCi: false },
  'qemu-img': debian('qemu-img', 'qemu-utils'),
  dtc: debian('dtc', 'device-tree-compiler'),
  iasl: debian('iasl', 'acpica-tools'),
  mke2fs: debian('mke2fs', 'e2fsprogs'),
  debugfs: debian('debugfs', 'e2fsprogs'),
  'mkfs.fat': debian('mkfs.fat', 'dosfstools'),
  mcopy: debian('mcopy', 'mtools'),
  /** It lays out a root file system with device files and owners, which only root may. */
  debootstrap: { ...debian('debootstrap', 'debootstrap'), also: () => process.getuid?.() === 0 },
  /** A file system in memory may be mounted: a computer's administrator in a container that allows it. */
  tmpfs: { programs: ['mount'], packages: ['mount'], also: mayMount, neededInCi: false },
  /** A file system that a program of ours answers for: a computer's administrator, where the kernel has FUSE. */
  fuse: { programs: ['mount'], packages: ['mount'], also: mayServeFiles, neededInCi: false },
  /** Extended attributes of files, where the file system has them. */
  'user attributes': { programs: ['python3'], packages: ['python3'], also: mayKeepAttributes, neededInCi: false },
  /** A block device over a file: a computer's administrator, where the kernel has loop devices. */
  losetup: { programs: ['losetup'], packages: ['mount'], also: mayLoop, neededInCi: false },
  /** Network namespaces with virtual cables. */
  netns: { programs: ['ip'], packages: ['iproute2', 'util-linux'], also: mayMakeNetworks, neededInCi: false },
  dnsmasq: debian('dnsmasq', 'dnsmasq-base'),
  // These two go into a guest of this processor's kind, too.
  iperf3: { ...debian('iperf3', 'iperf3'), also: () => process.arch === 'x64', neededInCi: false },
  curl: { ...debian('curl', 'curl'), also: () => process.arch === 'x64', neededInCi: false },
  cpio: debian('cpio', 'cpio'),
  dpkg: { programs: ['dpkg'], packages: [], neededInCi: false },
  /** For small file systems that fill up; only root may mount one. */
  mount: { ...debian('mount', 'mount'), also: () => process.platform === 'linux' && process.getuid?.() === 0, neededInCi: false },
  /** Acting as another user, which only root may. */
  setpriv: { ...debian('setpriv', 'util-linux'), also: () => process.getuid?.() === 0, neededInCi: false },
  screen: debian('screen', 'screen'),
  ssh: debian('ssh', 'openssh-client'),
  tshark: debian('tshark', 'tshark'),
  /** Firmware rather than a program: a folder of files. */
  opensbi: {
    programs: [],
    packages: ['opensbi'],
    find: () => (existsSync(OPENSBI_FOLDER) ? OPENSBI_FOLDER : undefined),
    neededInCi: true,
  },
  /** apt and a mirror it can reach: the parts of the Debian guest come through it. */
  apt: { programs: ['apt-get'], packages: [], also: aptReachesItsMirror, neededInCi: true },
  /** Electron's binary, which `npm start` fetches where it can; the tests of the shell's code do not need it. */
  electron: { programs: [], packages: [], find: electronBinary, also: electronCanShow, neededInCi: false },
} as const satisfies Record<string, Tool>;
export type ToolName = keyof typeof TOOLS;

/** Folders where Debian keeps programs that are not on every person's path. */
const MORE_FOLDERS = ['/usr/sbin', '/sbin'];

function onPath(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), ...MORE_FOLDERS];
  return folders.map((folder) => join(folder, program)).find(executable);
}
function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const found = new Map<ToolName, string | undefined>();

/** The tool's path, or nothing where the machine lacks it. Looked for once a process. */
export function tool(name: ToolName): string | undefined {
  if (!found.has(name)) {
    const { programs, also, find }: Tool = TOOLS[name];
    const path = find?.() ?? programs.map(onPath).find((candidate) => candidate !== undefined);
    found.set(name, path !== undefined && (also?.() ?? true) ? path : undefined);
  }
  return found.get(name);
}

/** What happens to a suite that lacks these tools. */
export function treatmentOf(missing: readonly ToolName[], continuousIntegration: boolean): 'run' | 'fail' | 'leave out' {
  if (missing.length === 0) return 'run';
  return continuousIntegration && missing.some((each) => TOOLS[each].neededInCi) ? 'fail' : 'leave out';
}

/** What a left-out suite's name ends with; `tests/run.ts` reads the tools' names back from it. */
const LEFT_OUT = ' [left out, needs ';

/** The tools named by a left-out suite, or nothing when the suite was not left out. */
export function toolsNeededBy(suite: string): readonly ToolName[] | undefined {
  const [, names] = suite.split(LEFT_OUT);
  return names?.slice(0, -1).split(', ') as ToolName[] | undefined;
}

/**
 * How often a test of the window may be tried again: a browser, a program and a guest are three clocks. Continuous
 * integration alone tries again, and `tests/run.ts` names what needed it, so that it is looked into.
 */
const retriesOf = (needed: readonly ToolName[], continuousIntegration: boolean): number =>
  continuousIntegration && needed.includes('chromium') ? 1 : 0;

/**
 * Declares tests that need tools. Where one is missing the suite is left out and reported; with CI=true it fails
 * instead, except for tools that even a complete machine may lack.
 */
export function describeWith(needed: readonly ToolName[], name: string, tests: () => void): void {
  const missing = needed.filter((each) => tool(each) === undefined);
  const isCi = process.env['CI'] === 'true';
  const treatment = treatmentOf(missing, isCi);
  if (treatment === 'run') return void describe(name, { retry: retriesOf(needed, isCi) }, tests);
  if (treatment === 'fail')
    return void describe(name, () => {
      test(`needs ${missing.join(', ')}`, () => {
        throw new Error(`not on this machine: ${missing.join(', ')}. ${installCommand(missing)}`);
      });
    });
  describe.skip(`${name}${LEFT_OUT}${missing.join(', ')}]`, () => {
    test('left out', () => undefined);
  });
}

/** The one command that installs the tools, and a sentence for those that no package brings. */
export function installCommand(missing: readonly ToolName[]): string {
  const packages = [...new Set(missing.flatMap((each) => TOOLS[each].packages))];
  const sentences = [];
  if (packages.length > 0) sentences.push(`sudo apt-get install -y ${packages.join(' ')}`);
  if (missing.includes('apt')) sentences.push('(apt: a Debian or Ubuntu host whose package mirror answers)');
  if (missing.includes('electron'))
    sentences.push('(electron: its binary comes with `npm start` where it can be fetched and there is a screen)');
  return sentences.join(' ');
}
