/** The fields of a declared schema as generated code sees them: loads and stores at constant addresses. */
import type { Fields, Schema } from '../../snapshot/schema.ts';
import { type Expression, i32, load } from './expression.ts';
import type { Routine } from './routine.ts';

export class WasmFields<F extends Fields> {
  readonly schema: Schema<F>;
  readonly base: number;
  constructor(shape: Schema<F>, base: number) {
    this.schema = shape;
    this.base = base;
  }
  /** Address in memory 0, in bytes. */
  address(name: keyof F): number {
    return this.base + (this.schema.offsets[name] as number);
  }
  get(name: keyof F, index = 0): Expression {
    const wide = this.#wide(name);
    return load(wide ? 'i64' : 'i32', wide ? 8 : 4, false, i32(0), this.address(name) + index * (wide ? 8 : 4));
  }
  set(routine: Routine, name: keyof F, value: Expression, index = 0): void {
    const width = this.#wide(name) ? 8 : 4;
    routine.store(width, i32(0), value, this.address(name) + index * width);
  }
  #wide(name: keyof F): boolean {
    const kind = (this.schema.fields[name] as F[keyof F]).kind;
    if (kind !== 'u32' && kind !== 'u64') throw new Error(`generated code reads only u32 and u64 fields, not ${String(name)}`);
    return kind === 'u64';
  }
}
