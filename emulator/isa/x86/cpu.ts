/** The words of the x86 rows, made of what the engines can do. */
import { type EngineCpu, extendCpu, type Register } from '../cpu.ts';
import type { Value } from '../value.ts';
import { type AddressOperands, checkSegment, EA, effectiveOffset, linear, segmentBase, type SegmentUse } from './address.ts';
import { floatWords } from './float-exceptions.ts';
import { FlagWords } from './flags.ts';
import type { Instance } from './instance.ts';
import type { Size } from './place.ts';
import { stackWords } from './stack-words.ts';

/** General registers by their encoding (SDM, volume 2, table 2-8). */
export const GPR = { RAX: 0, RCX: 1, RDX: 2, RBX: 3, RSP: 4, RBP: 5, RSI: 6, RDI: 7 } as const;

/** Vectors of the exceptions that rows raise themselves. */
export const VECTOR = { divideError: 0n, boundRange: 5n, invalidOpcode: 6n, deviceNotAvailable: 7n, generalProtection: 13n } as const;

function words(cpu: EngineCpu) {
  const flags = new FlagWords(cpu);
  const general = (number: number): Register => cpu.register('gpr', number);
  const own = {
    flags,
    /** The instruction for which the row is read at this moment. */
    instance: { size: 32, locked: false, repeat: 'none', flat: false, memory: undefined, register: cpu.i32(0), long: cpu.i32(0), aligned: false } as Instance,
    /** A general register by its number, all 64 bits. */
    gpr: (number: number) => cpu.get(general(number)),
    setGpr: (number: number, value: Value) => cpu.set(general(number), value),
    /** The low bits of a general register, zero-extended. */
    part: (number: number, size: Size) => {
      const value = cpu.get(general(number));
      return size === 64 ? value : size === 32 ? cpu.zero32(value) : cpu.and(value, cpu.i64(size === 16 ? 0xffff : 0xff));
    },
    setPart: (number: number, size: Size, value: Value) => {
      if (size === 64) return cpu.set(general(number), value);
      if (size === 32) return cpu.set(general(number), cpu.zero32(value));
      const mask = size === 16 ? 0xffffn : 0xffn;
      cpu.set(general(number), cpu.or(cpu.and(cpu.get(general(number)), cpu.i64(~mask)), cpu.and(value, cpu.i64(mask))));
    },

    /** What LEA computes. */
    effectiveOffset: (memory: AddressOperands) => effectiveOffset(cpu, memory),
    segmentBase: (ea: Value) => segmentBase(cpu, ea),
    /** An offset made a linear address, as the control `ea` says. */
    linear: (ea: Value, offset: Value) => cpu.let(linear(cpu, ea, offset)),

    /** Outside 64-bit mode: an access that the segment of the control `ea` does not let pass is an exception. */
    checkSegment: (ea: Value, address: Value, use: SegmentUse) =>
      cpu.when(cpu.and(ea, cpu.i32(EA.linear32)), () => checkSegment(cpu, ea, address, use)),

    ...stackWords(cpu),
    ...floatWords(cpu, () => (cpu as unknown as { system(name: string): void }).system('floatException')),

    /** Raises an exception without an error code, or with 0 as one, where the condition (i32) holds. */
    raiseWhen: (condition: Value, vector: bigint) => cpu.when(condition, () => cpu.operation('raise', cpu.i64(vector))),
    /**
     * Something the privileged half does (its name in `Architecture.operations`), with up to two operands. The state's
     * `nextPc` is the address behind the instruction, `operandSize` its size in bits.
     */
    system: (name: string, ...operands: Value[]) => {
      cpu.setField('nextPc', cpu.nextPc());
      cpu.setField('operandSize', cpu.i32((cpu as unknown as { readonly instance: Instance }).instance.size));
      cpu.operation(name, ...operands);
    },
  };
  return own;
}

/** What an x86 row may do. */
export type Cpu = EngineCpu & ReturnType<typeof words>;
export const x86Cpu = (engine: EngineCpu): Cpu => extendCpu(engine, words);
