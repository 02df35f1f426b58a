/** The device tree of a machine: of what runs, or of what would if it were started now. */
import { deviceTreeOf } from '../../emulator/host/index.ts';
import type { BootSource } from '../../emulator/index.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import { passedOn } from './passed-on.ts';
import type { SupervisedMachine } from './supervised-machine.ts';

const MEBIBYTE = 1024 * 1024;

/** The command line that a template gives where the definition has none. */
export type TemplateCommandLine = (template: string) => string | undefined;

/** @throws MachineError for more devices than the board has room for */
export async function machineDeviceTree({ life, record }: SupervisedMachine, commandLine: TemplateCommandLine): Promise<Uint8Array> {
  if (life.isActive && life.configuration) return deviceTreeOf(life.configuration);
  const { definition } = record;
  const { memoryMiB, disks, ports } = definition;
  return deviceTreeOf({
    ...passedOn(definition),
    memoryBytes: memoryMiB * MEBIBYTE,
    boot: bootOf(definition, commandLine),
    disks: disks.map(({ path = '', readonly }) => ({ path, readonly })),
    ports: ports.map(({ name }) => name),
  });
}

/** What the tree says of the boot; no file is looked at. */
function bootOf({ boot, template }: MachineDefinition, commandLine: TemplateCommandLine): BootSource {
  if (boot.kind !== 'linux') return { kind: 'bare', program: '' };
  const given = boot.commandLine ?? (template === undefined ? undefined : commandLine(template));
  return { kind: 'linux', kernel: '', commandLine: given ?? '' };
}
