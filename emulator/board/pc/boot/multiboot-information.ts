/** What a multiboot loader tells its program, in both versions' form. */
import { utf8 } from '../../../format/bytes.ts';
import type { ListedRange } from './memory-list.ts';

export interface Told {
  readonly commandLine: string;
  readonly commandLineAt: number;
  readonly listsAt: number;
  readonly memory: readonly ListedRange[];
  /** The first address after RAM below 4 GiB. */
  readonly lowEnd: number;
  /** A copy of ACPI's root pointer. */
  readonly rsdp: Uint8Array;
  readonly module?: { readonly at: number; readonly size: number };
}

const KIB = 1024;
const CONVENTIONAL_KIB = 639;
const MIB = 1024 * KIB;
const INFORMATION_BYTES = 120;
const FLAG = { memory: 1, commandLine: 4, modules: 8, memoryMap: 64 } as const;
const MAP_ENTRY_BYTES = 24;

/** Version 1 (section 3.3): a fixed structure, and lists that it points to. */
export function multiboot1Information({ memory, module, commandLineAt, listsAt, lowEnd }: Told) {
  const information = new DataView(new ArrayBuffer(INFORMATION_BYTES));
  const put = (at: number, value: number) => information.setUint32(at, value, true);
  const lists = new DataView(new ArrayBuffer(16 + MAP_ENTRY_BYTES * memory.length));
  put(0, FLAG.memory | FLAG.commandLine | FLAG.memoryMap | (module ? FLAG.modules : 0));
  put(4, CONVENTIONAL_KIB);
  put(8, (lowEnd - MIB) / KIB);
  put(16, commandLineAt);
  if (module) {
    put(20, 1);
    put(24, listsAt);
    lists.setUint32(0, module.at, true);
    lists.setUint32(4, module.at + module.size, true);
  }
  put(44, MAP_ENTRY_BYTES * memory.length);
  put(48, listsAt + 16);
  memory.forEach(({ at, size, type }, index) => {
    const entry = 16 + MAP_ENTRY_BYTES * index;
    lists.setUint32(entry, MAP_ENTRY_BYTES - 4, true);
    lists.setBigUint64(entry + 4, BigInt(at), true);
    lists.setBigUint64(entry + 12, BigInt(size), true);
    lists.setUint32(entry + 20, type, true);
  });
  return { information: new Uint8Array(information.buffer), lists: new Uint8Array(lists.buffer) };
}

const TAG = { end: 0, commandLine: 1, module: 3, memory: 4, memoryMap: 6, newRootPointer: 15 } as const;
const little = (value: number, size: number): number[] =>
  Array.from({ length: size }, (_, byte) => Math.floor(value / 2 ** (8 * byte)) & 0xff);

/** Version 2 (section 3.6): tags one behind the other, each on 8 bytes. */
export function multiboot2Information({ memory, module, commandLine, rsdp, lowEnd }: Told): Uint8Array {
  const text = [...utf8(commandLine), 0];
  const tag = (type: number, content: readonly number[]): number[] => {
    const bytes = [...little(type, 4), ...little(8 + content.length, 4), ...content];
    return [...bytes, ...Array.from({ length: -bytes.length & 7 }, () => 0)];
  };
  const ranges = memory.flatMap(({ at, size, type }) => [...little(at, 8), ...little(size, 8), ...little(type, 4), ...little(0, 4)]);
  const tags = [
    ...tag(TAG.commandLine, text),
    ...(module ? tag(TAG.module, [...little(module.at, 4), ...little(module.at + module.size, 4), 0]) : []),
    ...tag(TAG.memory, [...little(CONVENTIONAL_KIB, 4), ...little((lowEnd - MIB) / KIB, 4)]),
    ...tag(TAG.memoryMap, [...little(MAP_ENTRY_BYTES, 4), ...little(0, 4), ...ranges]),
    ...tag(TAG.newRootPointer, [...rsdp]),
    ...tag(TAG.end, []),
  ];
  return Uint8Array.from([...little(8 + tags.length, 4), ...little(0, 4), ...tags]);
}
