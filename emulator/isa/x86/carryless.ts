/** PCLMULQDQ (SDM, volume 1, section 5.13): products of polynomials over two elements, 64 by 64 bits. */
import type { Value } from '../value.ts';
import type { Cpu } from './cpu.ts';

/** Every fourth bit. Of products of such numbers each sum of up to 15 ones stays within its four bits. */
const SPARSE = 0x1111_1111_1111_1111n;

/** The low 64 bits. Operands are taken apart into four sparse numbers each, so that carries end in bits that are then dropped. */
function lowProduct(cpu: Cpu, a: Value, b: Value): Value {
  const parts = (value: Value) => [0, 1, 2, 3].map((bit) => cpu.let(cpu.and(value, cpu.i64(SPARSE << BigInt(bit)))));
  const [as, bs] = [parts(a), parts(b)];
  let product: Value = cpu.i64(0);
  for (let residue = 0; residue < 4; residue++) {
    let sum: Value = cpu.i64(0);
    for (let first = 0; first < 4; first++) sum = cpu.xor(sum, cpu.mul(as[first] as Value, bs[(residue - first + 4) & 3] as Value));
    product = cpu.let(cpu.or(product, cpu.and(sum, cpu.i64(SPARSE << BigInt(residue)))));
  }
  return product;
}
/** The bits in the opposite order. */
function reversed(cpu: Cpu, value: Value): Value {
  let turned = value;
  for (const [by, kept] of [[1, 0x5555_5555_5555_5555n], [2, 0x3333_3333_3333_3333n], [4, 0x0f0f_0f0f_0f0f_0f0fn], [8, 0x00ff_00ff_00ff_00ffn], [16, 0x0000_ffff_0000_ffffn]] as const) {
    const given = turned;
    const swapped = cpu.or(cpu.and(cpu.shrU(given, cpu.i64(by)), cpu.i64(kept)), cpu.shl(cpu.and(given, cpu.i64(kept)), cpu.i64(by)));
    turned = cpu.let(swapped);
  }
  return cpu.let(cpu.rotl(turned, cpu.i64(32)));
}

/** Of the quadwords that bits 0 and 4 of the control choose. */
export function carrylessProduct(cpu: Cpu, first: Value, second: Value, given: Value): Value {
  const control = cpu.let(cpu.wrap(given));
  const choose = (vector: Value, bit: number) =>
    cpu.let(cpu.select(cpu.and(control, cpu.i32(bit)), cpu.lane(vector, 1), cpu.lane(vector, 0)));
  const [a, b] = [choose(first, 1), choose(second, 16)];
  const low = lowProduct(cpu, a, b);
  // Turned around, the high half is the low one of the operands turned around, one bit further on.
  const high = reversed(cpu, lowProduct(cpu, reversed(cpu, a), reversed(cpu, b)));
  return cpu.vector(low, cpu.shrU(high, cpu.i64(1)));
}
