/**
 * Blocks of pcapng files (draft-ietf-opsawg-pcapng): each has its type, its length, its body filled up to four bytes, and its length
 * again. All numbers are little endian, as the section header says; times are in nanoseconds.
 */

const SECTION = 0x0a0d_0d0a;
const INTERFACE = 1;
const PACKET = 6;
/** The order of bytes, and that the section's length is not known. */
const MAGIC = 0x1a2b_3c4d;
const LENGTH_UNKNOWN = -1n;
const ETHERNET = 1;

/** Options by their block. */
const OPTION = { comment: 1, application: 4, interfaceName: 2, timeResolution: 9, packetFlags: 2, dropCount: 4 } as const;
/** Ten to the minus nine seconds. */
const NANOSECONDS = 9;
const INBOUND = 1;
const OUTBOUND = 2;

const padded = (length: number): number => (length + 3) & ~3;

function option(code: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + padded(value.length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, code, true);
  view.setUint16(2, value.length, true);
  bytes.set(value, 4);
  return bytes;
}
function number32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
function number64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

/** A block of fixed fields, padded data and options. */
function block(type: number, fixed: Uint8Array, data: Uint8Array, options: readonly Uint8Array[]): Uint8Array {
  const end = options.length > 0 ? 4 : 0;
  const length = 12 + fixed.length + padded(data.length) + options.reduce((sum, each) => sum + each.length, end);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, length, true);
  bytes.set(fixed, 8);
  bytes.set(data, 8 + fixed.length);
  let at = 8 + fixed.length + padded(data.length);
  for (const each of options) {
    bytes.set(each, at);
    at += each.length;
  }
  view.setUint32(length - 4, length, true);
  return bytes;
}

const NO_DATA = new Uint8Array(0);

/** What a file begins with. @param application the program that writes it, in UTF-8 as all texts */
export function sectionBlock(application: Uint8Array): Uint8Array {
  const fixed = new Uint8Array(16);
  const view = new DataView(fixed.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, 1, true);
  view.setBigInt64(8, LENGTH_UNKNOWN, true);
  return block(SECTION, fixed, NO_DATA, [option(OPTION.application, application)]);
}

/** One network card; packets name cards by their order. */
export function interfaceBlock(name: Uint8Array, comment: Uint8Array): Uint8Array {
  const fixed = new Uint8Array(8);
  new DataView(fixed.buffer).setUint16(0, ETHERNET, true);
  return block(INTERFACE, fixed, NO_DATA, [
    option(OPTION.comment, comment),
    option(OPTION.interfaceName, name),
    option(OPTION.timeResolution, Uint8Array.of(NANOSECONDS)),
  ]);
}

export interface CapturedPacket {
  /** Which of the interface blocks, from 0. */
  readonly interface: number;
  /** Since the Unix epoch. */
  readonly nanoseconds: bigint;
  readonly toGuest: boolean;
  /** Packets that were left out since the one before. */
  readonly dropped: number;
  readonly bytes: Uint8Array;
}

/** One packet. */
export function packetBlock({ interface: card, nanoseconds, toGuest, dropped, bytes }: CapturedPacket): Uint8Array {
  const fixed = new Uint8Array(20);
  const view = new DataView(fixed.buffer);
  view.setUint32(0, card, true);
  view.setUint32(4, Number(nanoseconds >> 32n), true);
  view.setUint32(8, Number(nanoseconds & 0xffff_ffffn), true);
  view.setUint32(12, bytes.length, true);
  view.setUint32(16, bytes.length, true);
  const flags = option(OPTION.packetFlags, number32(toGuest ? INBOUND : OUTBOUND));
  return block(PACKET, fixed, bytes, dropped === 0 ? [flags] : [flags, option(OPTION.dropCount, number64(dropped))]);
}
