/** The loadable parts of a 32-bit ELF file (System V gABI 4.1, chapter 5): multiboot programs mostly are such files. */
import { viewOf } from '../../../format/bytes.ts';
import { elfMachine, SEGMENT } from '../../../format/elf.ts';
import { MachineError } from '../../../index.ts';

const MACHINE_386 = 3;
const CLASS_32 = 1;
const HEADER_BYTES = 52;

export interface Part {
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
}

export const isElf32 = (bytes: Uint8Array): boolean => elfMachine(bytes) === MACHINE_386 && bytes[4] === CLASS_32;

/** @throws MachineError where it is cut off */
export function readElf32(bytes: Uint8Array): { readonly entry: number; readonly parts: readonly Part[] } {
  const damaged = () => new MachineError('boot-truncated', { what: 'the program', kind: 'or damaged ELF file' });
  if (bytes.length < HEADER_BYTES) throw damaged();
  const view = viewOf(bytes);
  const table = view.getUint32(28, true);
  const [entryBytes, count] = [view.getUint16(42, true), view.getUint16(44, true)];
  if (table + entryBytes * count > bytes.length) throw damaged();
  const parts: Part[] = [];
  for (let index = 0; index < count; index++) {
    const at = table + index * entryBytes;
    const [type, offset, , address, fileBytes, sizeBytes] = Array.from({ length: 6 }, (_, word) => view.getUint32(at + 4 * word, true)) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    if (type !== SEGMENT.load || sizeBytes === 0) continue;
    if (offset + fileBytes > bytes.length) throw damaged();
    parts.push({ address, bytes: bytes.subarray(offset, offset + Math.min(fileBytes, sizeBytes)), sizeBytes });
  }
  return { entry: view.getUint32(24, true), parts };
}
