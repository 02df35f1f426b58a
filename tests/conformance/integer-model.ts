/**
 * What the integer rows compute, on unbounded integers and written from the manual's text: it shares nothing with the rows.
 * Registers are their 64 bits, unsigned.
 */

export interface IntegerOperands {
  readonly a: bigint;
  readonly b: bigint;
  /** Sign-extended immediate, or shift amount. */
  readonly imm: bigint;
  /** Address of the instruction. */
  readonly pc: bigint;
}
export type IntegerResult = (operands: IntegerOperands) => bigint;

const signed = (value: bigint) => BigInt.asIntN(64, value);
const word = (value: bigint) => BigInt.asIntN(32, value);
const unsignedWord = (value: bigint) => BigInt.asUintN(32, value);
const truth = (value: boolean) => (value ? 1n : 0n);
const bits = (value: bigint, width: number) => Array.from({ length: width }, (_, index) => (value >> BigInt(index)) & 1n);
const bytes = (value: bigint) => Array.from({ length: 8 }, (_, index) => (value >> BigInt(8 * index)) & 0xffn);
const join = (parts: readonly bigint[], width: number) => parts.reduce((sum, part, index) => sum | (part << BigInt(width * index)), 0n);
const rotate = (value: bigint, by: bigint, width: bigint) => {
  const low = BigInt.asUintN(Number(width), value);
  return (low << by) | (low >> (width - by));
};
/** Zeros before the first one. */
const leading = (sequence: readonly bigint[]) => BigInt(sequence.includes(1n) ? sequence.indexOf(1n) : sequence.length);

function divide(a: bigint, b: bigint): bigint {
  return b === 0n ? -1n : a / b;
}
function remainder(a: bigint, b: bigint): bigint {
  return b === 0n ? a : a % b;
}

/** Two register operands. */
const twoRegisters: Record<string, (a: bigint, b: bigint) => bigint> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  sll: (a, b) => a << (b & 63n),
  slt: (a, b) => truth(signed(a) < signed(b)),
  sltu: (a, b) => truth(a < b),
  xor: (a, b) => a ^ b,
  srl: (a, b) => a >> (b & 63n),
  sra: (a, b) => signed(a) >> (b & 63n),
  or: (a, b) => a | b,
  and: (a, b) => a & b,
  addw: (a, b) => word(a + b),
  subw: (a, b) => word(a - b),
  sllw: (a, b) => word(a << (b & 31n)),
  srlw: (a, b) => word(unsignedWord(a) >> (b & 31n)),
  sraw: (a, b) => word(a) >> (b & 31n),

  mul: (a, b) => a * b,
  mulh: (a, b) => (signed(a) * signed(b)) >> 64n,
  mulhsu: (a, b) => (signed(a) * b) >> 64n,
  mulhu: (a, b) => (a * b) >> 64n,
  div: (a, b) => divide(signed(a), signed(b)),
  divu: (a, b) => divide(a, b),
  rem: (a, b) => remainder(signed(a), signed(b)),
  remu: (a, b) => remainder(a, b),
  mulw: (a, b) => word(a * b),
  divw: (a, b) => word(divide(word(a), word(b))),
  divuw: (a, b) => word(divide(unsignedWord(a), unsignedWord(b))),
  remw: (a, b) => word(remainder(word(a), word(b))),
  remuw: (a, b) => word(remainder(unsignedWord(a), unsignedWord(b))),

  'add.uw': (a, b) => b + unsignedWord(a),
  sh1add: (a, b) => b + 2n * a,
  'sh1add.uw': (a, b) => b + 2n * unsignedWord(a),
  sh2add: (a, b) => b + 4n * a,
  'sh2add.uw': (a, b) => b + 4n * unsignedWord(a),
  sh3add: (a, b) => b + 8n * a,
  'sh3add.uw': (a, b) => b + 8n * unsignedWord(a),

  andn: (a, b) => a & ~b,
  orn: (a, b) => a | ~b,
  xnor: (a, b) => ~(a ^ b),
  max: (a, b) => (signed(a) > signed(b) ? a : b),
  maxu: (a, b) => (a > b ? a : b),
  min: (a, b) => (signed(a) < signed(b) ? a : b),
  minu: (a, b) => (a < b ? a : b),
  rol: (a, b) => rotate(a, b & 63n, 64n),
  rolw: (a, b) => word(rotate(a, b & 31n, 32n)),
  ror: (a, b) => rotate(a, (64n - (b & 63n)) & 63n, 64n),
  rorw: (a, b) => word(rotate(a, (32n - (b & 31n)) & 31n, 32n)),

  bclr: (a, b) => a & ~(1n << (b & 63n)),
  bext: (a, b) => (a >> (b & 63n)) & 1n,
  binv: (a, b) => a ^ (1n << (b & 63n)),
  bset: (a, b) => a | (1n << (b & 63n)),
};

/** An immediate in place of the second register: these mean the same as the row beside them. */
const withImmediate: Readonly<Record<string, string>> = {
  addi: 'add',
  slti: 'slt',
  sltiu: 'sltu',
  xori: 'xor',
  ori: 'or',
  andi: 'and',
  slli: 'sll',
  srli: 'srl',
  srai: 'sra',
  addiw: 'addw',
  slliw: 'sllw',
  srliw: 'srlw',
  sraiw: 'sraw',
  rori: 'ror',
  roriw: 'rorw',
  bclri: 'bclr',
  bexti: 'bext',
  binvi: 'binv',
  bseti: 'bset',
};

const oneRegister: Record<string, (a: bigint) => bigint> = {
  clz: (a) => leading(bits(a, 64).reverse()),
  clzw: (a) => leading(bits(a, 32).reverse()),
  ctz: (a) => leading(bits(a, 64)),
  ctzw: (a) => leading(bits(a, 32)),
  cpop: (a) => bits(a, 64).reduce((sum, bit) => sum + bit),
  cpopw: (a) => bits(a, 32).reduce((sum, bit) => sum + bit),
  'sext.b': (a) => BigInt.asIntN(8, a),
  'sext.h': (a) => BigInt.asIntN(16, a),
  'zext.h': (a) => BigInt.asUintN(16, a),
  'orc.b': (a) =>
    join(
      bytes(a).map((byte) => (byte === 0n ? 0n : 0xffn)),
      8,
    ),
  rev8: (a) => join(bytes(a).reverse(), 8),
};

/** Compressed rows by what they do to their first register `a`, the second `b` and the immediate. */
const compressedRows: Record<string, IntegerResult> = {
  'c.addi4spn': ({ a, imm }) => a + imm,
  'c.addi': ({ a, imm }) => a + imm,
  'c.addiw': ({ a, imm }) => word(a + imm),
  'c.li': ({ imm }) => imm,
  'c.addi16sp': ({ a, imm }) => a + imm,
  'c.lui': ({ imm }) => imm,
  'c.srli': ({ a, imm }) => a >> imm,
  'c.srai': ({ a, imm }) => signed(a) >> imm,
  'c.andi': ({ a, imm }) => a & imm,
  'c.sub': ({ a, b }) => a - b,
  'c.xor': ({ a, b }) => a ^ b,
  'c.or': ({ a, b }) => a | b,
  'c.and': ({ a, b }) => a & b,
  'c.subw': ({ a, b }) => word(a - b),
  'c.addw': ({ a, b }) => word(a + b),
  'c.slli': ({ a, imm }) => a << imm,
  'c.mv': ({ b }) => b,
  'c.add': ({ a, b }) => a + b,
};

/** Every computing row by name; results are still to be cut to 64 bits. */
export const integerResults: Readonly<Record<string, IntegerResult>> = {
  ...Object.fromEntries(Object.entries(twoRegisters).map(([name, result]) => [name, ({ a, b }: IntegerOperands) => result(a, b)])),
  ...Object.fromEntries(
    Object.entries(withImmediate).map(([name, same]) => [
      name,
      ({ a, imm }: IntegerOperands) => (twoRegisters[same] as (a: bigint, b: bigint) => bigint)(a, BigInt.asUintN(64, imm)),
    ]),
  ),
  ...Object.fromEntries(Object.entries(oneRegister).map(([name, result]) => [name, ({ a }: IntegerOperands) => result(a)])),
  ...compressedRows,
  'slli.uw': ({ a, imm }) => unsignedWord(a) << imm,
  lui: ({ imm }) => imm,
  auipc: ({ pc, imm }) => pc + imm,
};

/** Whether a branch is taken. */
export const branchTaken: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  beq: (a, b) => a === b,
  bne: (a, b) => a !== b,
  blt: (a, b) => signed(a) < signed(b),
  bge: (a, b) => signed(a) >= signed(b),
  bltu: (a, b) => a < b,
  bgeu: (a, b) => a >= b,
  'c.beqz': (a) => a === 0n,
  'c.bnez': (a) => a !== 0n,
};

/** What an AMO stores, from the old value and the operand, both sign-extended from the access's width. */
export const amoStores: Readonly<Record<string, (old: bigint, operand: bigint) => bigint>> = {
  amoswap: (_, operand) => operand,
  amoadd: (old, operand) => old + operand,
  amoxor: (old, operand) => old ^ operand,
  amoand: (old, operand) => old & operand,
  amoor: (old, operand) => old | operand,
  amomin: (old, operand) => (old < operand ? old : operand),
  amomax: (old, operand) => (old > operand ? old : operand),
  amominu: (old, operand) => (BigInt.asUintN(64, old) < BigInt.asUintN(64, operand) ? old : operand),
  amomaxu: (old, operand) => (BigInt.asUintN(64, old) > BigInt.asUintN(64, operand) ? old : operand),
};
