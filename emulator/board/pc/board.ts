/** `pc`: a PC as i440FX machines are, as data: which device at which address or port on which line. */
import { acpiPm } from '../../device/acpi-pm/part.ts';
import { debugConsole } from '../../device/debug-console/part.ts';
import { edu } from '../../device/edu/part.ts';
import { fwCfgItems } from '../../device/fw-cfg/items.ts';
import { fwCfg } from '../../device/fw-cfg/part.ts';
import { i8042 } from '../../device/i8042/part.ts';
import { i8254 } from '../../device/i8254/part.ts';
import { i8259 } from '../../device/i8259/part.ts';
import { ioapic } from '../../device/ioapic/part.ts';
import { isaDebugExit } from '../../device/isa-debug-exit/part.ts';
import { mc146818 } from '../../device/mc146818/part.ts';
import { pciHost } from '../../device/pci/host-bridge.ts';
import { plainFunction } from '../../device/pci/plain-function.ts';
import { port92 } from '../../device/port92/part.ts';
import { pvpanic } from '../../device/pvpanic/part.ts';
import { uart16550 } from '../../device/uart16550/part.ts';
import { virtioBlock } from '../../device/virtio/block/part.ts';
import { virtioConsole } from '../../device/virtio/console/part.ts';
import { shareDevice } from '../kit/share-device.ts';
import { virtioNet } from '../../device/virtio/net/part.ts';
import { onPci, type VirtioPart } from '../../device/virtio/part.ts';
import { virtioRng } from '../../device/virtio/rng/part.ts';
import { vmgenid } from '../../device/vmgenid/part.ts';
import { MachineError } from '../../index.ts';
import { x86 } from '../../isa/x86/architecture.ts';
import { writeInterruptMessage } from '../../isa/x86/privileged/interrupt-messages.ts';
import type { BoardConfiguration, BoardKind, BoardPlan, Entry, PciEntry } from '../kit/plan.ts';
import { prepareBoot } from './boot/boot.ts';
import { clockMemory } from './clock-memory.ts';
import { bindCore } from './core.ts';
import { pcDescription } from './description.ts';
import * as map from './memory-map.ts';

const { disksMax: DISKS_MAX, networksMax: NETWORKS_MAX, sharesMax: SHARES_MAX, portsMax: PORTS_MAX } = pcDescription;

/** What QEMU gives all functions of the chip set. */
const CHIP_SET = { revision: 2, subsystemVendor: 0x1af4, subsystem: 0x1100 } as const;
/** 440FX, the host bridge; and PIIX3, through which the devices on ISA are reached. */
const HOST = pciHost({ ...CHIP_SET, vendor: 0x8086, device: 0x1237, classCode: 0x06_0000 });
const ISA_BRIDGE = plainFunction('isa-bridge', 'ISA bridge', {
  ...CHIP_SET,
  revision: 0,
  vendor: 0x8086,
  device: 0x7000,
  classCode: 0x06_0100,
});

function virtioDevices({ disks, ports }: BoardConfiguration): readonly VirtioPart[] {
  if (disks.length > DISKS_MAX) throw new MachineError('board-too-many-disks', { most: DISKS_MAX, count: disks.length });
  if (ports.length > PORTS_MAX) throw new MachineError('board-too-many-ports', { most: PORTS_MAX, count: ports.length });
  return [
    virtioRng,
    ...(ports.length > 0 ? [virtioConsole(ports)] : []),
    ...disks.map((_, disk) => virtioBlock(disk, `virtio-block-${disk}`)),
  ];
}

/** A device on ports; its registers' offsets count from the first window. */
function onPorts(part: Entry['part'], [window, ...furtherWindows]: readonly [Entry['window'], ...Entry['window'][]], line?: number): Entry {
  return { part, space: 'ports', window, furtherWindows, ...(line === undefined ? {} : { line }) };
}

function plan(configuration: BoardConfiguration): BoardPlan {
  const { cores, memoryBytes, disks, devices = [], networks = [], shares = [], virtio } = configuration;
  if (virtio === 'mmio') throw new MachineError('board-virtio-pci-only');
  const slots: PciEntry[] = virtioDevices(configuration).map((part, index) => ({ part: onPci(part), slot: map.VIRTIO_SLOT + index }));
  if (networks.length > NETWORKS_MAX) throw new MachineError('board-too-many-networks', { most: NETWORKS_MAX, count: networks.length });
  slots.push(...networks.map((_, card) => ({ part: onPci(virtioNet(card)), slot: map.NETWORK_SLOTS[card] as number })));
  const sharesMost = Math.min(SHARES_MAX + 1, DISKS_MAX - disks.length);
  if (shares.length > sharesMost) throw new MachineError('board-too-many-shares', { most: sharesMost, count: shares.length });
  slots.push(...shares.map((one, share) => ({ part: onPci(shareDevice(share, one)), slot: map.LAST_DISK_SLOT - share })));
  if (devices.includes('edu')) slots.push({ part: edu, slot: map.EDU_SLOT });
  return {
    interruptController: 'ioapic',
    route,
    entries: [
      { part: ioapic, window: map.IOAPIC },
      onPorts(i8259, map.PIC),
      onPorts(uart16550, [map.SERIAL], map.SERIAL_LINE),
      onPorts(acpiPm, [map.POWER], map.POWER_LINE),
      onPorts(i8254, map.TIMER, map.TIMER_LINE),
      onPorts(mc146818(clockMemory(cores, memoryBytes)), [map.RTC], map.RTC_LINE),
      onPorts(i8042, map.KEYBOARD),
      onPorts(fwCfg(fwCfgItems(cores, memoryBytes, [])), map.FW_CFG),
      onPorts(debugConsole, map.DEBUG_CONSOLE),
      onPorts(isaDebugExit, map.DEBUG_EXIT),
      onPorts(pvpanic, [map.PVPANIC]),
      onPorts(port92, [map.SYSTEM_CONTROL]),
      { part: vmgenid, window: map.VMGENID, line: map.EVENT_LINE + map.VMGENID_EVENT },
    ],
    empty: [],
    pci: {
      host: HOST,
      ports: { registers: map.PCI_REGISTERS },
      memory: map.PCI_MEMORY,
      firstLine: map.PCI_LINE,
      entries: [{ part: ISA_BRIDGE, slot: map.ISA_BRIDGE_SLOT }, ...slots],
    },
  };
}

/** ISA's interrupts reach both controllers, PCI's the I/O APIC only, and events of ACPI its own hardware. */
function route(line: number): ReturnType<NonNullable<BoardPlan['route']>> {
  if (line >= map.EVENT_LINE) return [{ controller: 'acpi-pm', input: line - map.EVENT_LINE }];
  const pin = { controller: 'ioapic', input: line === map.TIMER_LINE ? map.TIMER_PIN : line };
  return line >= map.PCI_LINE ? [pin] : [pin, { controller: 'i8259', input: line }];
}

export const pc: BoardKind = {
  architecture: x86,
  openBus: true,
  memory: map.memory,
  message: writeInterruptMessage,
  plan,
  prepareBoot,
  bindCore,
};
