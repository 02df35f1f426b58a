/** The immediates of an instruction while it is decoded. */
import type { X86Row } from './row.ts';

/** Those of the instruction in hand; one of eight bytes is two of them, the lower first. */
export const immediates: number[] = [];

/** Reads one. @param from how many there are before it @returns how many there are then */
export function readImmediate(view: DataView, at: number, bytes: number, { unsigned }: X86Row, from: number): number {
  if (bytes === 1) immediates[from] = unsigned ? view.getUint8(at) : view.getInt8(at);
  else if (bytes === 2) immediates[from] = unsigned ? view.getUint16(at, true) : view.getInt16(at, true);
  else immediates[from] = view.getInt32(at, true);
  if (bytes < 8) return from + 1;
  immediates[from + 1] = view.getInt32(at + 4, true);
  return from + 2;
}

/** Reads a displacement. */
export const readDisplacement = (view: DataView, at: number, bytes: number): number =>
  bytes === 1 ? view.getInt8(at) : bytes === 2 ? view.getInt16(at, true) : bytes === 4 ? view.getInt32(at, true) : 0;
