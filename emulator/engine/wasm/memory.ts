/** Loads and stores of memory 0 (core specification 2.0, section 5.4.7). */
import type { ValueType } from '../../isa/value.ts';
import { VECTOR } from './opcodes.ts';
import type { Sink } from './sink.ts';
import { Expression } from './tree.ts';

/** A plain load: `bytes` wide at `address` + `offset`; narrow integer loads extend as `signed` says. */
export function load(type: ValueType, bytes: 1 | 2 | 4 | 8 | 16, signed: boolean, address: Expression, offset = 0): Expression {
  if (type === 'v128' || bytes === 16) return vectorAccess(VECTOR.load, address, offset);
  const sign = signed ? 0 : 1;
  const opcode =
    type === 'f32'
      ? 0x2a
      : type === 'f64'
        ? 0x2b
        : type === 'i32'
          ? { 1: 0x2c + sign, 2: 0x2e + sign, 4: 0x28, 8: 0 }[bytes]
          : { 1: 0x30 + sign, 2: 0x32 + sign, 4: 0x34 + sign, 8: 0x29 }[bytes];
  const emit = (sink: Sink) => {
    sink.watcher?.depends();
    address.emit(sink);
    sink.byte(opcode);
    sink.u32(0); // alignment hint: none, so that any address is as good as another
    sink.u32(offset);
  };
  const isWhole = type === 'f64' || (type === 'i64' && (!signed || bytes === 8));
  return new Expression(type, emit, undefined, isWhole ? { is: 'load', bytes, address, offset } : undefined);
}

export const vectorAccess = (opcode: number, address: Expression, offset: number): Expression =>
  new Expression('v128', (sink) => {
    sink.watcher?.depends();
    address.emit(sink);
    sink.byte(0xfd);
    sink.u32(opcode);
    sink.u32(0);
    sink.u32(offset);
  });

/** Writes a plain store of the low `bytes` of `value`. */
export function emitStore(sink: Sink, bytes: 1 | 2 | 4 | 8 | 16, address: Expression, value: Expression, offset = 0): void {
  if (bytes === 16) {
    address.emit(sink);
    value.emit(sink);
    sink.byte(0xfd);
    for (const part of [VECTOR.store, 0, offset]) sink.u32(part);
    return;
  }
  const { origin } = value;
  if (origin?.is === 'lane' && value.type === 'i64' && (bytes === 8 || bytes === 4)) {
    const lane = bytes === 8 ? origin.lane : 2 * origin.lane;
    address.emit(sink);
    origin.of.emit(sink);
    sink.byte(0xfd);
    for (const part of [bytes === 8 ? VECTOR.storeLane64 : VECTOR.storeLane32, 0, offset, lane]) sink.u32(part);
    return;
  }
  const opcode =
    value.type === 'f32'
      ? 0x38
      : value.type === 'f64'
        ? 0x39
        : value.type === 'i32'
          ? { 1: 0x3a, 2: 0x3b, 4: 0x36, 8: 0 }[bytes]
          : { 1: 0x3c, 2: 0x3d, 4: 0x3e, 8: 0x37 }[bytes];
  address.emit(sink);
  value.emit(sink);
  sink.byte(opcode);
  sink.u32(0);
  sink.u32(offset);
}
