/** Loads and stores of the elements that a mask chooses, and gathering loads (SDM, volume 1, sections 14.2 and 14.7). */
import type { Value } from '../value.ts';
import { type Cpu, GPR } from './cpu.ts';
import { type Pair, pairOf } from './half-places.ts';
import type { VectorPlace, WidePlace } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';
import { VectorAddresses } from './wide-places.ts';

type Bits = 32 | 64;
/** An element of a half, i64: of 32 bits zero-extended. */
function element(cpu: Cpu, vector: Value, bits: Bits, number: number): Value {
  if (bits === 64) return cpu.lane(vector, number as 0 | 1);
  const lane = cpu.lane(vector, (number >> 1) as 0 | 1);
  return number & 1 ? cpu.shrU(lane, cpu.i64(32)) : cpu.zero32(lane);
}
const signed = (cpu: Cpu, vector: Value, bits: Bits, number: number): Value =>
  bits === 64 ? element(cpu, vector, bits, number) : cpu.extend32S(element(cpu, vector, bits, number));
/** The sign of an element, i32. */
const isChosen = (cpu: Cpu, mask: Value, bits: Bits, number: number): Value =>
  cpu.wrap(cpu.and(cpu.shrU(element(cpu, mask, bits, number), cpu.i64(bits - 1)), cpu.i64(1)));
function joined(cpu: Cpu, bits: Bits, elements: readonly Value[]): Value {
  const [a, b, c, d] = elements as [Value, Value, Value, Value];
  if (bits === 64) return cpu.vector(a, b);
  const pair = (low: Value, high: Value) => cpu.or(low, cpu.shl(high, cpu.i64(32)));
  return cpu.vector(pair(a, b), pair(c, d));
}

/** Does something for each element: in the upper half only where the instruction is long. */
function eachElement(cpu: Cpu, bits: Bits, body: (half: 'low' | 'high', number: number, place: number) => void): void {
  const count = 128 / bits;
  for (let number = 0; number < count; number++) body('low', number, number);
  cpu.when(cpu.instance.long, () => {
    for (let number = 0; number < count; number++) body('high', number, count + number);
  });
}
/** Variables for all elements. */
const variables = (cpu: Cpu, bits: Bits) => Array.from({ length: 256 / bits }, () => cpu.variable(cpu.i64(0)));
function setElements(cpu: Cpu, to: WidePlace, bits: Bits, found: readonly { get(): Value }[]): void {
  const values = found.map((each) => each.get());
  const count = 128 / bits;
  to.set(cpu.let(joined(cpu, bits, values.slice(0, count))), cpu.let(joined(cpu, bits, values.slice(count))));
}
const bytesOf = (bits: Bits) => (bits / 8) as 4 | 8;

/** What the mask leaves out is 0, and its memory need not be there. */
const maskedLoad = (bits: Bits) => (cpu: Cpu, to: WidePlace, mask: WidePlace, from: WidePlace) => {
  const address = from.address();
  const masks = pairOf(cpu, mask);
  const found = variables(cpu, bits);
  eachElement(cpu, bits, (half, number, place) =>
    cpu.when(isChosen(cpu, masks[half], bits, number), () =>
      found[place]?.set(cpu.read(cpu.add(address, cpu.i64((place * bits) / 8)), bytesOf(bits), false))));
  setElements(cpu, to, bits, found);
};
/** Nothing is written where one of them cannot be. */
const maskedStore = (bits: Bits) => (cpu: Cpu, to: WidePlace, mask: WidePlace, from: WidePlace) => {
  const address = to.address();
  const [values, masks] = [pairOf(cpu, from), pairOf(cpu, mask)];
  const at = (place: number) => cpu.add(address, cpu.i64((place * bits) / 8));
  const chosen = (body: (half: 'low' | 'high', number: number, place: number) => void) =>
    eachElement(cpu, bits, (half, number, place) => cpu.when(isChosen(cpu, masks[half], bits, number), () => body(half, number, place)));
  chosen((_half, _number, place) => cpu.probe(at(place), bytesOf(bits), 'store'));
  chosen((half, number, place) => cpu.write(at(place), bytesOf(bits), element(cpu, values[half], bits, number)));
};

/** The same for bytes at RDI, by the signs of bytes. */
function maskedBytes(cpu: Cpu, from: Value, mask: Value): void {
  const { memory } = cpu.instance;
  if (!memory) return;
  const address = cpu.linear(memory.ea, cpu.gpr(GPR.RDI));
  const signs = cpu.let(cpu.simd('i8x16.bitmask', mask));
  const chosen = (body: (at: Value, byte: number) => void) => {
    for (let byte = 0; byte < 16; byte++)
      cpu.when(cpu.and(signs, cpu.i32(1 << byte)), () => body(cpu.add(address, cpu.i64(byte)), byte));
  };
  chosen((at) => cpu.probe(at, 1, 'store'));
  chosen((at, byte) => cpu.write(at, 1, cpu.shrU(cpu.lane(from, (byte >> 3) as 0 | 1), cpu.i64(8 * (byte & 7)))));
}

/**
 * Elements at the base plus an index each. A page that is missing lets the instruction begin anew: only loads have been done.
 * @param indexBits of an index; where indices are wider than elements the result has 128 bits or 64
 */
const gather = (bits: Bits, indexBits: Bits) => (cpu: Cpu, to: WidePlace, from: WidePlace, mask: WidePlace) => {
  if (!(from instanceof VectorAddresses)) return;
  const [before, masks, indices]: Pair[] = [pairOf(cpu, to), pairOf(cpu, mask), pairOf(cpu, from)] as [Pair, Pair, Pair];
  if (!before || !masks || !indices) return;
  const found = variables(cpu, bits);
  // How many elements there are follows from the wider of the two.
  eachElement(cpu, Math.max(bits, indexBits) as Bits, (_half, _number, place) => {
    const of = (width: Bits, pair: Pair) => [place < 128 / width ? pair.low : pair.high, place % (128 / width)] as const;
    const [maskHalf, number] = of(bits, masks);
    const [indexHalf, which] = of(indexBits, indices);
    const [beforeHalf] = of(bits, before);
    const to = found[place];
    cpu.when(
      isChosen(cpu, maskHalf, bits, number),
      () => to?.set(cpu.read(from.at(signed(cpu, indexHalf, indexBits, which)), bytesOf(bits), false)),
      () => to?.set(element(cpu, beforeHalf, bits, number)),
    );
  });
  mask.set(cpu.vector(cpu.i64(0), cpu.i64(0)));
  setElements(cpu, to, bits, found);
};

const rare: X86Traits = { rare: true };
const gathers: X86Traits = { rare: true, first: 'both', third: 'both', refuses: ({ alike }) => alike };
const masks = (name: string, [load, store]: readonly [string, string], w: 'W0' | 'W1', bits: Bits): X86Row[] => [
  instruction(name, `VEX.L.66.0F38.${w} ${load} /r | ymm, vymm, m*` as 'VEX. | ymm, vymm, m*', maskedLoad(bits), rare),
  instruction(name, `VEX.L.66.0F38.${w} ${store} /r | m*, vymm, ymm` as 'VEX. | m*, vymm, ymm', maskedStore(bits), rare),
];
const gatherRows = (prefix: string, letters: readonly [string, string], base: number): X86Row[] => {
  const [single, double] = letters;
  const hex = (value: number) => value.toString(16).toUpperCase();
  const of = (name: string, codes: string, operands: string, bits: Bits, indexBits: Bits) =>
    instruction(`${prefix}${name}`, `VEX.L.66.0F38.${codes} /r | ${operands}` as 'VEX. | ymm, vm32, vymm', gather(bits, indexBits), gathers);
  return [
    of(`d${single}`, `W0 ${hex(base)}`, 'ymm, vm32, vymm', 32, 32),
    of(`d${double}`, `W1 ${hex(base)}`, 'ymm, vm32x, vymm', 64, 32),
    of(`q${single}`, `W0 ${hex(base + 1)}`, 'xmm, vm64, vxmm', 32, 64),
    of(`q${double}`, `W1 ${hex(base + 1)}`, 'ymm, vm64, vymm', 64, 64),
  ];
};
const bytes: X86Traits = { rare: true, first: 'read', mayTrap: true, memory: 'string', uses: [GPR.RDI] };

export const vexMasked: readonly X86Row[] = [
  ...masks('vmaskmovps', ['2C', '2E'], 'W0', 32), ...masks('vmaskmovpd', ['2D', '2F'], 'W0', 64),
  ...masks('vpmaskmovd', ['8C', '8E'], 'W0', 32), ...masks('vpmaskmovq', ['8C', '8E'], 'W1', 64),
  ...gatherRows('vgather', ['ps', 'pd'], 0x92), ...gatherRows('vpgather', ['d', 'q'], 0x90),
  instruction('maskmovdqu',  '66 0F F7 /r | xmm, xmm', (cpu: Cpu, from: VectorPlace, mask: VectorPlace) => maskedBytes(cpu, cpu.let(from.get()), mask.get()), bytes),
  instruction('vmaskmovdqu', 'VEX.128.66.0F.WIG F7 /r | xmm, xmm', (cpu, from, mask) => maskedBytes(cpu, cpu.let(from.low()), mask.low()), bytes),
];
