/**
 * Floating-point operations as calls of the core module's functions: always right, for the interpreter and for
 * whatever the compiler does not write inline.
 */
import type { FloatOperations, IntegerKind } from '../../isa/cpu.ts';
import type { Expression } from '../wasm/expression.ts';
import type { Routine } from '../wasm/routine.ts';
import type { FloatType } from './format.ts';
import type { FloatFunctionName, FloatFunctions } from './functions.ts';

type E = Expression;

export class FloatCalls implements FloatOperations {
  readonly anyMode: boolean = true;
  protected readonly routine: Routine;
  readonly #functions: FloatFunctions;
  constructor(routine: Routine, functions: FloatFunctions) {
    this.routine = routine;
    this.#functions = functions;
  }
  /** Called here and now: the flags are due even if the row then writes the result to x0. */
  #call(name: FloatFunctionName, ...args: E[]): E {
    return this.routine.let(this.routine.call(this.#functions[name], ...args));
  }
  add(rm: E, a: E, b: E): E {
    return this.#call(`add.${typeOf(a)}`, rm, a, b);
  }
  sub(rm: E, a: E, b: E): E {
    return this.#call(`sub.${typeOf(a)}`, rm, a, b);
  }
  mul(rm: E, a: E, b: E): E {
    return this.#call(`mul.${typeOf(a)}`, rm, a, b);
  }
  div(rm: E, a: E, b: E): E {
    return this.#call(`div.${typeOf(a)}`, rm, a, b);
  }
  sqrt(rm: E, a: E): E {
    return this.#call(`sqrt.${typeOf(a)}`, rm, a);
  }
  fma(rm: E, a: E, b: E, c: E): E {
    return this.#call(`fma.${typeOf(a)}`, rm, a, b, c);
  }
  min(a: E, b: E): E {
    return this.#call(`min.${typeOf(a)}`, a, b);
  }
  max(a: E, b: E): E {
    return this.#call(`max.${typeOf(a)}`, a, b);
  }
  eq(a: E, b: E): E {
    return this.#call(`eq.${typeOf(a)}`, a, b);
  }
  lt(a: E, b: E): E {
    return this.#call(`lt.${typeOf(a)}`, a, b);
  }
  le(a: E, b: E): E {
    return this.#call(`le.${typeOf(a)}`, a, b);
  }
  classify(a: E): E {
    return this.#call(`classify.${typeOf(a)}`, a);
  }
  toInteger(rm: E, a: E, kind: IntegerKind): E {
    return this.#call(`toInteger.${typeOf(a)}.${kind}`, rm, a);
  }
  fromInteger(rm: E, a: E, kind: IntegerKind, to: FloatType): E {
    return this.#call(`fromInteger.${kind}.${to}`, rm, a);
  }
  convert(rm: E, a: E, to: FloatType): E {
    return this.#call(`convert.${to}`, rm, a);
  }
}

/** The format of a floating-point value. */
export function typeOf(value: E): FloatType {
  if (value.type === 'f32' || value.type === 'f64') return value.type;
  throw new Error(`a floating-point operation on ${value.type}`);
}
