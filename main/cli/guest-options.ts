/** The options that say what a machine is, the same for `run`, `create` and `set`. */
import { resolve } from 'node:path';
import type { EngineMode, OptionalDevice, VirtioBus } from '../../emulator/index.ts';
import { DISKS_MAX, MEMORY_MIB } from '../../preload/contract/checks.ts';
import type { DiskDefinition } from '../../preload/contract/machines.ts';
import { CallError } from './call-error.ts';
import { DRIVE_HELP, driveOption } from './drive-option.ts';

export const GUEST_OPTIONS = {
  template: { type: 'string' },
  kernel: { type: 'string' },
  initrd: { type: 'string' },
  append: { type: 'string' },
  bios: { type: 'string' },
  bare: { type: 'string' },
  drive: { type: 'string', multiple: true },
  memory: { type: 'string' },
  cpus: { type: 'string' },
  engine: { type: 'string' },
  virtio: { type: 'string' },
  device: { type: 'string', multiple: true },
} as const;

/** What was given; what was not given is absent. Paths are absolute. */
export interface GuestOptions {
  readonly template?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly append?: string;
  readonly bios?: string;
  readonly bare?: string;
  readonly drives?: readonly DiskDefinition[];
  readonly memoryMiB?: number;
  readonly cores?: number;
  readonly engine?: EngineMode;
  readonly virtio?: VirtioBus;
  readonly devices?: readonly OptionalDevice[];
}

type Values = { readonly [K in keyof typeof GUEST_OPTIONS]?: K extends 'drive' | 'device' ? string[] : string };

export const GUEST_HELP = `  --template NAME           a prepared guest (viv templates lists them)
  --kernel FILE             a Linux kernel: Image, gzip'd Image or ELF
  --initrd FILE             its initial file system
  --append STRING           its command line
  --bios FILE               M-mode firmware in place of the built-in SBI
  --bare FILE               a bare M-mode program (ELF or binary)
${DRIVE_HELP}
  --memory SIZE             512M, 1G (default 512M, or the template's)
  --cpus N                  guest cores (default 1)
  --engine ENGINE           auto, interpreter or compiler (default auto)
  --virtio BUS              bus of the virtio devices: mmio or pci (default mmio)
  --device NAME             add a device: edu (QEMU's educational PCI device), or none`;

const MOST_CORES = 8;

/** Reads `512M`, `1G`, `512` (mebibytes) into mebibytes. @throws CallError */
export function memorySize(text: string): number {
  const [, digits, unit] = /^(\d+)([MmGg]?)(?:i?[Bb])?$/.exec(text) ?? [];
  const size = Number(digits) * (unit?.toUpperCase() === 'G' ? 1024 : 1);
  if (digits === undefined || size < MEMORY_MIB.min || size > MEMORY_MIB.max)
    throw new CallError(`--memory takes a size from ${MEMORY_MIB.min}M to ${MEMORY_MIB.max / 1024}G, like 512M or 1G, not "${text}"`);
  return size;
}

function cores(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > MOST_CORES)
    throw new CallError(`--cpus takes a number from 1 to ${MOST_CORES}, not "${text}"`);
  return number;
}

function engineMode(text: string): EngineMode {
  if (text !== 'auto' && text !== 'interpreter' && text !== 'compiler')
    throw new CallError(`--engine takes auto, interpreter or compiler, not "${text}"`);
  return text;
}

function virtioBus(text: string): VirtioBus {
  if (text !== 'mmio' && text !== 'pci') throw new CallError(`--virtio takes mmio or pci, not "${text}"`);
  return text;
}

/** The devices of `--device`, each once; `none` alone takes all away. */
function optionalDevices(names: readonly string[]): readonly OptionalDevice[] {
  if (names.length === 1 && names[0] === 'none') return [];
  return [...new Set(names)].map((name) => {
    if (name !== 'edu') throw new CallError(`--device takes edu, or none, not "${name}"`);
    return name;
  });
}

const path = (text: string) => {
  if (text === '') throw new CallError('a file name is empty');
  return resolve(text);
};

/** Leaves out what is `undefined`. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/**
 * Makes sense of the options.
 * @throws CallError when a value is wrong or two options cannot be combined
 */
export function guestOptions(values: Values): GuestOptions {
  const main = (['template', 'kernel', 'bare'] as const).filter((name) => values[name] !== undefined);
  if (main.length > 1) throw new CallError(`--${main[0]} and --${main[1]} cannot be combined`);
  const useless = (['initrd', 'append', 'bios'] as const).find((name) => values[name] !== undefined);
  if (values.bare !== undefined && useless) throw new CallError(`--${useless} cannot be combined with --bare`);
  if ((values.drive?.length ?? 0) > DISKS_MAX) throw new CallError(`at most ${DISKS_MAX} drives`);
  const read = <T>(value: string | undefined, by: (text: string) => T) => (value === undefined ? undefined : by(value));
  return given({
    template: values.template,
    kernel: read(values.kernel, path),
    initrd: read(values.initrd, path),
    append: values.append,
    bios: read(values.bios, path),
    bare: read(values.bare, path),
    drives: values.drive?.map(driveOption),
    memoryMiB: read(values.memory, memorySize),
    cores: read(values.cpus, cores),
    engine: read(values.engine, engineMode),
    virtio: read(values.virtio, virtioBus),
    devices: values.device && optionalDevices(values.device),
  });
}
