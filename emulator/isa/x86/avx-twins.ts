/**
 * AVX's and AVX2's twins of the rows of SSE (SDM, volume 1, sections 14.1 and 14.7): the same meaning for each half, with a
 * destination of its own.
 */
import type { Value } from '../value.ts';
import { ciphers } from './ciphers.ts';
import type { Cpu } from './cpu.ts';
import { HalfPlace, pairOf, resultOf, setHalves, zeros } from './half-places.ts';
import type { Place, VectorPlace } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';
import { vectorFloats } from './sse-float.ts';
import { vectorIntegers } from './sse-integer.ts';
import { vectorMoves } from './sse-moves.ts';
import { vectorRounding } from './sse4-float.ts';
import { vectorExtras } from './sse4.ts';
import { stringComparisons } from './string-compare.ts';

type Meaning = (cpu: Cpu, to: VectorPlace, from: VectorPlace, control?: Value) => void;
const OPCODE = /^(NP|66|F2|F3) 0F( 38| 3A)? ([0-9A-Fa-f]{2}) (\/\w)( ib)? \|/;

/** The opcode column of a twin. */
function column({ name, text }: X86Row, length: 'L' | 'LIG' | '128'): { codes: string; immediate: boolean } {
  const [, prefix = '', map = '', opcode = '', modrm = '', immediate] = OPCODE.exec(text) ?? [];
  if (!prefix) throw new Error(`${name} has no opcode for a twin`);
  return { codes: `VEX.${length}.${prefix}.0F${map.trim()}.WIG ${opcode.toUpperCase()} ${modrm}${immediate ?? ''}`, immediate: immediate !== undefined };
}
const traitsOf = ({ traits }: X86Row): X86Traits => ({ rare: true, ...(traits.float ? { float: true } : {}) });
/** An immediate's bits for the upper half, where it is not the same for both. */
const HIGH_CONTROL: Readonly<Record<string, number>> = { blendps: 4, blendpd: 2, shufpd: 2, mpsadbw: 3 };
const controlOf = (cpu: Cpu, { name }: X86Row, control: Value | undefined, half: 'low' | 'high') => {
  const shift = HIGH_CONTROL[name];
  return control && half === 'high' && shift !== undefined ? cpu.shrU(control, cpu.i64(shift)) : control;
};
const STAGED = /^dpp[sd]$/;
/** The two forms of a text: operands, and an immediate behind them. */
const operandsOf = (operands: string, immediate: boolean) => ` | ${operands}${immediate ? ', uimm' : ''}`;

/** Of two vectors, both as long as the destination. */
function binary(row: X86Row, length: 'L' | '128' = 'L'): X86Row {
  const { codes, immediate } = column(row, length);
  const mean = row.meaning as unknown as Meaning;
  const text = `${codes}${operandsOf('ymm, vymm, ymm/m*', immediate)}` as 'VEX. | ymm, vymm, ymm/m*, uimm';
  return instruction(`v${row.name}`, text, (cpu, to, first, second, control) => {
    const b = pairOf(cpu, second);
    const a = pairOf(cpu, first);
    const make = (half: 'low' | 'high') =>
      resultOf(cpu, a[half], (place) => mean(cpu, place, new HalfPlace(cpu, () => b[half]), controlOf(cpu, row, control, half)), STAGED.test(row.name));
    setHalves(cpu, to, make, checkOf(cpu, row));
  }, traitsOf(row));
}
/** The exceptions of both halves are raised together. */
const checkOf = (cpu: Cpu, { traits }: X86Row): (() => void) | undefined => (traits.float ? () => cpu.checkFloat() : undefined);
/** Of one. */
function unary(row: X86Row, length: 'L' | '128' = 'L', memoryOnly = false): X86Row {
  const { codes, immediate } = column(row, length);
  const mean = row.meaning as unknown as Meaning;
  const text = `${codes}${operandsOf(`ymm, ${memoryOnly ? 'm*' : 'ymm/m*'}`, immediate)}` as 'VEX. | ymm, ymm/m*, uimm';
  return instruction(`v${row.name}`, text, (cpu, to, from, control) => {
    const given = pairOf(cpu, from);
    const make = (half: 'low' | 'high') =>
      resultOf(cpu, given[half], (place) => mean(cpu, place, new HalfPlace(cpu, () => given[half]), controlOf(cpu, row, control, half)));
    setHalves(cpu, to, make, checkOf(cpu, row));
  }, { ...traitsOf(row), ...(memoryOnly && row.name === 'movntdqa' ? { aligned: true } : {}) });
}
/** The lowest element anew, the rest of the first source, zeros above. */
function scalar(row: X86Row): X86Row {
  const { codes, immediate } = column(row, 'LIG');
  const mean = row.meaning as unknown as Meaning;
  const bits = /m(32|64)/.exec(row.text)?.[1] ?? '64';
  const text = `${codes}${operandsOf(`xmm, vxmm, xmm/m${bits}`, immediate)}` as 'VEX. | xmm, vxmm, xmm/m64, uimm';
  return instruction(`v${row.name}`, text, (cpu, to, first, second, control) => {
    const lane = cpu.let(second.lane());
    const from = new HalfPlace(cpu, () => cpu.vector(lane, cpu.i64(0)), { lane: () => lane });
    const result = resultOf(cpu, cpu.let(first.low()), (place) => mean(cpu, place, from, control));
    cpu.checkFloat();
    to.set(result);
  }, traitsOf(row));
}
/** Shifts whose count is a vector of 128 bits, or an immediate. */
function shiftByVector(row: X86Row): X86Row {
  const { codes } = column(row, 'L');
  const mean = row.meaning as unknown as Meaning;
  return instruction(`v${row.name}`, `${codes} | ymm, vymm, xmm/m128` as 'VEX. | ymm, vymm, xmm/m128', (cpu, to, first, second) => {
    const count = cpu.let(second.low());
    const a = pairOf(cpu, first);
    setHalves(cpu, to, (half) => resultOf(cpu, a[half], (place) => mean(cpu, place, new HalfPlace(cpu, () => count))));
  }, traitsOf(row));
}
function shiftByImmediate(row: X86Row): X86Row {
  const { codes } = column(row, 'L');
  const mean = row.meaning as unknown as (cpu: Cpu, to: VectorPlace, count: Value) => void;
  return instruction(`v${row.name}`, `${codes} | vymm, ymm, uimm` as 'VEX. | vymm, ymm, uimm', (cpu, to, from, count) => {
    const a = pairOf(cpu, from);
    setHalves(cpu, to, (half) => resultOf(cpu, a[half], (place) => mean(cpu, place, count)));
  }, traitsOf(row));
}
/** From a general register or to one. */
function fromGeneral(row: X86Row): X86Row {
  const { codes } = column(row, 'LIG');
  const mean = row.meaning as unknown as (cpu: Cpu, to: VectorPlace, from: Place) => void;
  return instruction(`v${row.name}`, `${codes} | xmm, vxmm, r/my` as 'VEX. | xmm, vxmm, r/my', (cpu, to, first, second) => {
    const result = resultOf(cpu, cpu.let(first.low()), (place) => mean(cpu, place, second));
    cpu.checkFloat();
    to.set(result);
  }, traitsOf(row));
}
function toGeneral(row: X86Row): X86Row {
  const { codes } = column(row, 'LIG');
  const mean = row.meaning as unknown as (cpu: Cpu, to: Place, from: VectorPlace) => void;
  const bits = /m(32|64)/.exec(row.text)?.[1] ?? '64';
  return instruction(`v${row.name}`, `${codes} | ry, xmm/m${bits}` as 'VEX. | ry, xmm/m64', (cpu, to, from) => {
    const lane = cpu.let(from.lane());
    mean(cpu, to, new HalfPlace(cpu, () => cpu.vector(lane, cpu.i64(0)), { lane: () => lane }));
  }, { ...traitsOf(row) });
}
/** Those that only set flags, or registers by nature. */
function comparison(row: X86Row, length: 'LIG' | '128'): X86Row {
  const { codes, immediate } = column(row, length);
  const mean = row.meaning as unknown as Meaning;
  const bits = /m(32|64|128)/.exec(row.text)?.[1] ?? '128';
  const text = `${codes}${operandsOf(`xmm, xmm/m${bits}`, immediate)}` as 'VEX. | xmm, xmm/m128, uimm';
  return instruction(`v${row.name}`, text, (cpu, first, second, control) => {
    const b = cpu.let(second.low());
    mean(cpu, new HalfPlace(cpu, () => first.low()), new HalfPlace(cpu, () => b), control);
    for (const number of row.traits.usesVectors ?? []) cpu.setVector(cpu.register('ymmHigh', number), zeros(cpu));
  }, { ...row.traits, rare: true, sizes: row.sizes, spelling: { 64: `v${row.traits.spelling?.[64] ?? row.name}` } });
}

const all = [...vectorMoves, ...vectorIntegers, ...vectorFloats, ...vectorExtras, ...vectorRounding, ...ciphers];
/** Rows of a name; some have several. */
const named = (names: string, operands?: RegExp): X86Row[] =>
  names.split(' ').flatMap((name) => {
    const found = all.filter((row) => row.name === name && (operands?.test(row.text) ?? true));
    if (found.length === 0) throw new Error(`no row ${name} to make a twin of`);
    return found;
  });
const isShift = ({ name }: X86Row) => /^ps(ll|rl|ra)/.test(name);
const integers = vectorIntegers.filter((row) => /\| xmm, xmm\/m128$/.test(row.text));

export const vexTwins: readonly X86Row[] = [
  ...integers.filter((row) => !isShift(row) && !row.name.startsWith('pabs')).map((row) => binary(row)),
  ...integers.filter(isShift).map(shiftByVector),
  ...vectorIntegers.filter((row) => isShift(row) && row.text.endsWith('| xmm, uimm')).map(shiftByImmediate),
  ...named('psrldq pslldq').map(shiftByImmediate),
  ...named('unpcklps unpckhps unpcklpd unpckhpd punpcklbw punpcklwd punpckldq punpcklqdq punpckhbw punpckhwd punpckhdq punpckhqdq').map((row) => binary(row)),
  ...named('shufps shufpd palignr pshufb andps andpd andnps andnpd orps orpd xorps xorpd pand pandn por pxor').map((row) => binary(row)),
  ...named('pminsb pminsd pminuw pminud pmaxsb pmaxsd pmaxuw pmaxud pmulld pmuldq pcmpeqq packusdw pcmpgtq').map((row) => binary(row)),
  ...named('blendps blendpd pblendw mpsadbw dpps').map((row) => binary(row)),
  ...named('addps addpd mulps mulpd subps subpd divps divpd minps minpd maxps maxpd addsubps addsubpd haddps haddpd hsubps hsubpd').map((row) => binary(row)),
  ...named('dppd aesenc aesenclast aesdec aesdeclast pclmulqdq').map((row) => binary(row, '128')),
  ...named('pabsb pabsw pabsd pshufd pshufhw pshuflw movsldup movshdup sqrtps sqrtpd rcpps rsqrtps roundps roundpd cvtdq2ps cvtps2dq cvttps2dq').map((row) => unary(row)),
  ...named('phminposuw aesimc aeskeygenassist').map((row) => unary(row, '128')),
  ...named('lddqu movntdqa').map((row) => unary(row, 'L', true)),
  ...named('addss addsd mulss mulsd subss subsd divss divsd minss minsd maxss maxsd sqrtss sqrtsd rcpss rsqrtss roundss roundsd cvtss2sd cvtsd2ss').map(scalar),
  ...named('cvtsi2ss cvtsi2sd').map(fromGeneral),
  ...named('cvttss2si cvttsd2si cvtss2si cvtsd2si').map(toGeneral),
  ...named('ucomiss ucomisd comiss comisd').map((row) => comparison(row, 'LIG')),
  ...stringComparisons.map((row) => comparison(row, '128')),
];
