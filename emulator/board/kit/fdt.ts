/** Writes flattened device trees: Devicetree Specification 0.4, chapter 5 (format version 17). */

import { utf8 } from '../../format/bytes.ts';
import type { FdtValue } from '../../device/kit/part.ts';

export interface FdtNode {
  readonly name: string;
  readonly properties: Readonly<Record<string, FdtValue>>;
  readonly children: readonly FdtNode[];
}

/** Declares a node. The root's name is empty. */
export const node = (name: string, properties: Readonly<Record<string, FdtValue>>, children: readonly FdtNode[] = []): FdtNode => ({
  name,
  properties,
  children,
});

/** A 64-bit number as two cells, as `#address-cells = <2>` wants it. */
export const wide = (value: number): readonly [number, number] => [Math.floor(value / 2 ** 32), value % 2 ** 32];

const MAGIC = 0xd00d_feed;
const VERSION = 17;
const LAST_COMPATIBLE = 16;
const HEADER_BYTES = 40;
/** One all-zero entry: no memory is reserved. */
const RESERVATIONS_BYTES = 16;
const BEGIN_NODE = 1;
const END_NODE = 2;
const PROPERTY = 3;
const END = 9;

/** UTF-8 with a terminating zero. */
const terminated = (text: string): Uint8Array => Uint8Array.of(...utf8(text), 0);

function valueBytes(value: FdtValue): Uint8Array {
  if (value === true) return new Uint8Array(0);
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return terminated(value);
  if (typeof value === 'number') return valueBytes([value]);
  if (typeof value[0] === 'string') return Uint8Array.from((value as readonly string[]).flatMap((text) => [...terminated(text)]));
  const cells = value as readonly number[];
  const view = new DataView(new ArrayBuffer(cells.length * 4));
  cells.forEach((cell, index) => view.setUint32(index * 4, cell));
  return new Uint8Array(view.buffer);
}

/** Collects the structure block and, beside it, the strings block with each name once. */
class Writer {
  readonly structure: number[] = [];
  readonly strings: number[] = [];
  readonly #names = new Map<string, number>();

  word(value: number): void {
    this.structure.push((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
  }

  bytes(bytes: Uint8Array): void {
    for (const byte of bytes) this.structure.push(byte);
    while (this.structure.length % 4 !== 0) this.structure.push(0);
  }

  nameOffset(name: string): number {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const at = this.strings.length;
    this.#names.set(name, at);
    this.strings.push(...terminated(name));
    return at;
  }

  node({ name, properties, children }: FdtNode): void {
    this.word(BEGIN_NODE);
    this.bytes(terminated(name));
    for (const [key, value] of Object.entries(properties)) {
      const bytes = valueBytes(value);
      this.word(PROPERTY);
      this.word(bytes.length);
      this.word(this.nameOffset(key));
      this.bytes(bytes);
    }
    for (const child of children) this.node(child);
    this.word(END_NODE);
  }
}

/** The tree as a kernel takes it. @param bootHart the hart that starts */
export function flatten(root: FdtNode, bootHart = 0): Uint8Array {
  const writer = new Writer();
  writer.node(root);
  writer.word(END);
  const { structure, strings } = writer;
  const structureAt = HEADER_BYTES + RESERVATIONS_BYTES;
  const stringsAt = structureAt + structure.length;
  const total = Math.ceil((stringsAt + strings.length) / 8) * 8;
  const blob = new Uint8Array(total);
  const header = [MAGIC, total, structureAt, stringsAt, HEADER_BYTES, VERSION, LAST_COMPATIBLE, bootHart, strings.length, structure.length];
  blob.set(valueBytes(header));
  blob.set(structure, structureAt);
  blob.set(strings, stringsAt);
  return blob;
}
