/**
 * Builds the guest's initial file system. The base (BusyBox, modules, our init) is the same for every boot of a template;
 * what a person adds (a command, files, modules) is a second archive after it, which the kernel unpacks over the first.
 */
import type { ModulePart } from '../templates.ts';
import { busyboxApplets } from './applets.ts';
import { concatenate, writeCpio, type CpioEntry } from './cpio.ts';
import type { KernelModule, ModuleTree } from './kernel-modules.ts';
import { folderLinks, folders } from './layout.ts';

export interface BaseParts {
  readonly busybox: Uint8Array;
  /** `init.sh` and `profile.sh` of the templates' folder. */
  readonly init: string;
  readonly profile: string;
  /** `resize.sh`: the command `resize`, which BusyBox as Debian builds it lacks. */
  readonly resize: string;
  /** `clock.sh`: sets the clock by the real-time clock when the machine stood still or went back. */
  readonly clock: string;
  /** `dhcp.sh`: what BusyBox's DHCP client calls with what it was given. */
  readonly dhcp: string;
  /** The program that runs the host's commands. */
  readonly agent: Uint8Array;
  /** The kernel's modules; asked only when some are needed. */
  modules(): Promise<ModuleTree>;
  readonly wanted: readonly ModulePart[];
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const file = (path: string, content: string | Uint8Array, mode = 0o644): CpioEntry => ({
  kind: 'file',
  path,
  content: typeof content === 'string' ? bytes(content) : content,
  mode,
});

const hex = (number: number) => `0x${number.toString(16).padStart(4, '0')}`;
/** What calls for a module, as /etc/vivarium/modules says it: a virtio device type, `pci:` and a vendor, or "-". */
const callerOf = ({ device, pciVendor }: ModulePart): string =>
  device !== undefined ? hex(device) : pciVendor !== undefined ? `pci:${hex(pciVendor)}` : '-';

/** The lines for the wished modules and all they need, and the modules themselves. */
async function loadList(tree: ModuleTree, wanted: readonly ModulePart[]): Promise<{ list: string; modules: KernelModule[] }> {
  const modules = new Map<string, KernelModule>();
  let list = '';
  for (const part of wanted)
    for (const module of await tree.closure([part.name])) {
      if (modules.has(module.name)) continue;
      modules.set(module.name, module);
      list += `${callerOf(part)} ${module.name}\n`;
    }
  return { list, modules: [...modules.values()] };
}

/** The base archive. */
export async function baseInitramfs(parts: BaseParts): Promise<Uint8Array> {
  const { list, modules } = await loadList(await parts.modules(), parts.wanted);
  const entries: CpioEntry[] = [
    ...folders.map((path): CpioEntry => ({ kind: 'directory', path, mode: path === 'tmp' ? 0o1777 : path === 'root' ? 0o700 : 0o755 })),
    ...folderLinks.map(([path, target]): CpioEntry => ({ kind: 'link', path, target })),
    { kind: 'link', path: 'etc/mtab', target: '/proc/mounts' },
    { kind: 'characters', path: 'dev/console', major: 5, minor: 1 },
    { kind: 'characters', path: 'dev/null', major: 1, minor: 3, mode: 0o666 },
    file('init', parts.init, 0o755),
    file('bin/busybox', parts.busybox, 0o755),
    ...busyboxApplets(parts.busybox)
      .filter((name) => name !== 'busybox')
      .map((name): CpioEntry => ({ kind: 'link', path: `bin/${name}`, target: 'busybox' })),
    file('bin/vivarium-agent', parts.agent, 0o755),
    file('bin/resize', parts.resize, 0o755),
    file('bin/vivarium-clock', parts.clock, 0o755),
    file('bin/vivarium-dhcp', parts.dhcp, 0o755),
    file('etc/passwd', 'root::0:0:root:/root:/bin/sh\n'),
    file('etc/hosts', '127.0.0.1 localhost\n::1 localhost\n'),
    file('etc/group', 'root:x:0:\n'),
    file('etc/profile', parts.profile),
    file('etc/vivarium/modules', list),
    ...modules.map((module) => file(`lib/modules/${module.name}.ko`, module.content)),
  ];
  return writeCpio(entries);
}

export interface Additions {
  /** No shell on the console, see resources/guests/init.sh. */
  readonly commandsOnly?: boolean | undefined;
  readonly files: readonly CpioEntry[];
  /** Modules to load at start, beside the template's. */
  readonly modules: readonly string[];
}

/** First inode of the second archive, above any of the first. */
const secondFirstInode = 0x100000;

/** The base with a person's additions; without any, the base itself. */
export async function extendedInitramfs(
  base: Uint8Array,
  additions: Additions,
  parts: Pick<BaseParts, 'modules' | 'wanted'>,
): Promise<Uint8Array> {
  const entries: CpioEntry[] = [...additions.files];
  if (additions.modules.length > 0) {
    const own = await loadList(await parts.modules(), parts.wanted);
    const extra = (await (await parts.modules()).closure(additions.modules)).filter(
      (module) => own.modules.every(({ name }) => name !== module.name) || !own.list.includes(`- ${module.name}\n`),
    );
    entries.push(file('etc/vivarium/modules', own.list + extra.map((module) => `- ${module.name}\n`).join('')));
    for (const module of extra) entries.push(file(`lib/modules/${module.name}.ko`, module.content));
  }
  if (additions.commandsOnly) entries.push(file('etc/vivarium/run', ''));
  return entries.length === 0 ? base : concatenate([base, writeCpio(entries, secondFirstInode)]);
}
