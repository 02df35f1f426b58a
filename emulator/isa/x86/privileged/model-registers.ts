/** Model-specific registers (SDM, volume 4): those that CPUID announces; every other raises #GP. */
import { CR0, EFER, SEGMENT } from '../state.ts';
import { type Context, type CoreState, mayBeHeld, wide } from './context.ts';
import { Fault, VECTOR } from './fault.ts';
import { timeStamp } from './time-stamp.ts';
import type { LocalApic } from './local-apic.ts';

interface ModelRegister {
  read(core: Context, apic: LocalApic): bigint;
  /** Absent: writing raises #GP. @throws Fault for values that it does not take */
  write?(core: Context, value: bigint, apic: LocalApic): void;
}
type Wide = { [K in keyof CoreState]: CoreState[K] extends bigint ? K : never }[keyof CoreState];

const refuse = (): never => {
  throw new Fault(VECTOR.GP);
};
const holds = (name: Wide, allowed: (value: bigint) => boolean = () => true): ModelRegister => ({
  read: ({ state }) => state[name],
  write: ({ state }, value) => {
    if (!allowed(value)) refuse();
    state[name] = value;
  },
});
const constant = (value: bigint): ModelRegister => ({ read: () => value });
/** Holds nothing; writes are lost. */
const ignored = (value = 0n): ModelRegister => ({ read: () => value, write: () => undefined });
const segmentBase = (segment: number): ModelRegister => ({
  read: ({ state }) => wide(state.segmentBase, segment),
  write: ({ state }, value) => {
    if (!mayBeHeld(value)) refuse();
    state.segmentBase[segment] = value;
  },
});
const element = (name: 'mtrrFixed' | 'mtrrVariable', index: number): ModelRegister => ({
  read: ({ state }) => wide(state[name], index),
  write: ({ state }, value) => {
    state[name][index] = value;
  },
});

const EFER_KNOWN = EFER.SCE | EFER.LME | EFER.LMA | EFER.NXE;
const efer: ModelRegister = {
  read: ({ state }) => BigInt(state.efer),
  write: ({ state, engine }, value) => {
    if (value & ~BigInt(EFER_KNOWN)) refuse();
    const next = (Number(value) & ~EFER.LMA) | (state.efer & EFER.LMA);
    if ((next ^ state.efer) & EFER.LME && state.cr0 & CR0.PG) refuse();
    if ((next ^ state.efer) & EFER.NXE) engine.flush({ keepGlobal: false });
    state.efer = next;
    engine.modeChanged();
  },
};
const MEMORY_TYPES = new Set([0n, 1n, 4n, 5n, 6n, 7n]);
const validPat = (value: bigint) =>
  Array.from({ length: 8 }, (_, entry) => (value >> BigInt(8 * entry)) & 0xffn).every((type) => MEMORY_TYPES.has(type));

const setTimeStamp = ({ state, engine }: Context, value: bigint) => {
  const before = state.tscOffset;
  state.tscOffset = BigInt.asUintN(64, value - engine.nanoseconds());
  state.tscAdjust = BigInt.asUintN(64, state.tscAdjust + state.tscOffset - before);
};

const registers = new Map<number, ModelRegister>([
  [0x10, { read: (core) => timeStamp(core), write: setTimeStamp }],
  [0x17, constant(0n)],
  [0x1b, { read: ({ state }) => state.apicBase, write: (_core, value, apic) => apic.writeBase(value) }],
  [0x3a, ignored(1n)],
  [
    0x3b,
    {
      read: ({ state }) => state.tscAdjust,
      write: ({ state }, value) => {
        state.tscOffset = BigInt.asUintN(64, state.tscOffset + value - state.tscAdjust);
        state.tscAdjust = value;
      },
    },
  ],
  [0x8b, { read: () => 0x1n << 32n, write: () => undefined }],
  [0xce, constant(0n)],
  [0xfe, constant(0x508n)],
  [0x140, ignored()],
  [0x174, holds('sysenterCs')],
  [0x175, holds('sysenterEsp', mayBeHeld)],
  [0x176, holds('sysenterEip', mayBeHeld)],
  [0x179, constant(0n)],
  [0x17a, ignored()],
  [0x1a0, holds('miscEnable')],
  [0x277, holds('pat', validPat)],
  [0x2ff, holds('mtrrDefault')],
  [
    0x6e0,
    {
      read: (_core, apic) => apic.timer.deadlineRegister,
      write: (_core, value, apic) => (apic.timer.deadlineRegister = value),
    },
  ],
  [0xc000_0080, efer],
  [0xc000_0081, holds('star')],
  [0xc000_0082, holds('lstar', mayBeHeld)],
  [0xc000_0083, holds('cstar', mayBeHeld)],
  [
    0xc000_0084,
    {
      read: ({ state }) => BigInt(state.fmask),
      write: ({ state }, value) => {
        if (value >> 32n) refuse();
        state.fmask = Number(value);
      },
    },
  ],
  [0xc000_0100, segmentBase(SEGMENT.FS)],
  [0xc000_0101, segmentBase(SEGMENT.GS)],
  [0xc000_0102, holds('kernelGsBase', mayBeHeld)],
  [0xc000_0103, holds('tscAux', (value) => value >> 32n === 0n)],
]);
for (let index = 0; index < 16; index++) registers.set(0x200 + index, element('mtrrVariable', index));
[0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f].forEach((number, index) =>
  registers.set(number, element('mtrrFixed', index)),
);

const find = (number: number): ModelRegister => registers.get(number >>> 0) ?? refuse();

/** RDMSR. @throws Fault */
export const readModelRegister = (core: Context, apic: LocalApic, number: number): bigint => find(number).read(core, apic);
/** WRMSR. @throws Fault */
export function writeModelRegister(core: Context, apic: LocalApic, number: number, value: bigint): void {
  const { write } = find(number);
  if (!write) return refuse();
  write(core, value, apic);
}
