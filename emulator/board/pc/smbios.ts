/** What a guest can show of its machine: SMBIOS 3.0 tables (DSP0134), the few that the standard requires of a PC. */
import { utf8 } from '../../format/bytes.ts';
import { setChecksum, putText } from '../acpi/table.ts';
import type { Placed } from './acpi-tables.ts';

const ENTRY_BYTES = 24;
const MIB = 2 ** 20;
const little = (value: number, size: number): number[] =>
  Array.from({ length: size }, (_, byte) => Math.floor(value / 2 ** (8 * byte)) & 0xff);

/** One structure: its fields after the header, then its strings, numbered from 1 (section 6.1). */
function structure(type: number, fields: readonly number[], strings: readonly string[] = []): number[] {
  const handle = little(type * 0x100, 2);
  const texts = strings.flatMap((text) => [...utf8(text), 0]);
  return [type, 4 + fields.length, ...handle, ...fields, ...(texts.length === 0 ? [0] : texts), 0];
}

const VENDOR = 'Vivarium';
const UNKNOWN = 2;
const SAFE = 3;
const CHASSIS_OTHER = 1;

function structures(cores: number, memoryBytes: number): Uint8Array {
  const extended = memoryBytes / MIB;
  const noUuid = Array.from({ length: 16 }, () => 0);
  return Uint8Array.from([
    // Firmware: characteristics say that this is a virtual machine.
    ...structure(0, [1, 2, ...little(0xe800, 2), 3, 0, ...little(8, 8), 0, 0x10, 0, 0, 0xff, 0xff], [VENDOR, '1', '01/01/2026']),
    ...structure(1, [1, 2, 0, 0, ...noUuid, 6, 0, 0], [VENDOR, 'pc']),
    ...structure(3, [1, CHASSIS_OTHER, 0, 0, 0, SAFE, SAFE, SAFE, UNKNOWN, ...little(0, 4), 0, 0, 0, 0, 0], [VENDOR]),
    ...structure(
      4,
      [
        0,
        3,
        UNKNOWN,
        1,
        ...noUuid.slice(8),
        0,
        0,
        ...little(0, 2),
        ...little(1000, 2),
        ...little(1000, 2),
        0x41,
        1,
        ...little(0xffff, 2),
        ...little(0xffff, 2),
        ...little(0xffff, 2),
        0,
        0,
        0,
        cores,
        cores,
        cores,
        ...little(4, 2),
        ...little(UNKNOWN, 2),
      ],
      [VENDOR],
    ),
    ...structure(16, [1, 3, 6, ...little(Math.min(memoryBytes / 1024, 0x8000_0000), 4), ...little(0xfffe, 2), ...little(1, 2)]),
    ...structure(
      17,
      [
        ...little(0x1000, 2),
        ...little(0xfffe, 2),
        ...little(64, 2),
        ...little(64, 2),
        ...little(Math.min(extended, 0x7ffe), 2),
        9,
        0,
        1,
        0,
        7,
        ...little(0, 2),
      ],
      ['RAM'],
    ),
    ...structure(19, [...little(0, 4), ...little(memoryBytes / 1024 - 1, 4), ...little(0x1000, 2), 1]),
    ...structure(32, [0, 0, 0, 0, 0, 0, 0]),
    ...structure(127, []),
  ]);
}

/** The entry point (section 5.2.2), and behind it the structures. */
export function smbiosTables(cores: number, memoryBytes: number, at: number): readonly Placed[] {
  const content = structures(cores, memoryBytes);
  const entry = new Uint8Array(ENTRY_BYTES);
  const view = new DataView(entry.buffer);
  putText(entry, 0, '_SM3_');
  entry.set([ENTRY_BYTES, 3, 0, 0, 1], 6);
  view.setUint32(12, content.length, true);
  view.setBigUint64(16, BigInt(at + 32), true);
  setChecksum(entry, 5);
  return [
    { address: at, bytes: entry },
    { address: at + 32, bytes: content },
  ];
}
