/** Values as trees of instructions, and what is known of them beside that. */
import type { Value, ValueType } from '../../isa/value.ts';
import type { Sink } from './sink.ts';

/** What an expression is made of, where what is done with it can be done with that. */
export type Origin =
  /** The same bits as of another type. */
  | { readonly is: 'bits'; readonly of: Expression }
  /** One of a vector's lanes: i64 or i32. */
  | { readonly is: 'lane'; readonly of: Expression; readonly lane: number }
  /** An i32, zero-extended. */
  | { readonly is: 'extended'; readonly of: Expression }
  /** Two i64, of whose low halves the low half is made in the same way. */
  | { readonly is: 'joined'; readonly by: 'add' | 'sub' | 'mul' | 'and' | 'or' | 'xor'; readonly a: Expression; readonly b: Expression }
  /** Shifted left by 32. */
  | { readonly is: 'raised'; readonly of: Expression }
  /** A load, not done yet: of an i64, zero-extended, or an f64. */
  | { readonly is: 'load'; readonly bytes: 1 | 2 | 4 | 8 | 16; readonly address: Expression; readonly offset: number };

export type NormalAs = 'f32' | 'f64' | 'both';
/** A register while it has one value. */
export interface Reading {
  readonly register: string;
}

/** An address as a distance from whatever some registers held, for those who want to know which addresses lie close together. */
export interface Near {
  readonly base: string;
  readonly displacement: number;
}

/** A value as a tree of instructions. `emit` writes the code that leaves it on the operand stack. */
export class Expression implements Value {
  readonly type: ValueType;
  readonly constant: bigint | number | undefined;
  readonly emit: (sink: Sink) => void;
  readonly origin: Origin | undefined;
  /** Its number, or the lowest of a vector, is not subnormal as one of this format, or nobody minds. */
  normal: NormalAs | undefined;
  /** It may be evaluated at any later place, and rather there than here. */
  late = false;
  /** What it is read from: another reading that has the same has the same value. */
  reading: Reading | undefined;
  near: Near | undefined;
  constructor(type: ValueType, emit: (sink: Sink) => void, constant?: bigint | number, origin?: Origin) {
    this.type = type;
    this.emit = emit;
    this.constant = constant;
    this.origin = origin;
  }
  /** The same number as another expression: what is known of that is known of this one. */
  as({ normal, reading, near }: Expression): this {
    this.normal = normal;
    this.reading = reading;
    this.near = near;
    return this;
  }
}
