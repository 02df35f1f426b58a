/**
 * A program that runs instructions over a table of operands in a loop, so that the compiler's engines compile it: each
 * slot loads x10 and x11 (or f10 to f12) from the table, runs one instruction and stores what it left in a register.
 */
import { encodeRow } from '../../emulator/isa/riscv/assembly/encode.ts';
import { rowNamed } from '../../emulator/isa/riscv/rows.ts';
import { FINISHER, RAM_BASE, type TestCore } from '../kit/engine.ts';

export const word = (name: string, operands: Readonly<Record<string, number>> = {}): number => encodeRow(rowNamed(name), operands);
export const bytesOf = (words: readonly number[]): Uint8Array =>
  new Uint8Array(Uint16Array.from(words.flatMap((each) => ((each & 3) === 3 ? [each & 0xffff, each >>> 16] : [each]))).buffer);

export const TABLE = RAM_BASE + 0x2_0000;
export const RESULTS = RAM_BASE + 0x6_0000;
/** x20 walks the table, x21 counts, x22 walks the results. */
const [TABLE_POINTER, COUNT, RESULT_POINTER] = [20, 21, 22];

export interface Slot {
  /** Instructions before the one of interest, then it, then what follows it. */
  readonly words: (at: number) => readonly number[];
  /** What is stored: an x or an f register. */
  readonly result: { readonly file: 'x' | 'f'; readonly number: number };
  /** Table words loaded first: register file and number for each. */
  readonly loads: readonly { readonly file: 'x' | 'f'; readonly number: number }[];
}

const x = (number: number) => ({ file: 'x', number }) as const;
export const X10_X11 = [x(10), x(11)];
export const inX = x;
export const inF = (number: number) => ({ file: 'f', number }) as const;

/** Where a slot's instructions lie. */
export interface Placed {
  readonly slot: Slot;
  readonly at: number;
}

/** Runs every slot for each row of the table. @returns the results, a row's slots one after another */
export function runTable(
  test: TestCore,
  slots: readonly Slot[],
  table: readonly (readonly bigint[])[],
): { results: bigint[]; placed: Placed[] } {
  const width = table[0]?.length ?? 0;
  const words: number[] = [];
  let at = RAM_BASE;
  const put = (...more: readonly number[]) => {
    words.push(...more);
    at += more.reduce((sum, each) => sum + ((each & 3) === 3 ? 4 : 2), 0);
  };
  const address = (rd: number, to: number) => put(word('auipc', { rd, imm: to - at }), word('addi', { rd, rs1: rd, imm: 0 }));
  // Table and results are a multiple of 4 KiB from the origin, so the upper immediate alone reaches them.
  for (const [register, to] of [
    [TABLE_POINTER, TABLE],
    [RESULT_POINTER, RESULTS],
  ] as const) {
    const page = at & 0xfff;
    address(register, to + page);
    put(word('addi', { rd: register, rs1: register, imm: -page }));
  }
  put(
    word('lui', { rd: COUNT, imm: (table.length + 0x800) & ~0xfff }),
    word('addi', { rd: COUNT, rs1: COUNT, imm: (table.length << 20) >> 20 }),
  );
  const head = at;
  const placed = slots.map((slot) => {
    slot.loads.forEach(({ file, number }, index) =>
      put(word(file === 'x' ? 'ld' : 'fld', { [file === 'x' ? 'rd' : 'fd']: number, rs1: TABLE_POINTER, imm: 8 * index })),
    );
    const here = at;
    put(...slot.words(at));
    const { file, number } = slot.result;
    put(word(file === 'x' ? 'sd' : 'fsd', { rs1: RESULT_POINTER, [file === 'x' ? 'rs2' : 'fs2']: number, imm: 0 }));
    put(word('addi', { rd: RESULT_POINTER, rs1: RESULT_POINTER, imm: 8 }));
    return { slot, at: here };
  });
  put(word('addi', { rd: TABLE_POINTER, rs1: TABLE_POINTER, imm: 8 * width }), word('addi', { rd: COUNT, rs1: COUNT, imm: -1 }));
  put(word('beq', { rs1: COUNT, rs2: 0, imm: 8 }), word('jal', { rd: 0, imm: head - at - 4 }));
  put(word('lui', { rd: 5, imm: FINISHER }), word('sw', { rs1: 5, rs2: 5, imm: 0 }), word('jal', { rd: 0, imm: 0 }));

  test.reset();
  test.load(RAM_BASE, bytesOf(words));
  test.load(TABLE, new Uint8Array(BigUint64Array.from(table.flat()).buffer));
  // A trap would be a wrong result: it ends at address 0, which is no memory.
  test.state.pc = BigInt(RAM_BASE);
  test.run();
  const results = Array.from({ length: slots.length * table.length }, (_, index) =>
    test.view.getBigUint64(RESULTS - RAM_BASE + index * 8, true),
  );
  return { results, placed };
}
