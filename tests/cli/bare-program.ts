/** Tiny riscv64 programs for `--bare`, put together from a handful of encodings (unprivileged manual, chapter 35). */

const UART = 0x10000; // upper 20 bits of the UART's address
const FINISHER = 0x100; // of the test finisher's
const [T0, T1, T2, T3] = [5, 6, 7, 28] as const;

const lui = (rd: number, upper: number) => (upper << 12) | (rd << 7) | 0x37;
const addi = (rd: number, rs1: number, imm: number) => ((imm & 0xfff) << 20) | (rs1 << 15) | (rd << 7) | 0x13;
const andi = (rd: number, rs1: number, imm: number) => ((imm & 0xfff) << 20) | (rs1 << 15) | (7 << 12) | (rd << 7) | 0x13;
const lbu = (rd: number, rs1: number, imm: number) => ((imm & 0xfff) << 20) | (rs1 << 15) | (4 << 12) | (rd << 7) | 0x03;
const sb = (rs2: number, rs1: number) => (rs2 << 20) | (rs1 << 15) | 0x23;
const sw = (rs2: number, rs1: number) => (rs2 << 20) | (rs1 << 15) | (2 << 12) | 0x23;
/** Branches with a byte offset from -4096 to 4094. */
const branch = (funct3: number, rs1: number, rs2: number, offset: number) =>
  (((offset >> 12) & 1) << 31) |
  (((offset >> 5) & 0x3f) << 25) |
  (rs2 << 20) |
  (rs1 << 15) |
  (funct3 << 12) |
  (((offset >> 1) & 0xf) << 8) |
  (((offset >> 11) & 1) << 7) |
  0x63;

const words = (...instructions: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(instructions.length * 4);
  instructions.forEach((word, index) => new DataView(bytes.buffer).setUint32(index * 4, word >>> 0, true));
  return bytes;
};
const print = (text: string) => [lui(T0, UART), ...[...text].flatMap((character) => [addi(T1, 0, character.charCodeAt(0)), sb(T1, T0)])];
/** The finisher's "fail with this code" is 0x3333 below the code, its "pass" 0x5555. */
const finish = (code: number) => [
  lui(T2, FINISHER),
  ...(code === 0 ? [lui(T3, 5), addi(T3, T3, 0x555)] : [lui(T3, (code << 4) + 3), addi(T3, T3, 0x333)]),
  sw(T3, T2),
  branch(0, 0, 0, 0),
];

/** Prints a text and ends with a code. */
export const printsAndEnds = (text: string, code: number): Uint8Array => words(...print(text), ...finish(code));
/** Prints a text and then does nothing for ever. */
export const printsAndStays = (text: string): Uint8Array => words(...print(text), branch(0, 0, 0, 0));
/** Prints a greeting, then echoes what it reads until a `q`, then ends. */
export const echoesUntilQ = (greeting = ''): Uint8Array =>
  words(
    ...print(greeting),
    lui(T0, UART),
    lbu(T1, T0, 5), // line status
    andi(T1, T1, 1), // data ready
    branch(0, T1, 0, -8), // not yet
    lbu(T1, T0, 0),
    sb(T1, T0),
    addi(T2, 0, 'q'.charCodeAt(0)),
    branch(1, T1, T2, -24),
    ...finish(0),
  );
/** Prints one character for ever. */
export const floods = (character: string): Uint8Array => words(...print(character), branch(0, 0, 0, -4));
