/**
 * The interpreter's handlers and their numbers: three of its own, then one for each row that has a meaning, then the
 * two-byte forms of rows that have a compressed encoding (a handler knows by how much to move on).
 */
import { type Decoded, decodeOnce } from '../../isa/riscv/decoder.ts';
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

/** What decoding ahead needs to know of an instruction: its length in bytes, negative where what follows need not be code. */
type Extent = number;

const FIELD: Readonly<Record<string, number>> = {
  rd: RECORD.rd, fd: RECORD.rd, rs1: RECORD.rs1, fs1: RECORD.rs1, rs2: RECORD.rs2, fs2: RECORD.rs2, fs3: RECORD.third, csr: RECORD.third,
};

/** Packs an instruction as the four words of its record. */
function pack(words: Int32Array, word: number, { x, f }: RegisterOffsets): Extent {
  const decoded = decodeOnce(word);
  const number = decoded && numbers.get(`${decoded.row.name}/${decoded.length}`);
  words.fill(0);
  if (!decoded || number === undefined) {
    words[0] = OWN_HANDLER.illegal;
    words[RECORD.immediate / 4] = (word & 3) === 3 ? word : word & 0xffff;
    return -2;
  }
  const halves = new Uint16Array(words.buffer, words.byteOffset, RECORD.size / 2);
  halves[RECORD.handler / 2] = number;
  const { operands, row, length } = decoded;
  for (const name of Object.keys(operands)) {
    const operand = operands[name] as number;
    const at = FIELD[name];
    if (at !== undefined) {
      // x0 as destination goes to the spare place behind the registers.
      const place = name === 'csr' ? operand : name[0] === 'f' ? f + operand * 8 : x + (name === 'rd' ? operand || 32 : operand) * 8;
      halves[at / 2] = place;
    } else if (name === 'rm') halves[RECORD.mode / 2] = operand;
    else if (name === 'imm' || name === 'shamt' || name === 'zimm') words[RECORD.immediate / 4] = operand;
  }
  return row.ends === true && operands['rd'] === 0 ? -length : length;
}

/** Words a remembered record takes: the record and its extent. */
const KEPT = RECORD.size / 4 + 1;
/** Bounds what hostile code can make us remember; a booting kernel uses about 40 000 different words. */
const MOST_KEPT = 1 << 16;

/** Writes records, remembering the packed form of each instruction word: a program uses few different ones. */
export class RecordWriter {
  readonly #memory: Int32Array;
  readonly #offsets: RegisterOffsets;
  /** Where a word's packed form begins in `#kept`. */
  readonly #places = new Map<number, number>();
  #kept = new Int32Array(1024 * KEPT);

  constructor(buffer: SharedArrayBuffer, offsets: RegisterOffsets) {
    this.#memory = new Int32Array(buffer);
    this.#offsets = offsets;
  }

  /** Writes an instruction, legal or not, as the record at a byte address. */
  write(at: number, word: number): Extent {
    const from = this.#places.get(word) ?? this.#remember(word);
    const to = at >> 2;
    const memory = this.#memory;
    const kept = this.#kept;
    memory[to + 1] = kept[from + 1] as number;
    memory[to + 2] = kept[from + 2] as number;
    memory[to + 3] = kept[from + 3] as number;
    memory[to] = kept[from] as number;
    return kept[from + KEPT - 1] as number;
  }

  #remember(word: number): number {
    if (this.#places.size === MOST_KEPT) this.#places.clear();
    const from = this.#places.size * KEPT;
    if (from + KEPT > this.#kept.length) {
      const larger = new Int32Array(this.#kept.length * 2);
      larger.set(this.#kept);
      this.#kept = larger;
    }
    this.#kept[from + KEPT - 1] = pack(this.#kept.subarray(from, from + KEPT - 1), word, this.#offsets);
    this.#places.set(word, from);
    return from;
  }
}
