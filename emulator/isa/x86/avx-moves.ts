/** AVX's moves (SDM, volume 1, section 14.1): vectors, parts of them, one element everywhere. */
import type { Value, VectorName } from '../value.ts';
import type { Cpu } from './cpu.ts';
import { HalfPlace, pairOf, resultOf, upper } from './half-places.ts';
import type { Place, VectorPlace, WidePlace } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';
import { vectorMoves } from './sse-moves.ts';
import { vectorExtras } from './sse4.ts';

const rare: X86Traits = { rare: true };
const hot: X86Traits = {};
const aligned: X86Traits = { aligned: true };

const move = (cpu: Cpu, to: WidePlace, from: WidePlace) => {
  const { low, high } = pairOf(cpu, from);
  to.set(low, high);
};
/** Both directions of a move. */
const moves = (name: string, prefix: 'NP' | '66' | 'F3', [load, store]: readonly [string, string], traits: X86Traits): X86Row[] => [
  instruction(name, `VEX.L.${prefix}.0F.WIG ${load} /r | ymm, ymm/m*` as 'VEX. | ymm, ymm/m*', move, traits),
  instruction(name, `VEX.L.${prefix}.0F.WIG ${store} /r | ymm/m*, ymm` as 'VEX. | ymm/m*, ymm', move, traits),
];

/** One element from memory alone, or into the lowest place of another vector. */
const single = (cpu: Cpu, to: WidePlace, first: WidePlace, from: WidePlace) => {
  const value = cpu.let(from.low());
  to.set(cpu.let(cpu.shuffle(value, first.low(), [0, 1, 2, 3, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31])));
};
const double = (cpu: Cpu, to: WidePlace, first: WidePlace, from: WidePlace) =>
  to.set(cpu.let(cpu.vector(from.lane(), cpu.lane(first.low(), 1))));
const half = (half: 0 | 1) => (cpu: Cpu, to: WidePlace, first: WidePlace, from: WidePlace) => {
  const lane = cpu.let(from.lane());
  const other = cpu.lane(first.low(), half === 0 ? 1 : 0);
  to.set(cpu.let(half === 0 ? cpu.vector(lane, other) : cpu.vector(other, lane)));
};
const storeHigh = (cpu: Cpu, to: WidePlace, from: WidePlace) => to.set(cpu.vector(cpu.lane(from.low(), 1), cpu.i64(0)));
const alone = (cpu: Cpu, to: WidePlace, from: WidePlace) => to.set(cpu.let(cpu.vector(from.lane(), cpu.i64(0))));
const lowest32 = (cpu: Cpu, to: WidePlace, from: WidePlace) => to.set(cpu.let(cpu.vector(cpu.zero32(from.lane()), cpu.i64(0))));
const doubled = (cpu: Cpu, to: WidePlace, from: WidePlace) => {
  const { low, high } = pairOf(cpu, from);
  const twice = (value: Value) => cpu.shuffle(value, value, [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7]);
  to.set(cpu.let(twice(low)), upper(cpu, () => twice(high)));
};
const doubledAlone = (cpu: Cpu, to: WidePlace, from: WidePlace) => {
  const lane = cpu.let(from.lane());
  to.set(cpu.vector(lane, lane));
};

/** Signs of all elements, the upper half's above the lower's. */
const mask = (name: VectorName, lanes: number) => (cpu: Cpu, to: Place, from: WidePlace) => {
  const { low, high } = pairOf(cpu, from);
  to.set(cpu.extendU(cpu.or(cpu.simd(name, low), cpu.shl(cpu.simd(name, high), cpu.i32(lanes)))));
};

const broadcast = (name: VectorName) => (cpu: Cpu, to: WidePlace, from: WidePlace) => {
  const lane = cpu.let(from.lane());
  const value = cpu.let(cpu.simd(name, name === 'i64x2.splat' ? lane : cpu.wrap(lane)));
  to.set(value, upper(cpu, () => value));
};
const broadcastHalf = (cpu: Cpu, to: WidePlace, from: WidePlace) => {
  const value = cpu.let(from.low());
  to.set(value, value);
};
const bit = (cpu: Cpu, control: Value, at = 0): Value => cpu.and(cpu.wrap(cpu.shrU(control, cpu.i64(at))), cpu.i32(1));
const extractHalf = (cpu: Cpu, to: WidePlace, from: WidePlace, control: Value) => {
  const { low, high } = pairOf(cpu, from);
  to.set(cpu.let(cpu.select(bit(cpu, control), high, low)));
};
const insertHalf = (cpu: Cpu, to: WidePlace, first: WidePlace, from: WidePlace, control: Value) => {
  const value = cpu.let(from.low());
  const { low, high } = pairOf(cpu, first);
  const where = cpu.let(bit(cpu, control));
  to.set(cpu.let(cpu.select(where, low, value)), cpu.let(cpu.select(where, value, high)));
};

/** Rows of SSE whose other operand is a general register. */
const found = (name: string, opcode: string): X86Row => {
  const row = [...vectorMoves, ...vectorExtras].find((each) => each.name === name && each.text.includes(opcode));
  if (!row) throw new Error(`no row ${name}`);
  return row;
};
const extract = (name: string, opcode: string, text: string, traits: X86Traits = rare): X86Row => {
  const mean = found(name, opcode).meaning as unknown as (cpu: Cpu, to: Place, from: VectorPlace, control: Value) => void;
  return instruction(`v${name}`, text as 'VEX. | r/my, xmm, uimm', (cpu, to, from, control) => mean(cpu, to, new HalfPlace(cpu, () => from.low()), control), traits);
};
const insert = (name: string, opcode: string, text: string, traits: X86Traits = rare): X86Row => {
  const mean = found(name, opcode).meaning as unknown as (cpu: Cpu, to: VectorPlace, from: Place, control: Value) => void;
  return instruction(`v${name}`, text as 'VEX. | xmm, vxmm, r/my, uimm', (cpu, to, first, from, control) =>
    to.set(resultOf(cpu, cpu.let(first.low()), (place) => mean(cpu, place, from, control))), traits);
};
const q = (name: string): X86Traits => ({ ...rare, spelling: { 64: name } });

export const vexMoves: readonly X86Row[] = [
  ...moves('vmovups', 'NP', ['10', '11'], hot), ...moves('vmovupd', '66', ['10', '11'], rare),
  ...moves('vmovaps', 'NP', ['28', '29'], { ...hot, ...aligned }), ...moves('vmovapd', '66', ['28', '29'], { ...rare, ...aligned }),
  ...moves('vmovdqa', '66', ['6F', '7F'], { ...hot, ...aligned }), ...moves('vmovdqu', 'F3', ['6F', '7F'], hot),
  instruction('vmovntps', 'VEX.L.NP.0F.WIG 2B /r | m*, ymm', move, { ...rare, ...aligned }),
  instruction('vmovntpd', 'VEX.L.66.0F.WIG 2B /r | m*, ymm', move, { ...rare, ...aligned }),
  instruction('vmovntdq', 'VEX.L.66.0F.WIG E7 /r | m*, ymm', move, { ...rare, ...aligned }),
  instruction('vmovss', 'VEX.LIG.F3.0F.WIG 10 /r | xmm, m32', lowest32, rare),
  instruction('vmovss', 'VEX.LIG.F3.0F.WIG 11 /r | m32, xmm', (_cpu, to, from) => to.set(from.low()), rare),
  instruction('vmovss', 'VEX.LIG.F3.0F.WIG 10 /r | xmm, vxmm, xmm', single, rare),
  instruction('vmovsd', 'VEX.LIG.F2.0F.WIG 10 /r | xmm, m64', alone, rare),
  instruction('vmovsd', 'VEX.LIG.F2.0F.WIG 11 /r | m64, xmm', (_cpu, to, from) => to.set(from.low()), rare),
  instruction('vmovsd', 'VEX.LIG.F2.0F.WIG 10 /r | xmm, vxmm, xmm', double, rare),
  // As stores these two have their operands the other way around.
  instruction('vmovss', 'VEX.LIG.F3.0F.WIG 11 /r | xmm/r, vxmm, xmm', single, { ...rare, apart: true }),
  instruction('vmovsd', 'VEX.LIG.F2.0F.WIG 11 /r | xmm/r, vxmm, xmm', double, { ...rare, apart: true }),
  instruction('vmovlps', 'VEX.128.NP.0F.WIG 12 /r | xmm, vxmm, m64', half(0), rare),
  instruction('vmovlpd', 'VEX.128.66.0F.WIG 12 /r | xmm, vxmm, m64', half(0), rare),
  instruction('vmovhlps', 'VEX.128.NP.0F.WIG 12 /r | xmm, vxmm, xmm', (cpu, to, first, from) => to.set(cpu.let(cpu.vector(cpu.lane(from.low(), 1), cpu.lane(first.low(), 1)))), rare),
  instruction('vmovlps', 'VEX.128.NP.0F.WIG 13 /r | m64, xmm', (_cpu, to, from) => to.set(from.low()), rare),
  instruction('vmovlpd', 'VEX.128.66.0F.WIG 13 /r | m64, xmm', (_cpu, to, from) => to.set(from.low()), rare),
  instruction('vmovhps', 'VEX.128.NP.0F.WIG 16 /r | xmm, vxmm, m64', half(1), rare),
  instruction('vmovhpd', 'VEX.128.66.0F.WIG 16 /r | xmm, vxmm, m64', half(1), rare),
  instruction('vmovlhps', 'VEX.128.NP.0F.WIG 16 /r | xmm, vxmm, xmm', half(1), rare),
  instruction('vmovhps', 'VEX.128.NP.0F.WIG 17 /r | m64, xmm', storeHigh, rare),
  instruction('vmovhpd', 'VEX.128.66.0F.WIG 17 /r | m64, xmm', storeHigh, rare),
  instruction('vmovd', 'VEX.128.66.0F.WIG 6E /r | xmm, r/my', (cpu, to, from) => to.set(cpu.vector(cpu.let(from.get()), cpu.i64(0))), q('vmovq')),
  instruction('vmovd', 'VEX.128.66.0F.WIG 7E /r | r/my, xmm', (cpu, to, from) => to.set(cpu.let(from.lane())), q('vmovq')),
  instruction('vmovq', 'VEX.128.F3.0F.WIG 7E /r | xmm, xmm/m64', alone, rare),
  instruction('vmovq', 'VEX.128.66.0F.WIG D6 /r | xmm/m64, xmm', alone, rare),
  instruction('vmovddup', 'VEX.128.F2.0F.WIG 12 /r | xmm, xmm/m64', doubledAlone, rare),
  instruction('vmovddup', 'VEX.256.F2.0F.WIG 12 /r | ymm, ymm/m*', doubled, { ...rare, apart: true }),
  instruction('vmovmskps', 'VEX.L.NP.0F.WIG 50 /r | r32, ymm', mask('i32x4.bitmask', 4), rare),
  instruction('vmovmskpd', 'VEX.L.66.0F.WIG 50 /r | r32, ymm', mask('i64x2.bitmask', 2), rare),
  instruction('vpmovmskb', 'VEX.L.66.0F.WIG D7 /r | r32, ymm', mask('i8x16.bitmask', 16), hot),
  instruction('vbroadcastss', 'VEX.L.66.0F38.W0 18 /r | ymm, xmm/m32', broadcast('i32x4.splat'), rare),
  instruction('vbroadcastsd', 'VEX.256.66.0F38.W0 19 /r | ymm, xmm/m64', broadcast('i64x2.splat'), rare),
  instruction('vbroadcastf128', 'VEX.256.66.0F38.W0 1A /r | ymm, m128', broadcastHalf, rare),
  instruction('vbroadcasti128', 'VEX.256.66.0F38.W0 5A /r | ymm, m128', broadcastHalf, rare),
  instruction('vpbroadcastb', 'VEX.L.66.0F38.W0 78 /r | ymm, xmm/m8', broadcast('i8x16.splat'), rare),
  instruction('vpbroadcastw', 'VEX.L.66.0F38.W0 79 /r | ymm, xmm/m16', broadcast('i16x8.splat'), rare),
  instruction('vpbroadcastd', 'VEX.L.66.0F38.W0 58 /r | ymm, xmm/m32', broadcast('i32x4.splat'), rare),
  instruction('vpbroadcastq', 'VEX.L.66.0F38.W0 59 /r | ymm, xmm/m64', broadcast('i64x2.splat'), rare),
  ...(['f', 'i'] as const).flatMap((kind) => [
    instruction(`vextract${kind}128`, `VEX.256.66.0F3A.W0 ${kind === 'f' ? '19' : '39'} /r ib | xmm/m128, ymm, uimm` as 'VEX. | xmm/m128, ymm, uimm', extractHalf, rare),
    instruction(`vinsert${kind}128`, `VEX.256.66.0F3A.W0 ${kind === 'f' ? '18' : '38'} /r ib | ymm, vymm, xmm/m128, uimm` as 'VEX. | ymm, vymm, xmm/m128, uimm', insertHalf, rare),
  ]),
  extract('pextrb', '14', 'VEX.128.66.0F3A.W0 14 /r ib | r/m32, xmm, uimm'),
  extract('pextrw', '15', 'VEX.128.66.0F3A.W0 15 /r ib | r/m32, xmm, uimm'),
  extract('pextrw', 'C5', 'VEX.128.66.0F.W0 C5 /r ib | r32, xmm, uimm', { ...rare, apart: true }),
  extract('pextrd', '16', 'VEX.128.66.0F3A.WIG 16 /r ib | r/my, xmm, uimm', q('vpextrq')),
  extract('extractps', '17', 'VEX.128.66.0F3A.WIG 17 /r ib | r/m32, xmm, uimm'),
  insert('pinsrb', '20', 'VEX.128.66.0F3A.W0 20 /r ib | xmm, vxmm, r/m32, uimm'),
  insert('pinsrw', 'C4', 'VEX.128.66.0F.W0 C4 /r ib | xmm, vxmm, r/m16, uimm'),
  insert('pinsrd', '22', 'VEX.128.66.0F3A.WIG 22 /r ib | xmm, vxmm, r/my, uimm', q('vpinsrq')),
  instruction('vzeroupper', 'VEX.128.NP.0F.WIG 77 |', (cpu) => cpu.clearFile('ymmHigh'), { vectors: true }),
  instruction('vzeroall', 'VEX.256.NP.0F.WIG 77 |', (cpu) => {
    cpu.clearFile('xmm');
    cpu.clearFile('ymmHigh');
  }, { ...rare, vectors: true, apart: true }),
  instruction('vldmxcsr', 'VEX.LZ.NP.0F.WIG AE /2 | m32', (cpu, from) => cpu.system('loadMxcsr', cpu.let(from.lane())), { ...rare, ends: true, mayTrap: true, first: 'read' }),
  instruction('vstmxcsr', 'VEX.LZ.NP.0F.WIG AE /3 | m32', (cpu, to) => cpu.ask('mxcsr', cpu.i32(0), cpu.i64(0), (value) => to.set(cpu.vector(value, cpu.i64(0)))), { ...rare, ends: true, mayTrap: true }),
];
