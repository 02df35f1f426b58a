/**
 * Declared state to bytes and back. Each component is written with its schema's version and its fields by name, so
 * that a later program, whose schema has grown or moved fields, still finds what it knows; what it does not find gets
 * its reset value, and what changed its meaning goes through a named migration.
 *
 * File: magic `VIVS`, format u16, component count u16; each component: name, version u16, field count u16; each field:
 * name, kind u8, count u32, the values little-endian; at the end the CRC-32 of everything before. Names are a length
 * u8 and ASCII.
 */
import { MachineError } from '../error/machine-error.ts';
import { crc32 } from './crc32.ts';
import { type Fields, reset as resetState, type Schema } from './schema.ts';

const MAGIC = [0x56, 0x49, 0x56, 0x53];
const FORMAT = 1;
const KINDS = ['u8', 'u16', 'u32', 'u64'] as const;
const WIDTH = { u8: 1, u16: 2, u32: 4, u64: 8 } as const;
/** No component is larger: a length beyond it is damage, not data. */
const MAX_VALUES = 1 << 24;

/** A component where it lives in shared memory. `name` is its name in this machine (there may be several of a schema). */
export interface PlacedComponent {
  readonly name: string;
  readonly schema: Schema;
  readonly at: number;
  /** State saved by an older program may lack it; it then gets its reset values. */
  readonly mayLack?: boolean;
  /** Where it is to be saved from, if not from the machine's memory: a copy. */
  readonly copy?: SharedArrayBuffer;
}

/** A component as it was saved. */
export interface SavedComponent {
  readonly version: number;
  /** The raw little-endian values by field. */
  readonly fields: Readonly<Record<string, Uint8Array>>;
}

/** Turns a component of version n into one of version n + 1. */
export type Migration = (saved: SavedComponent) => SavedComponent;

/** What is wrong with saved state; its code is one of `state-…`. */
export class SnapshotError extends MachineError {}

/** Writes the components' present state. Nothing may change it meanwhile. */
export function saveComponents(components: readonly PlacedComponent[], buffer: SharedArrayBuffer): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.from(MAGIC), u16(FORMAT), u16(components.length)];
  for (const { name, schema, at, copy } of components) {
    const fields = Object.entries(schema.fields);
    parts.push(ascii(name), u16(schema.version), u16(fields.length));
    for (const [field, { kind, count }] of fields) {
      const from = at + (schema.offsets[field] as number);
      parts.push(ascii(field), Uint8Array.of(KINDS.indexOf(kind)), u32(count), new Uint8Array(copy ?? buffer, from, count * WIDTH[kind]));
    }
  }
  const body = joined(parts);
  return joined([body, u32(crc32(body))]);
}

/**
 * Reads what `saveComponents` wrote.
 * @throws SnapshotError where the bytes are damaged or of a later format
 */
export function readComponents(bytes: Uint8Array): ReadonlyMap<string, SavedComponent> {
  const reader = new Reader(bytes);
  if (MAGIC.some((byte) => reader.number(1) !== byte)) throw new SnapshotError('state-not-one');
  const format = reader.number(2);
  if (format > FORMAT) throw new SnapshotError('state-newer', { format });
  if (bytes.length < 12 || crc32(bytes.subarray(0, -4)) !== new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4, true))
    throw new SnapshotError('state-checksum');
  const components = new Map<string, SavedComponent>();
  for (let left = reader.number(2); left > 0; left--) {
    const name = reader.name();
    const version = reader.number(2);
    const fields: Record<string, Uint8Array> = {};
    for (let more = reader.number(2); more > 0; more--) {
      const field = reader.name();
      const kind = KINDS[reader.number(1)];
      const count = reader.number(4);
      if (!kind || count > MAX_VALUES) throw new SnapshotError('state-field-damaged', { field: `${name}.${field}` });
      fields[field] = reader.take(count * WIDTH[kind]);
    }
    components.set(name, { version, fields });
  }
  return components;
}

/**
 * Puts a saved component back. Fields that the saved one lacks get their reset values.
 * @param migrations by the version they start from
 * @throws SnapshotError where the component is missing, newer than this program, or does not fit the schema
 */
export function restoreComponent(
  { name, schema, at, mayLack = false }: PlacedComponent,
  saved: SavedComponent | undefined,
  buffer: SharedArrayBuffer,
  migrations: Readonly<Record<number, Migration>> = {},
): void {
  if (!saved && mayLack) return resetState(schema, buffer, at);
  if (!saved) throw new SnapshotError('state-lacks-component', { component: name });
  if (saved.version > schema.version) throw new SnapshotError('state-component-newer', { component: name });
  let current = saved;
  for (let version = saved.version; version < schema.version; version++) current = migrations[version]?.(current) ?? current;
  for (const [field, { kind, count, reset }] of Object.entries(schema.fields as Fields)) {
    const to = at + (schema.offsets[field] as number);
    const values = current.fields[field];
    const size = count * WIDTH[kind];
    if (values && values.length !== size)
      throw new SnapshotError('state-field-size', { field: `${name}.${field}`, bytes: values.length, wanted: size });
    if (values) new Uint8Array(buffer, to, size).set(values);
    else fillWith(buffer, to, kind, count, reset);
  }
}

function fillWith(buffer: SharedArrayBuffer, at: number, kind: (typeof KINDS)[number], count: number, value: number | bigint): void {
  if (kind === 'u64') new BigUint64Array(buffer, at, count).fill(BigInt(value));
  else if (kind === 'u32') new Uint32Array(buffer, at, count).fill(Number(value));
  else if (kind === 'u16') new Uint16Array(buffer, at, count).fill(Number(value));
  else new Uint8Array(buffer, at, count).fill(Number(value));
}

const u16 = (value: number) => Uint8Array.of(value & 0xff, value >> 8);
const u32 = (value: number) => Uint8Array.of(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24);
const ascii = (text: string) => Uint8Array.of(text.length, ...Array.from(text, (character) => character.charCodeAt(0)));

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }
  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new SnapshotError('state-cut-short');
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }
  number(width: 1 | 2 | 4): number {
    return this.take(width).reduceRight((value, byte) => value * 256 + byte, 0);
  }
  name(): string {
    return String.fromCharCode(...this.take(this.number(1)));
  }
}
