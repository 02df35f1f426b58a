/** Linux's x86 kernel file: its header, and the kernel that is packed in it (Linux, Documentation/arch/x86/boot). */
import { hasText, viewOf } from '../../../format/bytes.ts';
import { identify } from '../../../format/identify.ts';
import { MachineError } from '../../../index.ts';
import type { Inflate } from '../../boot/request.ts';

/** Where fields of the setup header are in the file, and in the zero page as well. */
export const FIELD = {
  setupSectors: 0x1f1,
  systemSize: 0x1f4,
  bootFlag: 0x1fe,
  jump: 0x200,
  magic: 0x202,
  version: 0x206,
  loader: 0x210,
  loadFlags: 0x211,
  initrdAt: 0x218,
  initrdSize: 0x21c,
  commandLine: 0x228,
  initrdMax: 0x22c,
  relocatable: 0x234,
  extendedFlags: 0x236,
  commandLineMax: 0x238,
  payloadAt: 0x248,
  payloadSize: 0x24c,
  setupData: 0x250,
  preferredAddress: 0x258,
  initSize: 0x260,
} as const;

export interface BzImage {
  /** The setup header as it stands in the file, from offset `FIELD.setupSectors`. */
  readonly header: Uint8Array;
  /** What runs in protected and 64-bit mode: the decompressor with its payload. */
  readonly protectedMode: Uint8Array;
  readonly payload: Uint8Array;
  readonly preferredAddress: number;
  /** Memory that the kernel needs from where it is loaded on, in bytes. */
  readonly initSize: number;
  readonly initrdMax: number;
  readonly commandLineMax: number;
}

export const WANTED_KERNEL = 'this board runs 64-bit x86: give a bzImage or an ELF file of an x86-64 kernel';

const SECTOR = 512;
/** Protocol 2.12, of Linux 3.8: the first that says whether there is a 64-bit entry. */
const OLDEST = 0x20c;
const HAS_64_BIT_ENTRY = 1;
const DEFAULT_SECTORS = 4;

export const isBzImage = (bytes: Uint8Array): boolean => hasText(bytes, FIELD.magic, 'HdrS');

/** @throws MachineError for one that is truncated, too old or for 32-bit processors */
export function readBzImage(bytes: Uint8Array): BzImage {
  const view = viewOf(bytes);
  const truncated = (wanted: number) =>
    new MachineError('boot-truncated', { what: 'the kernel', kind: 'bzImage', bytes: bytes.length, wanted });
  if (bytes.length < FIELD.initSize + 4) throw truncated(SECTOR * (DEFAULT_SECTORS + 1));
  const version = view.getUint16(FIELD.version, true);
  if (version < OLDEST) throw new MachineError('boot-protocol-old', { version: `${version >> 8}.${version & 0xff}` });
  const setupBytes = ((view.getUint8(FIELD.setupSectors) || DEFAULT_SECTORS) + 1) * SECTOR;
  const end = setupBytes + view.getUint32(FIELD.systemSize, true) * 16;
  if (bytes.length < end) throw truncated(end);
  if ((view.getUint16(FIELD.extendedFlags, true) & HAS_64_BIT_ENTRY) === 0)
    throw new MachineError('boot-file-other', { what: 'the kernel', description: 'for 32-bit x86', wanted: WANTED_KERNEL });
  const headerEnd = FIELD.magic + view.getUint8(FIELD.jump + 1);
  const payloadAt = setupBytes + view.getUint32(FIELD.payloadAt, true);
  return {
    header: bytes.subarray(FIELD.setupSectors, headerEnd),
    protectedMode: bytes.subarray(setupBytes),
    payload: bytes.subarray(payloadAt, payloadAt + view.getUint32(FIELD.payloadSize, true)),
    preferredAddress: Number(view.getBigUint64(FIELD.preferredAddress, true)),
    initSize: view.getUint32(FIELD.initSize, true),
    initrdMax: view.getUint32(FIELD.initrdMax, true),
    commandLineMax: view.getUint32(FIELD.commandLineMax, true),
  };
}

/** The length of what is packed stands behind it, where the format has no place of its own for it. */
const LENGTH_BYTES = 4;

/**
 * The kernel itself, an ELF file, unpacked here because the guest would take longer; undefined where it is packed in a way
 * that only its own decompressor knows.
 * @throws MachineError where it is damaged or larger than the memory
 */
export function unpackedKernel({ payload }: BzImage, inflate: Inflate, limit: number): Uint8Array | undefined {
  const found = identify(payload);
  if (found.kind === 'elf') return payload;
  if (found.kind !== 'compressed' || (found.compression !== 'gzip' && found.compression !== 'zstd')) return undefined;
  const { compression } = found;
  const packed = compression === 'zstd' ? payload.subarray(0, payload.length - LENGTH_BYTES) : payload;
  try {
    return inflate(packed, limit, compression);
  } catch (error) {
    if (error instanceof RangeError) throw new MachineError('boot-unpacks-too-large', { what: 'the kernel', limit });
    const reason = error instanceof Error ? error.message : String(error);
    throw new MachineError('boot-payload-damaged', { detail: reason }, { cause: error });
  }
}
