/**
 * Reads what the guest kit needs of an ELF file (System V ABI, chapter 4 and 5): machine, sections, the interpreter and
 * the libraries it asks for. Little-endian 64-bit files only.
 */

export const machineRiscv = 243;
const segmentLoad = 1;
const segmentDynamic = 2;
const segmentInterpreter = 3;
const tagNeeded = 1n;
const tagStringTable = 5n;
const tagRpath = 15n;
const tagRunpath = 29n;

export interface ElfFile {
  /** `e_machine`; 243 is RISC-V. */
  readonly machine: number;
  /** `PT_INTERP`: the guest path of the dynamic loader. */
  readonly interpreter?: string;
  /** `DT_NEEDED`, in order. */
  readonly needed: readonly string[];
  /** `DT_RUNPATH` or `DT_RPATH`, split; may contain `$ORIGIN`. */
  readonly searchPath: readonly string[];
}

export const isElf = (bytes: Uint8Array): boolean => bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
const isElf64 = (bytes: Uint8Array): boolean => bytes.length >= 64 && isElf(bytes) && bytes[4] === 2 && bytes[5] === 1;

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const stringAt = (bytes: Uint8Array, at: number): string => {
  const end = bytes.indexOf(0, at);
  return new TextDecoder().decode(bytes.subarray(at, end < 0 ? bytes.length : end));
};

/** @returns undefined when the bytes are not a 64-bit little-endian ELF file. @throws RangeError where it is cut off */
export function readElf(bytes: Uint8Array): ElfFile | undefined {
  if (!isElf64(bytes)) return undefined;
  const data = view(bytes);
  const machine = data.getUint16(18, true);
  const segments = readSegments(bytes);
  const interpreter = segments.find((segment) => segment.type === segmentInterpreter);
  const dynamic = segments.find((segment) => segment.type === segmentDynamic);
  const entries: [bigint, bigint][] = [];
  if (dynamic)
    for (let at = dynamic.offset; at + 16 <= dynamic.offset + dynamic.size; at += 16) {
      const tag = data.getBigUint64(at, true);
      if (tag === 0n) break;
      entries.push([tag, data.getBigUint64(at + 8, true)]);
    }
  const tableAddress = entries.find(([tag]) => tag === tagStringTable)?.[1] ?? 0n;
  const home = segments.find(
    (segment) => segment.type === segmentLoad && tableAddress >= segment.address && tableAddress < segment.address + BigInt(segment.size),
  );
  const table = home ? home.offset + Number(tableAddress - home.address) : 0;
  const strings = (wanted: bigint) => entries.filter(([tag]) => tag === wanted).map(([, value]) => stringAt(bytes, table + Number(value)));
  const runpath = strings(tagRunpath);
  return {
    machine,
    ...(interpreter ? { interpreter: stringAt(bytes, interpreter.offset) } : {}),
    needed: strings(tagNeeded),
    searchPath: (runpath.length > 0 ? runpath : strings(tagRpath)).flatMap((paths) => paths.split(':')).filter(Boolean),
  };
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: bigint;
  readonly size: number;
}
function readSegments(bytes: Uint8Array): Segment[] {
  const data = view(bytes);
  const start = Number(data.getBigUint64(32, true));
  const [entry, count] = [data.getUint16(54, true), data.getUint16(56, true)];
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * entry;
    return {
      type: data.getUint32(at, true),
      offset: Number(data.getBigUint64(at + 8, true)),
      address: data.getBigUint64(at + 16, true),
      size: Number(data.getBigUint64(at + 32, true)),
    };
  });
}

/** The content of a named section, or undefined where there is none. */
export function elfSection(bytes: Uint8Array, name: string): Uint8Array | undefined {
  if (!isElf64(bytes)) return undefined;
  const data = view(bytes);
  const start = Number(data.getBigUint64(40, true));
  const [entry, count, names] = [data.getUint16(58, true), data.getUint16(60, true), data.getUint16(62, true)];
  const contentAt = (index: number) => {
    const at = start + index * entry;
    const offset = Number(data.getBigUint64(at + 24, true));
    return bytes.subarray(offset, offset + Number(data.getBigUint64(at + 32, true)));
  };
  const table = contentAt(names);
  for (let index = 1; index < count; index++)
    if (stringAt(table, data.getUint32(start + index * entry, true)) === name) return contentAt(index);
  return undefined;
}
