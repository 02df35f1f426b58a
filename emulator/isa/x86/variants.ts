/** The engine's rows: each row of the manual in all the shapes that its encoding can take. */
import type { EngineCpu, Register } from '../cpu.ts';
import type { ImplicitRegister, Operand, OperandNumbers } from '../row.ts';
import type { Value } from '../value.ts';
import { type AddressOperands, EA_BITS } from './address.ts';
import { type Cpu, VECTOR } from './cpu.ts';
import { FLAGS_FILE } from './flags.ts';
import type { OperandSpec } from './notation.ts';
import type { Place, Size, VectorPlace, WidePlace } from './place.ts';
import { HighBytePlace, MemoryPlace, RegisterPlace, VectorMemoryPlace, VectorRegisterPlace } from './places.ts';
import { operandName } from './operand-names.ts';
import { accessOf, FORM, type WideGiven, wideOperands, widePlace } from './wide-operands.ts';
import { isRare } from './rarity.ts';
import type { Access, Concrete, Variant, X86Row } from './row.ts';
import type { WideSize } from './vex-notation.ts';

/** Which of a row's shapes an instruction has. */
export interface Shape {
  readonly size: Size;
  readonly memory: boolean;
  /** For each operand whether it is one of AH, CH, DH, BH. */
  readonly high: number;
  readonly locked: boolean;
  readonly repeat: Variant['repeat'];
  /** Of one that uses the stack or goes to an offset: segments are flat, see DECODING. */
  readonly flat: boolean;
}
const REPEATS = ['none', 'rep', 'repne'] as const;
/** A small number for a shape, by which variants are found. */
export const packShape = ({ size, memory, high, locked, repeat, flat }: Shape): number =>
  (31 - Math.clz32(size) - 3) | (memory ? 4 : 0) | (high << 3) | (locked ? 0x40 : 0) | (repeat === 'none' ? 0 : repeat === 'rep' ? 0x80 : 0x100) | (flat ? 0x200 : 0);
/** Whether a row has a shape of its own for flat segments: it uses the stack, or goes to an offset that it has read. */
export const hasFlatShape = ({ traits: { defaults, mayTrap } }: X86Row): boolean => defaults === 'stack' || (defaults === 'near' && mayTrap === true);

export const operandSize = (spec: OperandSpec, size: Size): Size =>
  spec.size === '*' || spec.size === 'y' || spec.size === undefined || spec.size === 128 ? size : spec.size;

function concreteOf(spec: OperandSpec, index: number, shape: Shape, row: X86Row): Concrete {
  const size = operandSize(spec, shape.size);
  const inMemory = spec.slot !== 'fixed' && (spec.slot !== 'rm' || shape.memory);
  switch (spec.kind) {
    case 'gpr':
      return { is: (shape.high >> index) & 1 ? 'high' : 'register', size };
    case 'gpr/m':
      return inMemory ? { is: 'memory', size } : { is: (shape.high >> index) & 1 ? 'high' : 'register', size };
    case 'mem':
      if (spec.slot === 'immediate') return { is: 'moffs', size };
      return spec.text === 'm128' ? { is: 'vectorMemory', size: 128 } : { is: 'memory', size };
    case 'm':
      return { is: 'address', size };
    case 'xmm':
      return { is: 'vector' };
    case 'mm':
      return { is: 'mmx' };
    case 'mm/m':
      return inMemory ? { is: 'memory', size: 64 } : { is: 'mmx' };
    case 'xmm/m':
      return inMemory ? { is: 'vectorMemory', size: spec.size as 16 | 32 | 64 | 128 } : { is: 'vector' };
    case 'wide':
    case 'vsib':
      return { is: spec.kind, wide: spec.wide as WideSize };
    case 'wide/m':
      return { is: 'wideMemory', wide: spec.wide as WideSize };
    case 'imm':
      return { is: row.encoding.immediates.includes('iv') && shape.size === 64 ? 'immediate64' : 'immediate' };
    case 'uimm':
    case 'one':
      return { is: 'immediate' };
    case 'rel':
      return { is: 'distance' };
    default:
      return { is: 'control' };
  }
}

const register = (name: string, file: string, access: Access): Operand => ({ name, kind: 'register', file, access });
const MEMORY_OPERANDS: readonly Operand[] = [
  register('base', 'gpr', 'read'),
  register('index', 'gpr', 'read'),
  { name: 'ea', kind: 'control', bits: EA_BITS },
  { name: 'disp', kind: 'immediate' },
];

function engineOperands(concrete: readonly Concrete[], row: X86Row): Operand[] {
  const { traits } = row;
  const operands = concrete.flatMap((operand, index): readonly Operand[] => {
    const name = operandName(index);
    // Parts of registers leave the rest as it was.
    const access = accessOf(row, index);
    switch (operand.is) {
      case 'register':
      case 'high':
        return [register(name, 'gpr', access === 'write' && operand.size < 32 ? 'both' : access)];
      case 'vector':
        return [register(name, 'xmm', access)];
      case 'mmx':
        return [register(name, 'x87', access)];
      case 'memory':
      case 'address':
      case 'vectorMemory':
        return MEMORY_OPERANDS;
      case 'moffs':
        return [MEMORY_OPERANDS[2], MEMORY_OPERANDS[3], { name: 'above', kind: 'immediate' }] as readonly Operand[];
      case 'immediate':
      case 'distance':
        return [{ name, kind: 'immediate' }];
      case 'immediate64':
        return [
          { name, kind: 'immediate' },
          { name: 'above', kind: 'immediate' },
        ];
      case 'control':
        return [{ name, kind: 'control', bits: 4 }];
      case 'wide':
      case 'wideMemory':
      case 'vsib':
        return wideOperands(operand, index, row);
    }
  });
  if (concrete.some(isWide)) operands.push({ name: 'form', kind: 'control', bits: 2 });
  if (traits.numbered) operands.push({ name: 'number', kind: 'control', bits: 4 });
  return traits.memory === 'string' ? [...operands, { name: 'ea', kind: 'control', bits: EA_BITS }] : operands;
}

const isWide = ({ is }: Concrete): boolean => is === 'wide' || is === 'wideMemory' || is === 'vsib';

function implicitRegisters({ traits, encoding }: X86Row): ImplicitRegister[] {
  const { flags } = traits;
  const described = flags ? Object.values(FLAGS_FILE).map((number) => ({ file: 'flags', number, access: flags })) : [];
  const general = (traits.uses ?? []).map((number) => ({ file: 'gpr', number, access: 'both' }) as const);
  const vectors = (traits.usesVectors ?? []).flatMap((number) =>
    (encoding.vex ? ['xmm', 'ymmHigh'] : ['xmm']).map((file) => ({ file, number, access: 'both' }) as const));
  return [...described, ...general, ...vectors];
}

type Given = Readonly<Record<string, Register & Value>>;

/** An operand as the row's meaning takes it. */
function argument(cpu: Cpu, operand: Concrete, index: number, given: Given, writes: boolean | undefined): Place | VectorPlace | WidePlace | Value {
  const own = given[operandName(index)] as Register & Value;
  const memory = given as unknown as AddressOperands;
  switch (operand.is) {
    case 'register':
      return new RegisterPlace(cpu, operand.size, own);
    case 'mmx':
      return new RegisterPlace(cpu, 64, own);
    case 'high':
      return new HighBytePlace(cpu, own);
    case 'memory':
      return new MemoryPlace(cpu, operand.size, memory, { locked: cpu.instance.locked, ...(writes === undefined ? {} : { writes }) });
    case 'address':
      return new MemoryPlace(cpu, operand.size, memory, { locked: cpu.instance.locked });
    case 'vector':
      return new VectorRegisterPlace(cpu, own);
    case 'vectorMemory':
      return new VectorMemoryPlace(cpu, operand.size, memory, (condition) => cpu.raiseWhen(condition, VECTOR.generalProtection), writes);
    case 'moffs': {
      const disp = cpu.or(cpu.zero32(memory.disp), cpu.shl(given['above'] as Value, cpu.i64(32)));
      return new MemoryPlace(cpu, operand.size, { ea: memory.ea, disp }, writes === undefined ? {} : { writes });
    }
    case 'immediate64':
      return cpu.or(cpu.zero32(own), cpu.shl(given['above'] as Value, cpu.i64(32)));
    case 'wide':
    case 'wideMemory':
    case 'vsib':
      return widePlace(cpu, operand, index, given as unknown as WideGiven);
    default:
      return own;
  }
}

/** What must be enabled. */
function needsOf(concrete: readonly Concrete[], { traits }: X86Row): Pick<Variant, 'needs'> {
  if (concrete.some(isWide) || traits.vectors) return { needs: { field: 'avxUsable', operation: 'refuseVectors' } };
  const isSse = concrete.some(({ is }) => is === 'vector' || is === 'vectorMemory');
  return isSse ? { needs: { field: 'sseUsable', operation: 'refuseSse' } } : {};
}

const TOUCHING: ReadonlySet<Concrete['is']> = new Set(['memory', 'moffs', 'vectorMemory', 'wideMemory', 'vsib']);
function makeVariant(row: X86Row, name: string, concrete: readonly Concrete[], { size, locked, repeat, flat }: Shape): Variant {
  const { traits } = row;
  const touches = concrete.some(({ is }) => TOUCHING.has(is));
  const touchesMemory = traits.mayTrap || (touches && !traits.hint);
  const hasMemory = touches || concrete.some(({ is }) => is === 'address');
  const isLong = concrete.some(isWide);
  const meaning = (engine: EngineCpu, given: OperandNumbers): void => {
    const cpu = engine as Cpu;
    const operands = given as unknown as Given;
    const memory = hasMemory || traits.memory ? (operands as unknown as AddressOperands) : undefined;
    const none = cpu.i32(0);
    cpu.instance = {
      size,
      locked: locked || (traits.alwaysLocked ?? false),
      repeat,
      flat,
      memory,
      register: given['number'] === undefined ? none : (operands['number'] as Value),
      long: isLong ? cpu.let(cpu.and(operands['form'] as Value, cpu.i32(FORM.long))) : none,
      aligned: traits.aligned ?? false,
    };
    const places = concrete.map((operand, index) => argument(cpu, operand, index, operands, traits.hint ? undefined : accessOf(row, index) !== 'read')) as never[];
    const mean = () => row.meaning(cpu, ...places);
    if (traits.float) cpu.withFloat(mean);
    else mean();
  };
  const rare = locked || isRare(row, size, concrete);
  return {
    name,
    x86: row,
    size,
    locked,
    repeat,
    concrete,
    operands: engineOperands(concrete, row),
    implicit: implicitRegisters(row),
    meaning: meaning as unknown as NonNullable<Variant['meaning']>,
    ...(touchesMemory || traits.ends ? {} : { pure: true }),
    ...(traits.ends || repeat !== 'none' ? { ends: true } : {}),
    // A repeated string instruction branches to itself.
    ...(repeat !== 'none' ? { flow: () => ({ kind: 'branch', by: 0 }) as const } : traits.flow && !(traits.wraps && size === 16) ? { flow: traits.flow } : {}),
    ...(traits.float ? { float: true } : {}),
    ...(rare ? { rare: true } : {}),
    ...needsOf(concrete, row),
  };
}

const SHORT = { moffs: 'o', register: 'r', high: 'h', memory: 'm', address: 'm', vector: 'x', mmx: 'q', vectorMemory: 'm', immediate: 'i', immediate64: 'i', distance: 'd', control: 'n', wide: 'v', wideMemory: 'w', vsib: 'i' } as const;
const shortName = (operand: Concrete): string => `${SHORT[operand.is]}${'size' in operand ? operand.size : operand.is === 'immediate64' ? 64 : ''}`;

/** All variants of all rows; encodings that do the same with the same operands share one. */
export class Variants {
  readonly list: Variant[] = [];
  readonly #shared = new Map<string, Variant>();
  readonly #found = new Map<X86Row, Map<number, Variant>>();

  constructor(rows: readonly X86Row[]) {
    for (const row of rows) this.#found.set(row, new Map(this.#shapes(row).map((shape) => [packShape(shape), this.#variant(row, shape)])));
  }
  /** @param number see packShape @returns undefined for a shape that the row has not: an illegal instruction */
  at(row: X86Row, number: number): Variant | undefined {
    return this.#found.get(row)?.get(number);
  }
  #variant(row: X86Row, shape: Shape): Variant {
    const { traits } = row;
    const concrete = row.encoding.operands.map((spec, index) => concreteOf(spec, index, shape, row));
    const key = `${shape.flat ? 'flat ' : ''}${shape.locked ? 'lock ' : ''}${shape.repeat === 'none' ? '' : `${shape.repeat} `}${row.name}${shape.size} ${concrete.map((operand, index) => (operand.is === 'control' ? row.encoding.operands[index]?.text : shortName(operand))).join(',')}`;
    const shared = traits.apart ? undefined : this.#shared.get(key);
    if (shared && shared.x86.traits.flags === traits.flags && shared.x86.traits.only64 === traits.only64) return shared;
    const made = makeVariant(row, key.trim(), concrete, shape);
    this.#shared.set(key, made);
    this.list.push(made);
    return made;
  }
  #shapes(row: X86Row): Shape[] {
    const { encoding, traits, sizes } = row;
    const shapes: Shape[] = [];
    const repeats = traits.repeats === 'both' ? REPEATS : traits.repeats === 'rep' ? REPEATS.slice(0, 2) : REPEATS.slice(0, 1);
    // One variant is both.
    const folded = encoding.operands.some(({ kind }) => kind === 'wide/m' || kind === 'vsib');
    const memories = !encoding.modrm || folded ? [false] : encoding.mod === 'both' ? [false, true] : [encoding.mod === 'memory'];
    for (const size of sizes)
      for (const memory of memories)
        for (const locked of traits.lockable && memory ? [false, true] : [false])
          for (const repeat of repeats)
            for (const high of highs(row, size, memory))
              for (const flat of hasFlatShape(row) && size !== 64 && !traits.only64 ? [false, true] : [false]) shapes.push({ size, memory, high, locked, repeat, flat });
    return shapes;
  }
}

/** The combinations of operands that may be high bytes: those of 8 bits in registers that are not fixed. */
function highs({ encoding }: X86Row, size: Size, memory: boolean): number[] {
  let found = [0];
  encoding.operands.forEach((spec, index) => {
    const isRegister = spec.kind === 'gpr' || (spec.kind === 'gpr/m' && !memory);
    if (isRegister && spec.slot !== 'fixed' && operandSize(spec, size) === 8) found = found.flatMap((high) => [high, high | (1 << index)]);
  });
  return found;
}
