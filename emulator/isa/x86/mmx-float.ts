/** Between MMX and floating point, and MASKMOVQ (SDM, volume 1, sections 5.5.2, 5.5.4, 5.6.1.5): SSE's and SSE2's uses of MMX registers. */
import type { Value } from '../value.ts';
import { type Cpu, GPR } from './cpu.ts';
import { type Format, fromDword, laneBits, toDword, TOWARDS_ZERO } from './float-lanes.ts';
import { enterMmx } from './mmx.ts';
import type { Place, VectorPlace } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

const join = (cpu: Cpu, low: Value, high: Value): Value => cpu.or(cpu.extendU(low), cpu.shl(cpu.extendU(high), cpu.i64(32)));
/** Two dwords become numbers. From memory nothing of the x87 unit changes. */
const fromDwords = (format: Format) => (cpu: Cpu, to: VectorPlace, from: Place) => {
  const given = cpu.let(from.get());
  const [low, high] = [0, 32].map((shift) => cpu.let(fromDword(format)(cpu, cpu.wrap(cpu.shrU(given, cpu.i64(shift)))))) as [Value, Value];
  cpu.checkFloat();
  if (!from.inMemory) enterMmx(cpu);
  if (format === 'f64') to.set(cpu.vector(low, high));
  else to.setLane(0, cpu.let(join(cpu, low, high)));
};
const toDwords = (format: Format, rounding?: number) => (cpu: Cpu, to: Place, from: VectorPlace) => {
  const given = cpu.let(from.get());
  const [low, high] = [0, 1].map((lane) => cpu.let(toDword(format, rounding)(cpu, laneBits(cpu, format, given, lane)))) as [Value, Value];
  cpu.checkFloat();
  enterMmx(cpu);
  to.set(cpu.let(join(cpu, low, high)));
};
/** Bytes whose mask has its sign set, at RDI: nothing is written where one of them cannot be. */
const maskedBytes = (cpu: Cpu, from: Place, mask: Place) => {
  const { memory } = cpu.instance;
  if (!memory) return;
  enterMmx(cpu);
  const address = cpu.linear(memory.ea, cpu.gpr(GPR.RDI));
  const [value, signs] = [cpu.let(from.get()), cpu.let(mask.get())];
  const chosen = (body: (at: Value, byte: number) => void) => {
    for (let byte = 0; byte < 8; byte++)
      cpu.when(cpu.wrap(cpu.and(cpu.shrU(signs, cpu.i64(8 * byte + 7)), cpu.i64(1))), () => body(cpu.add(address, cpu.i64(byte)), byte));
  };
  chosen((at) => cpu.probe(at, 1, 'store'));
  chosen((at, byte) => cpu.write(at, 1, cpu.shrU(value, cpu.i64(8 * byte))));
};

const float: X86Traits = { rare: true, float: true, mayTrap: true };
const writes: X86Traits = { ...float, first: 'write' };
export const mmxConversions: readonly X86Row[] = [
  instruction('cvtpi2ps',  'NP 0F 2A /r | xmm, mm/m64',  fromDwords('f32'), float),
  instruction('cvtpi2pd',  '66 0F 2A /r | xmm, mm/m64',  fromDwords('f64'), writes),
  instruction('cvttps2pi', 'NP 0F 2C /r | mm, xmm/m64',  toDwords('f32', TOWARDS_ZERO), writes),
  instruction('cvttpd2pi', '66 0F 2C /r | mm, xmm/m128', toDwords('f64', TOWARDS_ZERO), writes),
  instruction('cvtps2pi',  'NP 0F 2D /r | mm, xmm/m64',  toDwords('f32'), writes),
  instruction('cvtpd2pi',  '66 0F 2D /r | mm, xmm/m128', toDwords('f64'), writes),
  instruction('maskmovq',  'NP 0F F7 /r | mm, mm', maskedBytes, { rare: true, first: 'read', mayTrap: true, memory: 'string', uses: [GPR.RDI] }),
];
