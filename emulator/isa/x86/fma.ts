/** FMA3 (SDM, volume 1, section 14.5): products and sums with one rounding. The number's digits say which operands are multiplied. */
import type { Value } from '../value.ts';
import type { Cpu } from './cpu.ts';
import { asNumber, bitsOf, current, type Format, fromLanes, isNaN, laneBits, LANES } from './float-lanes.ts';
import { pairOf, setHalves } from './half-places.ts';
import type { WidePlace } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

/** Signs of product and addend: in every lane, or by whether its number is odd. */
interface Signs {
  readonly product: boolean;
  readonly addend: (lane: number) => boolean;
}
const always = (negative: boolean) => () => negative;
const KINDS: Readonly<Record<string, Signs>> = {
  fmadd: { product: false, addend: always(false) },
  fmsub: { product: false, addend: always(true) },
  fnmadd: { product: true, addend: always(false) },
  fnmsub: { product: true, addend: always(true) },
  fmaddsub: { product: false, addend: (lane) => (lane & 1) === 0 },
  fmsubadd: { product: false, addend: (lane) => (lane & 1) === 1 },
};

/** The number with the other sign; NaN are left alone. */
function negated(cpu: Cpu, format: Format, bits: Value): Value {
  const sign = format === 'f32' ? cpu.i32(0x8000_0000 | 0) : cpu.i64(1n << 63n);
  return cpu.let(cpu.select(isNaN(cpu, format, bits), bits, cpu.xor(bits, sign)));
}
function fused(cpu: Cpu, format: Format, { product, addend }: Signs, lane: number, [a, b, c]: readonly [Value, Value, Value]): Value {
  const first = product ? negated(cpu, format, a) : a;
  const third = addend(lane) ? negated(cpu, format, c) : c;
  const result = cpu.float.fma(current(cpu), asNumber(cpu, format, first), asNumber(cpu, format, b), asNumber(cpu, format, third));
  return cpu.let(bitsOf(cpu, format, result));
}
/** Which of destination, second and third operand are multiplied, then what is added. */
const ORDERS = { 132: [0, 2, 1], 213: [1, 0, 2], 231: [1, 2, 0] } as const;
type Order = keyof typeof ORDERS;
const ordered = <T>(order: Order, operands: readonly T[]): [T, T, T] => ORDERS[order].map((place) => operands[place]) as [T, T, T];

const packed = (format: Format, order: Order, signs: Signs) => (cpu: Cpu, to: WidePlace, second: WidePlace, third: WidePlace) => {
  const last = pairOf(cpu, third);
  const pairs = ordered(order, [pairOf(cpu, to), pairOf(cpu, second), last]);
  setHalves(cpu, to, (half) => {
    const lanes = Array.from({ length: LANES[format] }, (_, lane) => {
      const [a, b, c] = pairs.map((pair) => laneBits(cpu, format, pair[half], lane)) as [Value, Value, Value];
      return fused(cpu, format, signs, lane, [a, b, c]);
    });
    return fromLanes(cpu, format, lanes);
  }, () => cpu.checkFloat());
};
const scalar = (format: Format, order: Order, signs: Signs) => (cpu: Cpu, to: WidePlace, second: WidePlace, third: WidePlace) => {
  const low = (lane: Value) => cpu.let(format === 'f64' ? lane : cpu.wrap(lane));
  const last = low(third.lane());
  const operands = ordered(order, [low(to.lane()), low(second.lane()), last]);
  const result = fused(cpu, format, signs, 0, operands);
  cpu.checkFloat();
  const before = cpu.let(to.low());
  const rest = cpu.lane(before, 0);
  const lane = format === 'f64' ? result : cpu.or(cpu.and(rest, cpu.i64(~0xffff_ffffn)), cpu.extendU(result));
  to.set(cpu.let(cpu.vector(lane, cpu.lane(before, 1))));
};

const traits: X86Traits = { float: true, rare: true, first: 'both' };
const FIRST_OPCODE = { 132: 0x96, 213: 0xa6, 231: 0xb6 } as const;
/** By their opcodes from the first on; two for packed and scalar. */
const PLACES = { fmaddsub: 0, fmsubadd: 1, fmadd: 2, fmsub: 4, fnmadd: 6, fnmsub: 8 } as const;

export const fusedProducts: readonly X86Row[] = ([132, 213, 231] as const).flatMap((order) =>
  Object.entries(PLACES).flatMap(([kind, place]) =>
    (['f32', 'f64'] as const).flatMap((format) => {
      const signs = KINDS[kind] as Signs;
      const [w, letter, bits] = format === 'f32' ? ['W0', 's', 32] : ['W1', 'd', 64];
      const opcode = (further: number) => (FIRST_OPCODE[order] + place + further).toString(16).toUpperCase();
      const whole = instruction(
        `v${kind}${order}p${letter}`,
        `VEX.L.66.0F38.${w} ${opcode(0)} /r | ymm, vymm, ymm/m*` as 'VEX. | ymm, vymm, ymm/m*',
        packed(format, order, signs),
        traits,
      );
      if (place < 2) return [whole];
      const text = `VEX.LIG.66.0F38.${w} ${opcode(1)} /r | xmm, vxmm, xmm/m${bits}` as 'VEX. | xmm, vxmm, xmm/m64';
      return [whole, instruction(`v${kind}${order}s${letter}`, text, scalar(format, order, signs), traits)];
    })));
