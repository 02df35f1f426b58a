/**
 * The interpreter's handlers and their numbers: three of its own, then one for each row that has a meaning, then the
 * two-byte forms of rows that have a compressed encoding (a handler knows by how much to move on).
 */
import type { Architecture } from '../../isa/architecture.ts';
import type { Decoded, Row } from '../../isa/row.ts';
import { RECORD } from '../layout.ts';

/** The interpreter's own records. `decode` is zero, so that a cleared page decodes itself. */
export const OWN_HANDLER = { decode: 0, pageEnd: 1, illegal: 2, straddle: 3 } as const;
const OWN = Object.keys(OWN_HANDLER).length;

export interface Handler {
  readonly row: Row;
  readonly length: 2 | 4;
}
/** The handlers of an architecture's rows, and which number runs what. */
export class Handlers {
  readonly list: readonly Handler[];
  readonly #numbers: ReadonlyMap<string, number>;
  constructor(rows: readonly Row[]) {
    const meant = rows.filter((row) => row.meaning);
    const short = new Set(rows.map((row) => row.expandsTo?.name));
    this.list = [
      ...meant.map((row) => ({ row, length: 4 as const })),
      ...meant.filter((row) => short.has(row.name)).map((row) => ({ row, length: 2 as const })),
    ];
    this.#numbers = new Map(this.list.map(({ row, length }, index) => [`${row.name}/${length}`, OWN + index]));
  }
  /** The number of the handler for an instruction; undefined where nothing implements it. */
  numberOf({ row, length }: Decoded): number | undefined {
    return this.#numbers.get(`${row.name}/${length}`);
  }
}

/** Byte offsets of the register files from the core's state. */
interface RegisterOffsets {
  readonly x: number;
  readonly f: number;
}

/** What decoding ahead needs to know of an instruction: its length in bytes, negative where what follows need not be code. */
type Extent = number;

const FIELD: Readonly<Record<string, number>> = {
  rd: RECORD.rd,
  fd: RECORD.rd,
  rs1: RECORD.rs1,
  fs1: RECORD.rs1,
  rs2: RECORD.rs2,
  fs2: RECORD.rs2,
  fs3: RECORD.third,
  csr: RECORD.third,
};

/** Packs an instruction as the four words of its record. */
function pack(
  words: Int32Array,
  word: number,
  decoded: Decoded | undefined,
  number: number | undefined,
  { x, f }: RegisterOffsets,
): Extent {
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
  readonly #architecture: Architecture;
  readonly #handlers: Handlers;
  readonly #offsets: RegisterOffsets;
  /** Where a word's packed form begins in `#kept`. */
  readonly #places = new Map<number, number>();
  #kept = new Int32Array(1024 * KEPT);

  constructor(buffer: SharedArrayBuffer, architecture: Architecture, handlers: Handlers) {
    this.#memory = new Int32Array(buffer);
    this.#architecture = architecture;
    this.#handlers = handlers;
    const { x, f } = architecture.state.offsets as { x: number; f: number };
    this.#offsets = { x, f };
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
    const decoded = this.#architecture.decodeOnce(word);
    const number = decoded && this.#handlers.numberOf(decoded);
    this.#kept[from + KEPT - 1] = pack(this.#kept.subarray(from, from + KEPT - 1), word, decoded, number, this.#offsets);
    this.#places.set(word, from);
    return from;
  }
}
