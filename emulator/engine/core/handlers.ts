/**
 * The interpreter's handlers and their numbers: three of its own, then one for each row that has a meaning, then the
 * two-byte forms of rows that have a compressed encoding (a handler knows by how much to move on).
 */
import type { Decoded } from '../../isa/riscv/decoder.ts';
import type { Row } from '../../isa/riscv/row.ts';
import { rows } from '../../isa/riscv/rows.ts';
import { RECORD } from '../layout.ts';

/** The interpreter's own records. `decode` is zero, so that a cleared page decodes itself. */
export const OWN_HANDLER = { decode: 0, pageEnd: 1, illegal: 2, straddle: 3 } as const;
const OWN = Object.keys(OWN_HANDLER).length;

export interface Handler {
  readonly row: Row;
  readonly length: 2 | 4;
}
const meant = rows.filter((row) => row.meaning);
const short = new Set(rows.map((row) => row.expandsTo?.name));
export const handlers: readonly Handler[] = [
  ...meant.map((row) => ({ row, length: 4 as const })),
  ...meant.filter((row) => short.has(row.name)).map((row) => ({ row, length: 2 as const })),
];
const numbers = new Map(handlers.map(({ row, length }, index) => [`${row.name}/${length}`, OWN + index]));

/** Byte offsets of the register files from the core's state. */
export interface RegisterOffsets {
  readonly x: number;
  readonly f: number;
}

/** Packs a decoded instruction as the four words of its record; undefined where no handler runs it. */
function packRecord({ row, length, operands }: Decoded, { x, f }: RegisterOffsets): Int32Array | undefined {
  const number = numbers.get(`${row.name}/${length}`);
  if (number === undefined) return undefined;
  const words = new Int32Array(RECORD.size / 4);
  const view = new DataView(words.buffer);
  view.setUint16(RECORD.handler, number, true);
  // x0 as destination goes to the spare place behind the registers.
  const fields: readonly (readonly [name: string, at: number, value: (operand: number) => number])[] = [
    ['rd', RECORD.rd, (n) => x + (n || 32) * 8],
    ['fd', RECORD.rd, (n) => f + n * 8],
    ['rs1', RECORD.rs1, (n) => x + n * 8],
    ['fs1', RECORD.rs1, (n) => f + n * 8],
    ['rs2', RECORD.rs2, (n) => x + n * 8],
    ['fs2', RECORD.rs2, (n) => f + n * 8],
    ['fs3', RECORD.third, (n) => f + n * 8],
    ['csr', RECORD.third, (n) => n],
  ];
  for (const [name, at, value] of fields) {
    const operand = operands[name];
    if (operand !== undefined) view.setUint16(at, value(operand), true);
  }
  view.setUint8(RECORD.mode, operands['rm'] ?? 0);
  view.setInt32(RECORD.immediate, operands['imm'] ?? operands['shamt'] ?? operands['zimm'] ?? 0, true);
  return words;
}

/** Writes records, remembering the packed form of each instruction word that has been decoded. */
export class RecordWriter {
  readonly #words: Int32Array;
  readonly #offsets: RegisterOffsets;
  readonly #packed = new WeakMap<Decoded, Int32Array>();

  constructor(buffer: SharedArrayBuffer, offsets: RegisterOffsets) {
    this.#words = new Int32Array(buffer);
    this.#offsets = offsets;
  }
  /** Writes a decoded instruction (or an illegal word) at a byte address. */
  write(at: number, word: number, decoded: Decoded | undefined): void {
    let packed = decoded && this.#packed.get(decoded);
    if (decoded && !packed) {
      packed = packRecord(decoded, this.#offsets);
      if (packed) this.#packed.set(decoded, packed);
    }
    const to = at >> 2;
    if (packed) {
      for (let index = 0; index < packed.length; index++) this.#words[to + index] = packed[index] as number;
      return;
    }
    this.#words[to + RECORD.immediate / 4] = (word & 3) === 3 ? word : word & 0xffff;
    this.#words[to] = OWN_HANDLER.illegal;
  }
}
