/** Resource descriptors, as `_CRS` gives them (ACPI 6.5, section 6.4). */
import { type Aml, buffer, join } from './aml.ts';

const little = (value: number, size: number): number[] =>
  Array.from({ length: size }, (_, byte) => Math.floor(value / 2 ** (8 * byte)) & 0xff);

/** Ports decoded with all 16 bits. */
export const io = (from: number, length: number): readonly number[] => [0x47, 1, ...little(from, 2), ...little(from, 2), 1, length];
/** An ISA interrupt: edge-triggered, active high, not shared. */
export const irq = (number: number): readonly number[] => [0x22, ...little(1 << number, 2)];
/** A range of memory that may be written. */
export const memory32 = (from: number, length: number): readonly number[] => [
  0x86,
  ...little(9, 2),
  1,
  ...little(from, 4),
  ...little(length, 4),
];

/** What kind of addresses a bridge hands on. */
const KIND = { memory: 0, io: 1, bus: 2 } as const;
/** Both ends are fixed; the bridge produces the range. */
const FIXED = 0x0c;
const ENTIRE_IO_RANGE = 3;
const READ_WRITE = 1;

/** Numbers of buses behind a bridge, the last included. */
export const buses = (from: number, to: number): readonly number[] => word(KIND.bus, 0, from, to);
/** A window of ports. */
export const ports = (from: number, to: number): readonly number[] => word(KIND.io, ENTIRE_IO_RANGE, from, to);
function word(kind: number, flags: number, from: number, to: number): readonly number[] {
  const fields = [0, from, to, 0, to - from + 1];
  return [0x88, ...little(13, 2), kind, FIXED, flags, ...fields.flatMap((value) => little(value, 2))];
}
/** A window of memory below 4 GiB. */
export function memoryWindow(from: number, to: number): readonly number[] {
  const fields = [0, from, to, 0, to - from + 1];
  return [0x87, ...little(23, 2), KIND.memory, FIXED, READ_WRITE, ...fields.flatMap((value) => little(value, 4))];
}

/** A resource template: descriptors with the end tag, whose checksum of 0 says that there is none. */
export const template = (...descriptors: readonly (readonly number[])[]): Aml => buffer(join(...descriptors, [0x79, 0]));
