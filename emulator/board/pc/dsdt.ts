/** The name space of `pc`: what a kernel cannot find out by itself (ACPI 6.5, chapters 5 and 6). Small, because guests interpret it. */
import { SOFT_OFF } from '../../device/acpi-pm/device.ts';
import { pciLine } from '../../device/pci/host-bridge.ts';
import { type Aml, device, eisaId, integer, join, method, name, notify, packageOf, scope, string } from '../acpi/aml.ts';
import { buses, io, irq, memory32, memoryWindow, ports, template } from '../acpi/resources.ts';
import { table } from '../acpi/table.ts';
import * as map from './memory-map.ts';

const REVISION = 2;
const PCI_SLOTS = 32;
const PCI_PINS = 4;
/** What a generation ID notifies when it has changed. */
const CHANGED = 0x80;

/** Which input of the I/O APIC each pin of each slot pulls (section 6.2.13). */
function routing(): Aml {
  const entries = Array.from({ length: PCI_SLOTS * PCI_PINS }, (_, index) => {
    const slot = Math.floor(index / PCI_PINS);
    const pin = index % PCI_PINS;
    return packageOf(integer(slot * 0x1_0000 + 0xffff), integer(pin), integer(0), integer(map.PCI_LINE + pciLine(slot, pin + 1)));
  });
  return name('_PRT', packageOf(...entries));
}

function pci(): Aml {
  const { at, size } = map.PCI_MEMORY;
  const { at: registers, size: registerBytes } = map.PCI_REGISTERS;
  return device(
    'PCI0',
    name('_HID', eisaId('PNP0A03')),
    name('_UID', integer(0)),
    name(
      '_CRS',
      template(
        buses(0, 0),
        io(registers, registerBytes),
        ports(0, registers - 1),
        ports(registers + registerBytes, 0xffff),
        memoryWindow(at, at + size - 1),
      ),
    ),
    routing(),
    device(
      'COM1',
      name('_HID', eisaId('PNP0501')),
      name('_UID', integer(1)),
      name('_CRS', template(io(map.SERIAL.at, 8), irq(map.SERIAL_LINE))),
    ),
    device('RTC', name('_HID', eisaId('PNP0B00')), name('_CRS', template(io(map.RTC.at, 2), irq(map.RTC_LINE)))),
    device('PEVT', name('_HID', string('QEMU0001')), name('_CRS', template(io(map.PVPANIC.at, 1))), name('_STA', integer(15))),
    device(
      'FWCF',
      name('_HID', string('QEMU0002')),
      name('_STA', integer(11)),
      name('_CRS', template(io(map.FW_CFG[0].at, map.FW_CFG[1].at + map.FW_CFG[1].size - map.FW_CFG[0].at))),
    ),
  );
}

function generation(): Aml {
  return device(
    'VGEN',
    name('_HID', string('VIVA0001')),
    name('_CID', string('VM_Gen_Counter')),
    name('_DDN', string('VM_Gen_Counter')),
    name('ADDR', packageOf(integer(map.VMGENID.at), integer(0))),
    name('_CRS', template(memory32(map.VMGENID.at, map.VMGENID.size))),
  );
}

const cpu = (_: unknown, core: number): Aml =>
  device(`C${core.toString(16).toUpperCase().padStart(3, '0')}`, name('_HID', string('ACPI0007')), name('_UID', integer(core)));

/** The differentiated system description table. */
export function dsdt(cores: number): Uint8Array {
  const event = `_E${map.VMGENID_EVENT.toString(16).toUpperCase().padStart(2, '0')}`;
  const terms = [
    scope('\\_SB', pci(), generation(), ...Array.from({ length: cores }, cpu)),
    scope('\\_GPE', method(event, notify('\\_SB.VGEN', CHANGED))),
    name('\\_S5', packageOf(integer(SOFT_OFF), integer(SOFT_OFF), integer(0), integer(0))),
  ];
  return table('DSDT', REVISION, join(...terms));
}
