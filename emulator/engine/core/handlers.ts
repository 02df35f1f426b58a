/**
 * The interpreter's handlers and their numbers: four of its own, then one for each row that has a meaning and each length
 * that it has (a handler knows by how much to move on, unless the row has any length).
 */
import type { Architecture } from '../../isa/architecture.ts';
import type { Decoded, Row } from '../../isa/row.ts';
import { RECORD, type RecordShape } from '../layout.ts';
import { operandPlaces } from './record-shape.ts';

/** The interpreter's own records. `decode` is zero, so that a cleared page decodes itself. */
export const OWN_HANDLER = { decode: 0, pageEnd: 1, illegal: 2, straddle: 3 } as const;
export const OWN_HANDLERS = Object.keys(OWN_HANDLER).length;

export interface Handler {
  readonly row: Row;
  /** Absent: in the record. */
  readonly length: number | undefined;
}
/**
 * The handlers of an architecture's rows, and which number runs what: the interpreter's own, then those that are part of its
 * main function, then the rare ones in the order of their functions.
 */
export class Handlers {
  readonly list: readonly Handler[];
  /** One a row: its length is always in the record. */
  readonly rare: readonly Row[];
  readonly #numbers = new Map<Row, ReadonlyMap<number | undefined, number>>();
  constructor(rows: readonly Row[]) {
    const list: Handler[] = [];
    const meant = rows.filter(({ meaning }) => meaning);
    for (const row of meant) {
      if (row.rare) continue;
      const numbers = (row.lengths ?? [undefined]).map((length) => [length, OWN_HANDLERS + list.push({ row, length }) - 1] as const);
      this.#numbers.set(row, new Map(numbers));
    }
    this.list = list;
    this.rare = meant.filter(({ rare }) => rare);
    const first = OWN_HANDLERS + list.length;
    this.rare.forEach((row, index) => this.#numbers.set(row, new Map([[undefined, first + index]])));
  }
  /** The number of the handler for an instruction; undefined where nothing implements it. */
  numberOf({ row, length }: Decoded): number | undefined {
    const numbers = this.#numbers.get(row);
    return numbers?.get(row.lengths && !row.rare ? length : undefined);
  }
}

/**
 * What decoding ahead needs to know of an instruction: its length in bytes, negative where what follows need not be code,
 * 0 where it goes on beyond the bytes that are there.
 */
export type Extent = number;

/** Bounds what hostile code can make us remember; a booting kernel uses about 40 000 different instructions. */
const MAX_KEPT = 1 << 16;

/** How an operand's number becomes a field of a record. */
interface RecordField {
  readonly name: string;
  readonly at: number;
  readonly width: 1 | 2 | 4 | 8;
  /** A register's place is its number times its size from here on; all else is what it is. */
  readonly from: number;
  readonly size: number;
  /** The number of a register that is only written, and takes nothing, and the one that stands for it; -1: none. */
  readonly reads: number;
  readonly discards: number;
}

/** An instruction's record with its extent behind it, and where it has what others of its outline have otherwise (words). */
class OutlineRecord {
  readonly words: Int32Array;
  readonly varies: readonly number[];
  constructor(words: Int32Array, varies: readonly number[]) {
    this.words = words;
    this.varies = varies;
  }
}

/** Packs decoded instructions as records. */
class RecordPacker {
  readonly #architecture: Architecture;
  readonly #handlers: Handlers;
  readonly #shape: RecordShape;
  readonly #fields = new Map<Row, readonly RecordField[]>();

  constructor(architecture: Architecture, shape: RecordShape) {
    this.#architecture = architecture;
    this.#handlers = new Handlers(architecture.rows);
    this.#shape = shape;
  }

  /** @returns undefined for a row that the emulator does not implement */
  pack(words: Int32Array, decoded: Decoded): Extent | undefined {
    const { row, operands, length, wide } = decoded;
    const number = this.#handlers.numberOf(decoded);
    if (number === undefined) return undefined;
    const bytes = new DataView(words.buffer, words.byteOffset, this.#shape.size);
    words.fill(0);
    bytes.setUint16(RECORD.handler, number, true);
    bytes.setUint8(this.#shape.length, length);
    for (const { name, at, width, from, size, reads, discards } of this.#fieldsOf(row)) {
      const given = operands[name] ?? 0;
      const value = from + (given === reads ? discards : given) * size;
      if (width === 4) bytes.setInt32(at, value, true);
      else if (width === 2) bytes.setUint16(at, value, true);
      else if (width === 1) bytes.setUint8(at, value);
      else bytes.setBigInt64(at, wide?.[name] ?? BigInt(value), true);
    }
    const flow = row.flow?.(operands);
    // Past a jump there may be data.
    return flow && flow.kind !== 'branch' && !flow.links ? -length : length;
  }
  /** Where a row's record has the immediates of these names; undefined where one does not take a word. */
  wordsOf(row: Row, names: readonly string[]): OutlineRecord['varies'] | undefined {
    const fields = names.map((name) => this.#fieldsOf(row).find((field) => field.name === name));
    return fields.every((field) => field?.width === 4) ? fields.map((field) => (field?.at ?? 0) / 4) : undefined;
  }
  /** Worked out once a row: a guest's start decodes hundreds of thousands of instructions. */
  #fieldsOf(row: Row): readonly RecordField[] {
    const known = this.#fields.get(row);
    if (known) return known;
    const { files, state } = this.#architecture;
    const fields = operandPlaces(row, this.#shape).map(({ operand: { name, file, access }, at, width }): RecordField => {
      if (file === undefined) return { name, at, width, from: 0, size: 1, reads: -1, discards: -1 };
      const zero = access === 'write' ? files[file]?.zero : undefined;
      const size = (files[file]?.width ?? 0) / 8;
      return { name, at, width, from: state.offsets[file] as number, size, reads: zero?.reads ?? -1, discards: zero?.discards ?? -1 };
    });
    this.#fields.set(row, fields);
    return fields;
  }
}

/** Writes records, remembering the packed form of each instruction that has a key: a program uses few different ones. */
export class RecordWriter {
  readonly #memory: Int32Array;
  readonly #architecture: Architecture;
  readonly #packer: RecordPacker;
  /** For each decoding, where a key's packed form begins in `#kept`. */
  readonly #places: readonly Map<number, number>[];
  #count = 0;
  /** Words a remembered record takes: the record and its extent. */
  readonly #words: number;
  #kept: Int32Array;
  /** The form of an instruction without a key. */
  readonly #single: Int32Array;

  constructor(buffer: SharedArrayBuffer, architecture: Architecture, shape: RecordShape) {
    this.#memory = new Int32Array(buffer);
    this.#words = shape.size / 4 + 1;
    this.#kept = new Int32Array(1024 * this.#words);
    this.#single = new Int32Array(this.#words);
    this.#architecture = architecture;
    this.#packer = new RecordPacker(architecture, shape);
    this.#places = Array.from({ length: architecture.modes.decodings }, () => new Map());
  }

  /** Writes the instruction at a place of `view`, legal or not, as the record at a byte address. See Architecture.decode. */
  write(record: number, view: DataView, at: number, there: number, decoding: number): Extent {
    const key = this.#architecture.key?.(view, at, there);
    if (key === undefined) {
      const decoded = this.#architecture.decode(view, at, there, decoding, true);
      const { outline, values } = decoded as Partial<Decoded>;
      if (values && outline?.packed instanceof OutlineRecord) return this.#fill(record, outline.packed, values);
      const extent = this.#pack(this.#single, decoded, view, at, there);
      if (outline) this.#rememberOutline(decoded as Decoded, outline);
      if (extent !== 0) this.#copy(record, this.#single, 0);
      return extent;
    }
    const places = this.#places[decoding] as Map<number, number>;
    const from = places.get(key) ?? this.#remember(places, key, view, at, there, decoding);
    return this.#copy(record, this.#kept, from);
  }
  /** Remembers the record in `#single` for others of the instruction's outline. */
  #rememberOutline({ row }: Decoded, outline: NonNullable<Decoded['outline']>): void {
    const isLegal = ((this.#single[RECORD.handler / 4] as number) & 0xffff) !== OWN_HANDLER.illegal;
    const varies = isLegal ? this.#packer.wordsOf(row, outline.varies) : undefined;
    if (varies) outline.packed = new OutlineRecord(this.#single.slice(), varies);
  }
  /** Writes a record of a known outline. @returns its extent */
  #fill(record: number, { words, varies }: OutlineRecord, values: readonly number[]): Extent {
    const to = record >> 2;
    const memory = this.#memory;
    const last = this.#words - 1;
    for (let word = 1; word < last; word++) memory[to + word] = words[word] as number;
    for (let index = 0; index < varies.length; index++) memory[to + (varies[index] as number)] = values[index] as number;
    memory[to] = words[0] as number;
    return words[last] as number;
  }
  #copy(record: number, words: Int32Array, from: number): Extent {
    const to = record >> 2;
    const memory = this.#memory;
    const last = this.#words - 1;
    // The handler at last: it is what makes a record one.
    for (let word = 1; word < last; word++) memory[to + word] = words[from + word] as number;
    memory[to] = words[from] as number;
    return words[from + last] as number;
  }

  #remember(places: Map<number, number>, key: number, view: DataView, at: number, there: number, decoding: number): number {
    if (this.#count === MAX_KEPT) {
      for (const each of this.#places) each.clear();
      this.#count = 0;
    }
    const from = this.#count++ * this.#words;
    if (from + this.#words > this.#kept.length) {
      const larger = new Int32Array(this.#kept.length * 2);
      larger.set(this.#kept);
      this.#kept = larger;
    }
    this.#decode(this.#kept.subarray(from, from + this.#words), view, at, there, decoding);
    places.set(key, from);
    return from;
  }

  /** Decodes and packs an instruction, with its extent behind the record. */
  #decode(words: Int32Array, view: DataView, at: number, there: number, decoding: number): Extent {
    return this.#pack(words, this.#architecture.decode(view, at, there, decoding, true), view, at, there);
  }
  #pack(words: Int32Array, decoded: Decoded | 'illegal' | 'more', view: DataView, at: number, there: number): Extent {
    if (decoded === 'more') return 0;
    const record = words.subarray(0, this.#words - 1);
    let extent = decoded === 'illegal' ? undefined : this.#packer.pack(record, decoded);
    if (extent === undefined) {
      record.fill(0);
      record[RECORD.handler / 4] = OWN_HANDLER.illegal;
      record[RECORD.immediate / 4] = this.#architecture.illegalValue(view, at, there);
      extent = -this.#architecture.code.grain;
    }
    words[this.#words - 1] = extent;
    return extent;
  }
}
