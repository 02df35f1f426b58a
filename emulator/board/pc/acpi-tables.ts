/** The ACPI tables of `pc`, laid out in the memory that firmware would have (ACPI 6.5, section 5.2). */
import { PM_BLOCKS } from '../../device/acpi-pm/registers.ts';
import { CHECKSUM_AT, newTable, putText, rootPointer, setChecksum, table, xsdt } from '../acpi/table.ts';
import { dsdt } from './dsdt.ts';
import * as map from './memory-map.ts';

const FADT_BYTES = 276;
/** Bits of the FADT's flags: WBINVD, C1, no sleep button in the fixed hardware (the power button is), timer of 32 bits, reset register. */
const FLAGS = 1 | (1 << 2) | (1 << 5) | (1 << 8) | (1 << 10);
/** Of the boot architecture: there are devices on ISA, no keyboard controller that anybody could use yet, no VGA. */
const BOOT_ARCHITECTURE = 1 | (1 << 2);
const CENTURY = 0x32;
/** Address spaces of a generic address. */
const PORTS = 1;
/** No C2 and no C3. */
const NO_C2 = 101;
const NO_C3 = 1001;

function fadt(facsAt: number, dsdtAt: number): Uint8Array {
  const { bytes, view } = newTable('FACP', 6, FADT_BYTES);
  const base = map.POWER.at;
  const block = (short: number, lengthAt: number, long: number, at: number, length: number) => {
    view.setUint32(short, at, true);
    view.setUint8(lengthAt, length);
    generic(view, long, at, length);
  };
  view.setUint32(36, facsAt, true);
  view.setUint32(40, dsdtAt, true);
  view.setUint16(46, map.POWER_LINE, true);
  block(56, 88, 148, base + PM_BLOCKS.event, 4);
  block(64, 89, 172, base + PM_BLOCKS.control, 2);
  block(76, 91, 208, base + PM_BLOCKS.timer, 4);
  block(80, 92, 220, base + PM_BLOCKS.general, 4);
  view.setUint16(96, NO_C2, true);
  view.setUint16(98, NO_C3, true);
  view.setUint8(108, CENTURY);
  view.setUint16(109, BOOT_ARCHITECTURE, true);
  view.setUint32(112, FLAGS, true);
  generic(view, 116, map.RESET_CONTROL, 1);
  view.setUint8(128, map.HARD_RESET);
  view.setBigUint64(140, BigInt(dsdtAt), true);
  setChecksum(bytes, CHECKSUM_AT);
  return bytes;
}

/** A register in ports; accesses as wide as the register, of PM1's two halves as wide as one. */
function generic(view: DataView, at: number, port: number, length: number): void {
  view.setUint8(at, PORTS);
  view.setUint8(at + 1, 8 * length);
  view.setUint8(at + 3, port === map.POWER.at + PM_BLOCKS.timer ? 3 : length === 1 ? 1 : 2);
  view.setBigUint64(at + 4, BigInt(port), true);
}

/** The structure by which firmware and system agree on sleep; nothing here sleeps. */
function facs(): Uint8Array {
  const bytes = new Uint8Array(64);
  putText(bytes, 0, 'FACS');
  new DataView(bytes.buffer).setUint32(4, bytes.length, true);
  bytes[32] = 2;
  return bytes;
}

/** Interrupt controllers: a local APIC a core, the I/O APIC, and how ISA's lines reach it (section 5.2.12). */
function madt(cores: number): Uint8Array {
  const little = (value: number, size: number) => Array.from({ length: size }, (_, byte) => Math.floor(value / 2 ** (8 * byte)) & 0xff);
  const PC_AT = 1;
  const ENABLED = 1;
  const LEVEL_HIGH = 0x0d;
  const ALL = 0xff;
  const local = Array.from({ length: cores }, (_, core) => [0, 8, core, core, ...little(ENABLED, 4)]);
  const overrides = [
    [2, 10, 0, map.TIMER_LINE, ...little(map.TIMER_PIN, 4), 0, 0],
    [2, 10, 0, map.POWER_LINE, ...little(map.POWER_LINE, 4), ...little(LEVEL_HIGH, 2)],
  ];
  const content = [
    ...little(map.LOCAL_APIC, 4),
    ...little(PC_AT, 4),
    ...local.flat(),
    ...[1, 12, 0, 0, ...little(map.IOAPIC.at, 4), ...little(0, 4)],
    ...overrides.flat(),
    ...[4, 6, ALL, ...little(0, 2), 1],
  ];
  return table('APIC', 5, Uint8Array.from(content));
}

/** Something at its physical address. */
export interface Placed {
  readonly address: number;
  readonly bytes: Uint8Array;
}

const ALIGNMENT = 64;

/** All tables from an address on, the root pointer first. */
export function acpiTables(cores: number, from: number): readonly Placed[] {
  let at = from;
  const placed: Placed[] = [];
  const place = (bytes: Uint8Array): number => {
    const address = at;
    placed.push({ address, bytes });
    at = Math.ceil((at + bytes.length) / ALIGNMENT) * ALIGNMENT;
    return address;
  };
  const root = place(rootPointer(0));
  const facsAt = place(facs());
  const dsdtAt = place(dsdt(cores));
  const listed = [place(fadt(facsAt, dsdtAt)), place(madt(cores))];
  const pointer = rootPointer(place(xsdt(listed)));
  return placed.map((each) => (each.address === root ? { address: root, bytes: pointer } : each));
}
