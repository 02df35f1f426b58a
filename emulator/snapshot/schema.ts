/**
 * State declared once: a component (a core, a device) lists its fields with type, reset value and the version
 * that introduced them. From that list follow the layout in the machine's shared memory, the accessor object the
 * component works with, the reset, and what a snapshot stores. Nothing else may keep guest-visible state.
 */

/** How one field is stored. `count` above 1 makes it an array, read as a typed array over the shared memory. */
export interface Field<T> {
  readonly kind: 'u8' | 'u16' | 'u32' | 'u64';
  readonly count: number;
  readonly reset: number | bigint;
  readonly since: number;
  /** Carries the accessor's type; never present at run time. */
  readonly type?: T;
}

const scalar =
  <T extends number | bigint>(kind: Field<T>['kind'], zero: T) =>
  (reset: T = zero): Field<T> => ({ kind, count: 1, reset, since: 1 });

/** An 8-bit field. */
export const u8 = scalar<number>('u8', 0);
/** A 16-bit field. */
export const u16 = scalar<number>('u16', 0);
/** A 32-bit field, read as an unsigned number. */
export const u32 = scalar<number>('u32', 0);
/** A 64-bit field, read as an unsigned bigint. */
export const u64 = scalar<bigint>('u64', 0n);
/** An array of bytes, read as a `Uint8Array` over the shared memory. */
export const bytes = (count: number): Field<Uint8Array> => ({ kind: 'u8', count, reset: 0, since: 1 });
/** An array of 32-bit fields, read as an `Int32Array` (the view that `Atomics` accepts). */
export const u32s = (count: number): Field<Int32Array> => ({ kind: 'u32', count, reset: 0, since: 1 });
/** An array of 64-bit fields, read as a `BigUint64Array`. */
export const u64s = (count: number): Field<BigUint64Array> => ({ kind: 'u64', count, reset: 0n, since: 1 });
/** Marks a field that did not exist before `version`: restoring an older state gives it its reset value. */
export const since = <T>(version: number, field: Field<T>): Field<T> => ({ ...field, since: version });

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Fields = Record<string, Field<any>>;

/** The accessor object of a schema: one property a field. */
export type StateOf<S> = S extends Schema<infer F> ? { -readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never } : never;

/** A component's declared state and its layout. Offsets and `size` are in bytes; every field is naturally aligned. */
export interface Schema<F extends Fields = Fields> {
  readonly name: string;
  readonly version: number;
  readonly fields: F;
  readonly offsets: { readonly [K in keyof F]: number };
  readonly size: number;
}

const WIDTH = { u8: 1, u16: 2, u32: 4, u64: 8 } as const;

/**
 * Declares a component's state.
 * @param name unique in a machine, e.g. `uart16550`
 * @param version raised whenever a field is added (with `since`) or changes meaning (with a migration)
 */
export function schema<F extends Fields>(name: string, version: number, fields: F): Schema<F> {
  const offsets: Record<string, number> = {};
  let at = 0;
  for (const [key, field] of Object.entries(fields)) {
    if (field.since > version) throw new Error(`${name}.${key}: since ${field.since} is after version ${version}`);
    const width = WIDTH[field.kind];
    at = Math.ceil(at / width) * width;
    offsets[key] = at;
    at += width * field.count;
  }
  return { name, version, fields, offsets: offsets as Schema<F>['offsets'], size: Math.ceil(at / 8) * 8 };
}

function arrayOver(field: Field<unknown>, buffer: SharedArrayBuffer, at: number) {
  if (field.kind === 'u8') return new Uint8Array(buffer, at, field.count);
  if (field.kind === 'u16') return new Uint16Array(buffer, at, field.count);
  if (field.kind === 'u32') return new Int32Array(buffer, at, field.count);
  return new BigUint64Array(buffer, at, field.count);
}

/**
 * The accessor object of `shape` over `buffer` at byte `base` (a multiple of 8). Several threads may bind the same
 * place; scalar fields are plain loads and stores, so guard compound changes with the device's lock.
 */
export function bind<F extends Fields>(shape: Schema<F>, buffer: SharedArrayBuffer, base: number): StateOf<Schema<F>> {
  if (base % 8 !== 0) throw new Error(`${shape.name}: state must lie on a multiple of 8, not ${base}`);
  const view = new DataView(buffer, base, shape.size);
  const state = {};
  for (const [key, field] of Object.entries(shape.fields)) {
    const at = shape.offsets[key] as number;
    if (field.count > 1) {
      Object.defineProperty(state, key, { enumerable: true, value: arrayOver(field, buffer, base + at) });
      continue;
    }
    const accessor = {
      u8: { get: () => view.getUint8(at), set: (v: number) => view.setUint8(at, v) },
      u16: { get: () => view.getUint16(at, true), set: (v: number) => view.setUint16(at, v, true) },
      u32: { get: () => view.getUint32(at, true), set: (v: number) => view.setUint32(at, v, true) },
      u64: { get: () => view.getBigUint64(at, true), set: (v: bigint) => view.setBigUint64(at, v, true) },
    }[field.kind];
    Object.defineProperty(state, key, { enumerable: true, ...accessor });
  }
  return state as StateOf<Schema<F>>;
}

/** Puts every field to its reset value. */
export function reset<F extends Fields>(shape: Schema<F>, buffer: SharedArrayBuffer, base: number): void {
  for (const [key, field] of Object.entries(shape.fields)) {
    const array = arrayOver(field, buffer, base + (shape.offsets[key] as number));
    (array as unknown as { fill(value: number | bigint): void }).fill(field.reset);
  }
}
