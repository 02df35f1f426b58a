/**
 * Streams as one program: for each, registers are loaded, the body runs in a loop, and every register is stored. The same
 * image runs in our core and, as an ELF, under qemu-riscv64 at the same addresses; it ends with write(2) and exit(2),
 * whose first ECALL is where our core stops.
 */
import { REGISTER, POINTER_AT, SCRATCH_BYTES } from './operands.ts';
import { type Stream, word } from './stream.ts';

export const ORIGIN = 0x8000_0000;
const PAGE = 4096;
/** x, f and fcsr. */
export const DUMP_BYTES = 65 * 8;
/** What a stream begins with: the same, then its scratch buffer. */
const INITIAL_BYTES = DUMP_BYTES;

export interface Image {
  readonly bytes: Uint8Array;
  /** Offsets in the image. */
  readonly dump: number;
  readonly dumpBytes: number;
  /** Offset of the first stream's result in the dump; each has `RESULT_BYTES`. */
  readonly streams: readonly Stream[];
}
/** A stream's registers and its scratch buffer afterwards. */
export const RESULT_BYTES = DUMP_BYTES + SCRATCH_BYTES;

class CodeWriter {
  readonly #parcels: number[] = [];
  get at(): number {
    return this.#parcels.length * 2;
  }
  put(...words: readonly number[]): void {
    for (const each of words) {
      this.#parcels.push(each & 0xffff);
      if ((each & 3) === 3) this.#parcels.push((each >>> 16) & 0xffff);
    }
  }
  op(name: string, operands: Readonly<Record<string, number>>): void {
    this.put(word(name, operands));
  }
  /** A register gets the address at an offset of the image. */
  address(rd: number, offset: number): void {
    const distance = offset - this.at;
    const low = (distance << 20) >> 20;
    this.op('auipc', { rd, imm: (distance - low) | 0 });
    this.op('addi', { rd, rs1: rd, imm: low });
  }
  bytes(): Uint8Array {
    return new Uint8Array(Uint16Array.from(this.#parcels).buffer);
  }
}

/** Lays streams out; the code's size is only known once written, so it is written twice. */
export function makeImage(streams: readonly Stream[]): Image {
  const sizeGuess = align(writeCode(streams, 0x10_0000, 0x10_0000).length);
  const initial = sizeGuess;
  const dump = align(initial + streams.length * INITIAL_BYTES);
  const code = writeCode(streams, initial, dump);
  const dumpBytes = streams.length * RESULT_BYTES;
  const bytes = new Uint8Array(align(dump + dumpBytes));
  bytes.set(code);
  const view = new DataView(bytes.buffer);
  streams.forEach(({ x, f, fcsr, scratch }, index) => {
    const from = initial + index * INITIAL_BYTES;
    const into = dump + index * RESULT_BYTES + DUMP_BYTES;
    const pointer = (register: number) => (POINTER_AT as Record<number, number>)[register];
    x.forEach((value, register) => {
      const offset = pointer(register);
      view.setBigUint64(from + register * 8, offset === undefined ? value : BigInt(ORIGIN + into + offset), true);
    });
    f.forEach((value, register) => view.setBigUint64(from + (32 + register) * 8, value, true));
    view.setBigUint64(from + 64 * 8, BigInt(fcsr), true);
    scratch.forEach((value, at) => view.setBigUint64(into + at * 8, value, true));
  });
  return { bytes, dump, dumpBytes, streams };
}

const align = (value: number) => Math.ceil(value / PAGE) * PAGE;

function writeCode(streams: readonly Stream[], initial: number, dump: number): Uint8Array {
  const code = new CodeWriter();
  streams.forEach((stream, index) => writeStream(code, stream, initial + index * INITIAL_BYTES, dump + index * RESULT_BYTES));
  // write(1, dump, bytes); exit(0): Linux system calls 64 and 93.
  const bytes = streams.length * RESULT_BYTES;
  code.op('addi', { rd: 10, rs1: 0, imm: 1 });
  code.address(11, dump);
  code.op('lui', { rd: 12, imm: (bytes + 0x800) & ~0xfff });
  code.op('addi', { rd: 12, rs1: 12, imm: (bytes << 20) >> 20 });
  code.op('addi', { rd: 17, rs1: 0, imm: 64 });
  code.op('ecall', {});
  code.op('addi', { rd: 10, rs1: 0, imm: 0 });
  code.op('addi', { rd: 17, rs1: 0, imm: 93 });
  code.op('ecall', {});
  return code.bytes();
}

function writeStream(code: CodeWriter, stream: Stream, initial: number, dump: number): void {
  const { dump: base, outerCount, link, innerCount } = REGISTER;
  code.address(base, initial);
  code.op('ld', { rd: 5, rs1: base, imm: 64 * 8 });
  code.op('csrrw', { rd: 0, rs1: 5, csr: 3 });
  for (let n = 0; n < 32; n++) code.op('fld', { fd: n, rs1: base, imm: (32 + n) * 8 });
  for (let n = 1; n < 32; n++) if (n !== base) code.op('ld', { rd: n, rs1: base, imm: n * 8 });
  code.address(base, dump);
  code.op('addi', { rd: outerCount, rs1: 0, imm: stream.iterations });
  for (const register of [link, innerCount]) code.op('addi', { rd: register, rs1: 0, imm: 0 });
  const head = code.at;
  writeItems(code, stream);
  code.op('addi', { rd: outerCount, rs1: outerCount, imm: -1 });
  // The body may be longer than a branch reaches.
  code.op('beq', { rs1: outerCount, rs2: 0, imm: 8 });
  code.op('jal', { rd: 0, imm: head - code.at });
  for (let n = 1; n < 32; n++) code.op('sd', { rs1: base, rs2: n, imm: n * 8 });
  for (let n = 0; n < 32; n++) code.op('fsd', { rs1: base, fs2: n, imm: (32 + n) * 8 });
  code.op('csrrs', { rd: 5, rs1: 0, csr: 3 });
  code.op('sd', { rs1: base, rs2: 5, imm: 64 * 8 });
}

/** Where items were left out, a jump to one goes to the next that is there. */
function writeItems(code: CodeWriter, { items }: Stream): void {
  const places: { id: number; at: number }[] = [];
  let at = code.at;
  for (const { id, size } of items) {
    places.push({ id, at });
    at += size;
  }
  const end = at;
  const placeOf = (id: number) => places.find((place) => place.id >= id)?.at ?? end;
  for (const item of items) {
    const from = code.at;
    code.put(...item.words((id) => placeOf(id) - from));
    if (code.at - from !== item.size) throw new Error(`item ${item.id} takes ${code.at - from} bytes, not ${item.size}`);
  }
}
