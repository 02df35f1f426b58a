/** Starts a kernel by PVH (Xen, docs/misc/pvh.pandoc and xen/include/public/arch-x86/hvm/start_info.h). */
import { viewOf } from '../../../format/bytes.ts';
import { type ElfFile, SEGMENT } from '../../../format/elf.ts';
import type { Loader } from '../../boot/loader.ts';
import type { BootRequest, PreparedBoot } from '../../boot/request.ts';
import { COMMAND_LINE, INFORMATION, LISTS } from './layout.ts';
import { placeInitrd, putCommandLine } from './linux.ts';
import { putLongMode } from './long-mode.ts';
import { memoryList } from './memory-list.ts';

const NOTE_PHYS32_ENTRY = 18;
const MAGIC = 0x336e_c578;
const VERSION = 1;
const INITRD_LAST = 0x7fff_ffff;
const align4 = (value: number) => Math.ceil(value / 4) * 4;

/** The physical address of the 32-bit entry that a kernel's notes name; undefined where there is none. */
export function pvhEntry(file: ElfFile): number | undefined {
  for (const segment of file.segments) {
    if (segment.type !== SEGMENT.note) continue;
    const view = viewOf(file.segmentBytes(segment));
    for (let at = 0; at + 12 <= view.byteLength;) {
      const [nameBytes, contentBytes, type] = [0, 4, 8].map((field) => view.getUint32(at + field, true)) as [number, number, number];
      const content = at + 12 + align4(nameBytes);
      const isXen = nameBytes === 4 && view.getUint32(at + 12, true) === 0x006e_6558;
      if (isXen && type === NOTE_PHYS32_ENTRY && content + 4 <= view.byteLength) return view.getUint32(content, true);
      at = content + align4(contentBytes);
    }
  }
  return undefined;
}

/** Leaves the start information and says how to enter the kernel. @param end first address after it */
export function startPvh(request: BootRequest, loader: Loader, entry: number, end: number, rsdp: number): PreparedBoot {
  const { files, memory } = request;
  const { initrd, commandLine } = files.kind === 'linux' ? files : { initrd: undefined, commandLine: '' };
  const at = initrd && initrd.length > 0 ? placeInitrd(request, loader, initrd, end, INITRD_LAST) : undefined;
  putCommandLine(loader, commandLine);
  const ranges = memoryList(memory.ranges);
  const lists = new DataView(new ArrayBuffer(32 + 24 * ranges.length));
  lists.setBigUint64(0, BigInt(at ?? 0), true);
  lists.setBigUint64(8, BigInt(initrd?.length ?? 0), true);
  ranges.forEach((range, index) => {
    lists.setBigUint64(32 + 24 * index, BigInt(range.at), true);
    lists.setBigUint64(40 + 24 * index, BigInt(range.size), true);
    lists.setUint32(48 + 24 * index, range.type, true);
  });
  loader.put('lists of modules and memory', LISTS, new Uint8Array(lists.buffer));
  const info = new DataView(new ArrayBuffer(56));
  info.setUint32(0, MAGIC, true);
  info.setUint32(4, VERSION, true);
  info.setUint32(12, at === undefined ? 0 : 1, true);
  info.setBigUint64(16, BigInt(LISTS), true);
  info.setBigUint64(24, BigInt(COMMAND_LINE), true);
  info.setBigUint64(32, BigInt(rsdp), true);
  info.setBigUint64(40, BigInt(LISTS + 32), true);
  info.setUint32(48, ranges.length, true);
  loader.put('the start information', INFORMATION, new Uint8Array(info.buffer));
  putLongMode(loader);
  return {
    start: { builtInFirmware: false, entry: 'protected', pc: BigInt(entry), arguments: [0n, BigInt(INFORMATION), 0n, 0n] },
    log: loader.log,
  };
}
