/**
 * The interpreter's handlers and their numbers: three of its own, then one for each row that has a meaning, then the
 * two-byte forms of rows that have a compressed encoding (a handler knows by how much to move on).
 */
import { decode, type Decoded } from '../../isa/riscv/decoder.ts';
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

/** An instruction as its record's words, and what decoding ahead needs to know of it. */
export interface PackedRecord {
  readonly words: Int32Array;
  readonly length: 2 | 4;
  /** What follows in memory need not be code. */
  readonly stops: boolean;
}

const FIELD: Readonly<Record<string, number>> = {
  rd: RECORD.rd, fd: RECORD.rd, rs1: RECORD.rs1, fs1: RECORD.rs1, rs2: RECORD.rs2, fs2: RECORD.rs2, fs3: RECORD.third, csr: RECORD.third,
};

function pack(word: number, decoded: Decoded | undefined, { x, f }: RegisterOffsets): PackedRecord {
  const words = new Int32Array(RECORD.size / 4);
  const number = decoded && numbers.get(`${decoded.row.name}/${decoded.length}`);
  if (!decoded || number === undefined) {
    words[0] = OWN_HANDLER.illegal;
    words[RECORD.immediate / 4] = (word & 3) === 3 ? word : word & 0xffff;
    return { words, length: 2, stops: true };
  }
  const halves = new Uint16Array(words.buffer);
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
  return { words, length, stops: row.ends === true && operands['rd'] === 0 };
}

/** Writes records, remembering the packed form of each instruction word: a program uses few different ones. */
export class RecordWriter {
  readonly #memory: Int32Array;
  readonly #offsets: RegisterOffsets;
  readonly #packed = new Map<number, PackedRecord>();

  constructor(buffer: SharedArrayBuffer, offsets: RegisterOffsets) {
    this.#memory = new Int32Array(buffer);
    this.#offsets = offsets;
  }
  /** Writes an instruction, legal or not, as the record at a byte address. */
  write(at: number, word: number): PackedRecord {
    let packed = this.#packed.get(word);
    if (!packed) {
      if (this.#packed.size >= MOST_PACKED) this.#packed.clear();
      packed = pack(word, decode(word), this.#offsets);
      this.#packed.set(word, packed);
    }
    const { words } = packed;
    const to = at >> 2;
    const memory = this.#memory;
    memory[to + 1] = words[1] as number;
    memory[to + 2] = words[2] as number;
    memory[to + 3] = words[3] as number;
    memory[to] = words[0] as number;
    return packed;
  }
}

/** Bounds what hostile code can make us remember. */
const MOST_PACKED = 1 << 17;
