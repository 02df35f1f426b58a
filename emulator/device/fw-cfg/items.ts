/** What the firmware configuration device offers (QEMU, docs/specs/fw_cfg, "Configuration Items"). */

/** A file by name, as firmware looks for it. */
export interface FwCfgFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}
/** Items by number. */
export type FwCfgItems = ReadonlyMap<number, Uint8Array>;

export const ITEM = { signature: 0x00, id: 0x01, ramSize: 0x03, cores: 0x05, coresMax: 0x0f, directory: 0x19, firstFile: 0x20 } as const;
/** The interface: ports, and transfers by DMA. */
const ID = 3;
const NAME_BYTES = 56;
const ENTRY_BYTES = 64;
const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

function little(value: bigint, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, byte) => Number((value >> BigInt(8 * byte)) & 0xffn));
}

/** Every item of a machine. Files are sorted by name, as firmware may expect. */
export function fwCfgItems(cores: number, memoryBytes: number, files: readonly FwCfgFile[]): FwCfgItems {
  const sorted = [...files].sort((one, other) => (one.name < other.name ? -1 : 1));
  const directory = new Uint8Array(4 + ENTRY_BYTES * sorted.length);
  const view = new DataView(directory.buffer);
  view.setUint32(0, sorted.length);
  sorted.forEach(({ name, bytes }, index) => {
    if (name.length >= NAME_BYTES) throw new Error(`the name ${name} is too long for a firmware file`);
    const at = 4 + ENTRY_BYTES * index;
    view.setUint32(at, bytes.length);
    view.setUint16(at + 4, ITEM.firstFile + index);
    directory.set(ascii(name), at + 8);
  });
  return new Map([
    [ITEM.signature, ascii('QEMU')],
    [ITEM.id, little(BigInt(ID), 4)],
    [ITEM.ramSize, little(BigInt(memoryBytes), 8)],
    [ITEM.cores, little(BigInt(cores), 2)],
    [ITEM.coresMax, little(BigInt(cores), 2)],
    [ITEM.directory, directory],
    ...sorted.map(({ bytes }, index) => [ITEM.firstFile + index, bytes] as const),
  ]);
}
