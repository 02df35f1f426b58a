/** From options to definitions. */
import type { BootDefinition, MachineDefinition } from '../../preload/contract/machines.ts';
import { CallError } from './call-error.ts';
import type { GuestOptions } from './guest-options.ts';

const DEFAULT_MEMORY_MIB = 512;

/** What the options say of the boot; `base` is what they change. */
function bootOf(options: GuestOptions, base: BootDefinition): BootDefinition {
  if (options.bare !== undefined) return { kind: 'bare', program: options.bare };
  const { kernel, initrd, append, bios } = options;
  const onlyFirmware = bios !== undefined && kernel === undefined && base.kernel === undefined && options.template === undefined;
  const kind = kernel !== undefined ? 'linux' : onlyFirmware && base.kind !== 'linux' ? 'firmware' : base.kind;
  return {
    ...(kind === base.kind ? base : {}),
    kind,
    ...(kernel === undefined ? {} : { kernel }),
    ...(initrd === undefined ? {} : { initrd }),
    ...(append === undefined ? {} : { commandLine: append }),
    ...(bios === undefined ? {} : { firmware: bios }),
  };
}

/** The part of a definition that the options change. */
export function definitionPatch(options: GuestOptions, base: MachineDefinition): Partial<MachineDefinition> {
  const boot = bootOf(options, base.boot);
  return {
    ...(options.memoryMiB === undefined ? {} : { memoryMiB: options.memoryMiB }),
    ...(options.cores === undefined ? {} : { cores: options.cores }),
    ...(options.engine === undefined ? {} : { engine: options.engine }),
    ...(options.virtio === undefined ? {} : { virtio: options.virtio }),
    ...(options.devices === undefined ? {} : { devices: options.devices }),
    ...(options.drives === undefined ? {} : { disks: options.drives }),
    ...(JSON.stringify(boot) === JSON.stringify(base.boot) ? {} : { boot }),
  };
}

/**
 * A definition without a template.
 * @throws CallError when nothing says what to boot
 */
export function definitionOf(name: string, options: GuestOptions): MachineDefinition {
  const { kernel, bare, bios, initrd, append } = options;
  if (kernel === undefined && bare === undefined && bios === undefined)
    throw new CallError('specify what to boot: --template, --kernel, --bare or --bios');
  if (kernel === undefined && (initrd !== undefined || append !== undefined))
    throw new CallError(`--${initrd !== undefined ? 'initrd' : 'append'} needs --kernel or --template`);
  const empty: MachineDefinition = {
    name,
    board: 'riscv64-virt',
    cores: 1,
    memoryMiB: DEFAULT_MEMORY_MIB,
    engine: 'auto',
    boot: { kind: kernel !== undefined ? 'linux' : bare !== undefined ? 'bare' : 'firmware' },
    disks: [],
    ports: [],
    note: '',
  };
  return { ...empty, ...definitionPatch(options, empty) };
}
