/** `viv devices`: the devices of a running machine with their registers, and its device tree as a file. */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { DeviceDescription, DeviceRegister } from '../../../emulator/index.ts';
import { print, printJson } from '../../output/print.ts';
import { EXIT } from '../call-error.ts';
import { readArguments, words, type Command } from '../command.ts';
import { table } from '../table.ts';
import { findProgram, machineNamed, withProgram, type Program } from './program.ts';

const hex = (value: number, digits = 0) => `0x${value.toString(16).padStart(digits, '0')}`;

/** `1af4:1042`, as `lspci -n` prints it. */
const identity = ({ vendor, device }: NonNullable<DeviceDescription['pci']>) =>
  `${vendor.toString(16).padStart(4, '0')}:${device.toString(16).padStart(4, '0')}`;

function deviceTable(devices: readonly DeviceDescription[]): string {
  const rows = devices.map(({ name, title, address, size, line, pci }) => [
    name,
    address === undefined ? 'not placed' : hex(address),
    hex(size),
    line === undefined ? '-' : String(line),
    pci ? `00:${pci.slot.toString(16).padStart(2, '0')}.0 ${identity(pci)}` : '-',
    title,
  ]);
  return table([['DEVICE', 'ADDRESS', 'SIZE', 'LINE', 'PCI', 'DESCRIPTION'], ...rows]);
}

const valueOf = ({ value, width, effect }: DeviceRegister) => (value === undefined ? `(${effect ?? ''})` : hex(value, 2 * width));

function registerTable({ registers }: DeviceDescription): string {
  const rows = registers.map((register) => [`+${hex(register.at, 3)}`, valueOf(register), register.name, register.doc]);
  return table([['OFFSET', 'VALUE', 'REGISTER', 'WHAT IT HOLDS'], ...rows]);
}

function deviceNamed(devices: readonly DeviceDescription[], name: string): DeviceDescription {
  const found = devices.find((device) => device.name === name);
  if (found) return found;
  throw new ContractError('cli-device-unknown', { name, known: devices.map((device) => device.name) });
}

async function writeTree(
  { client }: Program,
  machine: Parameters<typeof client.services.machines.deviceTree>[0],
  file: string,
): Promise<void> {
  const tree = await client.services.machines.deviceTree(machine);
  await writeFile(resolve(file), tree);
}

export const devicesCommand: Command = {
  help: `viv devices: show a running machine's devices, or the registers of one of them

Usage: viv devices NAME [DEVICE] [--json]
       viv devices NAME --dtb FILE

Registers show their current values; for those that reading would change, the reason is shown instead.

  --dtb FILE    write the guest's device tree, also of a machine that is off; dtc -I dtb -O dts FILE shows it as text
  --json        print as JSON

Examples:
  viv devices box
  viv devices box uart16550
  viv devices box --dtb box.dtb
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' }, dtb: { type: 'string' } });
    const [name, wanted] = words(positionals, 'NAME', '[DEVICE]') as [string, string | undefined];
    return withProgram(findProgram('devices'), async (program) => {
      const { id } = await machineNamed(program, name);
      if (values.dtb !== undefined) {
        await writeTree(program, id, values.dtb);
        return EXIT.ok;
      }
      const all = await program.client.services.machines.devices(id);
      const device = wanted === undefined ? undefined : deviceNamed(all, wanted);
      if (values.json) printJson(device ?? all);
      else print(device ? registerTable(device) : deviceTable(all));
      return EXIT.ok;
    });
  },
};
