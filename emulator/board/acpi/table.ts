/** System description tables (ACPI 6.5, section 5.2): the common header, checksums, and the root that leads to them. */

export const HEADER_BYTES = 36;
const OEM_ID = 'VIVARM';
const OEM_TABLE_ID = 'VIVARIUM';
const CREATOR = 'VIVM';

/** Makes all bytes of a range add up to 0. */
export function setChecksum(bytes: Uint8Array, at: number, length = bytes.length): void {
  bytes[at] = 0;
  bytes[at] = -bytes.subarray(0, length).reduce((sum, byte) => sum + byte, 0) & 0xff;
}
export function putText(bytes: Uint8Array, at: number, text: string): void {
  for (const [index, letter] of [...text].entries()) bytes[at + index] = letter.charCodeAt(0);
}

/** A table of `length` bytes, whose header is filled in; call `setChecksum(table, 9)` when the rest is there. */
export function newTable(signature: string, revision: number, length: number): { bytes: Uint8Array; view: DataView } {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  putText(bytes, 0, signature);
  view.setUint32(4, length, true);
  view.setUint8(8, revision);
  putText(bytes, 10, OEM_ID);
  putText(bytes, 16, OEM_TABLE_ID);
  view.setUint32(24, 1, true);
  putText(bytes, 28, CREATOR);
  view.setUint32(32, 1, true);
  return { bytes, view };
}
export const CHECKSUM_AT = 9;

/** A table whose content follows the header. */
export function table(signature: string, revision: number, content: Uint8Array): Uint8Array {
  const { bytes } = newTable(signature, revision, HEADER_BYTES + content.length);
  bytes.set(content, HEADER_BYTES);
  setChecksum(bytes, CHECKSUM_AT);
  return bytes;
}

/** The extended system description table: where the others are (section 5.2.8). */
export function xsdt(addresses: readonly number[]): Uint8Array {
  return table('XSDT', 1, new Uint8Array(BigUint64Array.from(addresses, BigInt).buffer));
}

/** The root pointer, revision 2, which leads to the XSDT only (section 5.2.5.3). */
export function rootPointer(xsdtAt: number): Uint8Array {
  const bytes = new Uint8Array(36);
  const view = new DataView(bytes.buffer);
  putText(bytes, 0, 'RSD PTR ');
  putText(bytes, 9, OEM_ID);
  view.setUint8(15, 2);
  view.setUint32(20, bytes.length, true);
  view.setBigUint64(24, BigInt(xsdtAt), true);
  setChecksum(bytes, 8, 20);
  setChecksum(bytes, 32);
  return bytes;
}
