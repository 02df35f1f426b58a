/** Multiboot programs, versions 1 and 2 (GNU, Multiboot Specification 0.6.96 and 2.0): found, loaded and told of the machine. */
import { viewOf } from '../../../format/bytes.ts';
import { MachineError } from '../../../index.ts';
import { elfProgram, type WantedProgram } from '../../boot/elf.ts';
import type { Loader } from '../../boot/loader.ts';
import type { BootRequest, PreparedBoot } from '../../boot/request.ts';
import { isElf32, readElf32 } from './elf32.ts';
import { COMMAND_LINE, INFORMATION, LISTS } from './layout.ts';
import { placeInitrd, putCommandLine } from './linux.ts';
import { putLongMode } from './long-mode.ts';
import { memoryList } from './memory-list.ts';
import { multiboot1Information, multiboot2Information } from './multiboot-information.ts';

const VERSIONS = {
  1: { magic: 0x1bad_b002, alignment: 4, within: 8192, passed: 0x2bad_b002n },
  2: { magic: 0xe852_50d6, alignment: 8, within: 32_768, passed: 0x36d7_6289n },
} as const;
const LAST = 0x7fff_ffff;
/** Flag of version 1: the header itself says where the file goes. */
const HAS_ADDRESSES = 1 << 16;
/** Flags of version 1 that a loader must know or refuse; modules on pages and memory information are always given. */
const UNKNOWN_FLAGS = 0xfff8;

export interface Header {
  readonly version: 1 | 2;
  /** Where it is in the file. */
  readonly at: number;
}

/** Finds a header by its magic number and checksum. */
export function multibootHeader(bytes: Uint8Array): Header | undefined {
  const view = viewOf(bytes);
  for (const version of [2, 1] as const) {
    const { magic, alignment, within } = VERSIONS[version];
    for (let at = 0; at + 16 <= Math.min(bytes.length, within); at += alignment) {
      if (view.getUint32(at, true) !== magic) continue;
      const words = version === 1 ? 3 : 4;
      let sum = 0;
      for (let word = 0; word < words; word++) sum = (sum + view.getUint32(at + 4 * word, true)) >>> 0;
      if (sum === 0) return { version, at };
    }
  }
  return undefined;
}

/** Loads the program. @returns its entry, and the first address after it */
function load(loader: Loader, bytes: Uint8Array, { version, at }: Header, wanted: WantedProgram): { entry: number; end: number } {
  const what = 'the program';
  const view = viewOf(bytes);
  const flags = version === 1 ? view.getUint32(at + 4, true) : 0;
  if ((flags & UNKNOWN_FLAGS) !== 0) throw new MachineError('boot-multiboot-flags', { what, flags: `0x${flags.toString(16)}` });
  if ((flags & HAS_ADDRESSES) !== 0) {
    const [header, from, dataEnd, bssEnd, entry] = [12, 16, 20, 24, 28].map((field) => view.getUint32(at + field, true)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const start = at - (header - from);
    const length = dataEnd === 0 ? bytes.length - start : dataEnd - from;
    if (start < 0 || start + length > bytes.length) throw new MachineError('boot-cut-off', { what });
    loader.put(what, from, bytes.subarray(start, start + length), Math.max(length, bssEnd - from));
    return { entry, end: from + Math.max(length, bssEnd - from) };
  }
  if (isElf32(bytes)) {
    const { entry, parts } = readElf32(bytes);
    for (const { address, bytes: content, sizeBytes } of parts) loader.put(what, address, content, sizeBytes);
    return { entry, end: Math.max(...parts.map(({ address, sizeBytes }) => address + sizeBytes)) };
  }
  return loader.program(what, elfProgram(bytes, what, wanted));
}

export function startMultiboot(
  request: BootRequest,
  loader: Loader,
  bytes: Uint8Array,
  header: Header,
  parts: { readonly rsdp: number; readonly wanted: WantedProgram },
): PreparedBoot {
  const { files, memory } = request;
  const { entry, end } = load(loader, bytes, header, parts.wanted);
  const { initrd, commandLine } = files.kind === 'linux' ? files : { initrd: undefined, commandLine: '' };
  const at = initrd && initrd.length > 0 ? placeInitrd(request, loader, initrd, end, LAST) : undefined;
  putCommandLine(loader, commandLine);
  const told = {
    commandLine,
    commandLineAt: COMMAND_LINE,
    listsAt: LISTS,
    memory: memoryList(memory.ranges),
    lowEnd: memory.end,
    rsdp: memory.bytes(parts.rsdp, 36)?.slice() ?? new Uint8Array(),
    ...(at !== undefined && initrd ? { module: { at, size: initrd.length } } : {}),
  };
  if (header.version === 1) {
    const { information, lists } = multiboot1Information(told);
    loader.put('the multiboot information', INFORMATION, information);
    loader.put('lists of modules and memory', LISTS, lists);
  } else loader.put('the multiboot information', INFORMATION, multiboot2Information(told));
  putLongMode(loader);
  const { passed } = VERSIONS[header.version];
  return {
    start: { builtInFirmware: false, entry: 'protected', pc: BigInt(entry), arguments: [passed, BigInt(INFORMATION), 0n, 0n] },
    log: loader.log,
  };
}
