/** The structure by which Linux learns of the machine (Linux, Documentation/arch/x86/zero-page). */
import type { ListedRange } from './memory-list.ts';
import { FIELD } from './bzimage.ts';

const PAGE = 4096;
const RSDP = 0x070;
const RANGES = 0x1e8;
const RANGE_TABLE = 0x2d0;
const RANGE_BYTES = 20;
const BOOT_FLAG = 0xaa55;
const MAGIC = 0x5372_6448;
/** "A loader without a number of its own." */
const UNKNOWN_LOADER = 0xff;
const LOADED_HIGH = 1;
/** The version that a kernel without a header is told: the first that has every field that is filled in here. */
const VERSION = 0x20f;

export interface ZeroPage {
  /** Of the kernel's file; absent for one without. */
  readonly header?: Uint8Array;
  readonly commandLineAt: number;
  readonly commandLineMax: number;
  readonly initrd?: { readonly at: number; readonly size: number };
  readonly memory: readonly ListedRange[];
  readonly rsdp: number;
  readonly setupDataAt: number;
}

export function zeroPage({ header, commandLineAt, commandLineMax, initrd, memory, rsdp, setupDataAt }: ZeroPage): Uint8Array {
  const page = new Uint8Array(PAGE);
  const view = new DataView(page.buffer);
  if (header) page.set(header, FIELD.setupSectors);
  else {
    view.setUint32(FIELD.magic, MAGIC, true);
    view.setUint16(FIELD.version, VERSION, true);
    view.setUint32(FIELD.commandLineMax, commandLineMax, true);
  }
  view.setUint16(FIELD.bootFlag, BOOT_FLAG, true);
  view.setUint8(FIELD.loader, UNKNOWN_LOADER);
  view.setUint8(FIELD.loadFlags, view.getUint8(FIELD.loadFlags) | LOADED_HIGH);
  view.setUint32(FIELD.commandLine, commandLineAt, true);
  if (initrd) {
    view.setUint32(FIELD.initrdAt, initrd.at, true);
    view.setUint32(FIELD.initrdSize, initrd.size, true);
  }
  view.setBigUint64(FIELD.setupData, BigInt(setupDataAt), true);
  view.setBigUint64(RSDP, BigInt(rsdp), true);
  view.setUint8(RANGES, memory.length);
  memory.forEach(({ at, size, type }, index) => {
    const entry = RANGE_TABLE + RANGE_BYTES * index;
    view.setBigUint64(entry, BigInt(at), true);
    view.setBigUint64(entry + 8, BigInt(size), true);
    view.setUint32(entry + 16, type, true);
  });
  return page;
}

const SEED_TYPE = 9;
/** The last element of the list of further data: random bytes for the kernel's pool. */
export function seedData(seed: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16 + seed.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, SEED_TYPE, true);
  view.setUint32(12, seed.length, true);
  bytes.set(seed, 16);
  return bytes;
}
