/** What every row of F and D leaves in its destination and in fflags, by the reference: signs, NaN boxing, raw moves. */
import * as reference from './reference.ts';
import { type Kind, type Mode, nanBits, type Result, signBit, type Type } from './reference.ts';

const BOX = 0xffff_ffffn << 32n;
const TYPE_OF: Readonly<Record<string, Type>> = { s: 'f32', d: 'f64' };
const KIND_OF: Readonly<Record<string, Kind>> = { w: 'i32', wu: 'u32', l: 'i64', lu: 'u64' };

/** What a register holds for an instruction of the type: an f32 must be boxed. */
const unbox = (type: Type, register: bigint) =>
  type === 'f64' ? register : register >> 32n === 0xffff_ffffn ? register & 0xffff_ffffn : nanBits('f32');
export const box = (type: Type, bits: bigint) => (type === 'f64' ? bits : bits | BOX);
const raw = (bits: bigint): Result => ({ bits, flags: 0 });

/** What the registers named by a row's operands hold. */
export interface Registers {
  readonly rs1: bigint;
  readonly fs1: bigint;
  readonly fs2: bigint;
  readonly fs3: bigint;
}
/** Expected register contents (f or x, whichever the row writes) and flags. */
export function expected(name: string, mode: Mode, { rs1, fs1, fs2, fs3 }: Registers): Result {
  const [operation, first, second] = name.split('.') as [string, string, string];
  if (name === 'fmv.x.w') return raw(BigInt.asUintN(64, BigInt.asIntN(32, fs1)));
  if (name === 'fmv.w.x') return raw((rs1 & 0xffff_ffffn) | BOX);
  if (name === 'fmv.x.d') return raw(fs1);
  if (name === 'fmv.d.x') return raw(rs1);
  if (operation === 'fcvt') {
    const [to, from] = [TYPE_OF[first], TYPE_OF[second]];
    if (!to) return reference.toInteger(from as Type, mode, unbox(from as Type, fs1), KIND_OF[first] as Kind);
    const { bits, flags } = from
      ? reference.convert(from, to, mode, unbox(from, fs1))
      : reference.fromInteger(KIND_OF[second] as Kind, to, mode, rs1);
    return { bits: box(to, bits), flags };
  }
  const type = TYPE_OF[first] as Type;
  const [a, b, c] = [fs1, fs2, fs3].map((register) => unbox(type, register)) as [bigint, bigint, bigint];
  const sign = signBit(type, true);
  const result = ((): Result => {
    switch (operation) {
      case 'fmadd':
        return reference.fma(type, mode, a, b, c);
      case 'fmsub':
        return reference.fma(type, mode, a, b, c ^ sign);
      case 'fnmsub':
        return reference.fma(type, mode, a ^ sign, b, c);
      case 'fnmadd':
        return reference.fma(type, mode, a ^ sign, b, c ^ sign);
      case 'fsgnj':
        return raw((a & ~sign) | (b & sign));
      case 'fsgnjn':
        return raw((a & ~sign) | (~b & sign));
      case 'fsgnjx':
        return raw(a ^ (b & sign));
      case 'fmin':
      case 'fmax':
        return reference.extremum(operation === 'fmin' ? 'min' : 'max', type, a, b);
      case 'feq':
      case 'flt':
      case 'fle':
        return reference.compare(operation.slice(1) as 'eq' | 'lt' | 'le', type, a, b);
      case 'fclass':
        return reference.classify(type, a);
      case 'fsqrt':
        return reference.sqrt(type, mode, a);
      case 'fadd':
      case 'fsub':
      case 'fmul':
      case 'fdiv':
        return reference[operation.slice(1) as 'add' | 'sub' | 'mul' | 'div'](type, mode, a, b);
      default:
        throw new Error(`no oracle for ${name}`);
    }
  })();
  return /^f(eq|lt|le|class)$/.test(operation) ? result : { ...result, bits: box(type, result.bits) };
}
