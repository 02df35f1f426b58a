/** Opcode tables (WebAssembly core specification 2.0, section 5.4.6 "Numeric Instructions"), by operand type. */
import type { ValueType } from '../../isa/value.ts';

type NumberType = Exclude<ValueType, 'v128'>;
/** Column of each type in the tables below. */
const COLUMN: Record<NumberType, 0 | 1 | 2 | 3> = { i32: 0, i64: 1, f32: 2, f64: 3 };
/** An operation's opcode for a type. @throws Error where the type has no such operation */
export function opcodeFor(name: string, codes: Row, type: ValueType): number {
  const code = type === 'v128' ? null : codes[COLUMN[type]];
  if (code === null) throw new Error(`${name}: not for ${type}`);
  return code;
}

export type Row = readonly [i32: number | null, i64: number | null, f32: number | null, f64: number | null];
const row = (...codes: Row): Row => codes;

// prettier-ignore
export const NUMERIC = {
  add: row(0x6a, 0x7c, 0x92, 0xa0), sub: row(0x6b, 0x7d, 0x93, 0xa1), mul: row(0x6c, 0x7e, 0x94, 0xa2),
  divS: row(0x6d, 0x7f, null, null), divU: row(0x6e, 0x80, null, null), fdiv: row(null, null, 0x95, 0xa3),
  remS: row(0x6f, 0x81, null, null), remU: row(0x70, 0x82, null, null),
  and: row(0x71, 0x83, null, null), or: row(0x72, 0x84, null, null), xor: row(0x73, 0x85, null, null),
  shl: row(0x74, 0x86, null, null), shrS: row(0x75, 0x87, null, null), shrU: row(0x76, 0x88, null, null),
  rotl: row(0x77, 0x89, null, null), rotr: row(0x78, 0x8a, null, null),
  clz: row(0x67, 0x79, null, null), ctz: row(0x68, 0x7a, null, null), popcnt: row(0x69, 0x7b, null, null),
  abs: row(null, null, 0x8b, 0x99), neg: row(null, null, 0x8c, 0x9a), ceil: row(null, null, 0x8d, 0x9b),
  floor: row(null, null, 0x8e, 0x9c), trunc: row(null, null, 0x8f, 0x9d), nearest: row(null, null, 0x90, 0x9e),
  sqrt: row(null, null, 0x91, 0x9f), min: row(null, null, 0x96, 0xa4), max: row(null, null, 0x97, 0xa5),
  copysign: row(null, null, 0x98, 0xa6),
} as const;

// prettier-ignore
export const COMPARE = {
  eq: row(0x46, 0x51, 0x5b, 0x61), ne: row(0x47, 0x52, 0x5c, 0x62),
  ltS: row(0x48, 0x53, null, null), ltU: row(0x49, 0x54, null, null), gtS: row(0x4a, 0x55, null, null), gtU: row(0x4b, 0x56, null, null),
  leS: row(0x4c, 0x57, null, null), leU: row(0x4d, 0x58, null, null), geS: row(0x4e, 0x59, null, null), geU: row(0x4f, 0x5a, null, null),
  lt: row(null, null, 0x5d, 0x63), gt: row(null, null, 0x5e, 0x64), le: row(null, null, 0x5f, 0x65), ge: row(null, null, 0x60, 0x66),
} as const;

/** Vector instructions, behind the prefix 0xFD (core specification 2.0, section 5.4.8). */
export const VECTOR = {
  load: 0,
  store: 11,
  constant: 12,
  splat64: 18,
  extract: { i32: 27, i64: 29, f32: 31, f64: 33 },
  replace: { i32: 28, i64: 30, f32: 32, f64: 34 },
  /** Loads of 32 and 64 bits with zeros above. */
  load32: 92,
  load64: 93,
  storeLane32: 90,
  storeLane64: 91,
  not: 77,
  and: 78,
  or: 80,
  xor: 81,
  add: { 8: 110, 16: 142, 32: 174, 64: 206 },
  sub: { 8: 113, 16: 145, 32: 177, 64: 209 },
} as const;

const conversion = (type: ValueType, ...opcode: number[]) => ({ type, opcode });

// prettier-ignore
export const CONVERT = {
  f32_convert_i32_s: conversion('f32', 0xb2), f32_convert_i32_u: conversion('f32', 0xb3),
  f32_convert_i64_s: conversion('f32', 0xb4), f32_convert_i64_u: conversion('f32', 0xb5), f32_demote_f64: conversion('f32', 0xb6),
  f64_convert_i32_s: conversion('f64', 0xb7), f64_convert_i32_u: conversion('f64', 0xb8),
  f64_convert_i64_s: conversion('f64', 0xb9), f64_convert_i64_u: conversion('f64', 0xba), f64_promote_f32: conversion('f64', 0xbb),
  i32_trunc_sat_f32_s: conversion('i32', 0xfc, 0), i32_trunc_sat_f32_u: conversion('i32', 0xfc, 1),
  i32_trunc_sat_f64_s: conversion('i32', 0xfc, 2), i32_trunc_sat_f64_u: conversion('i32', 0xfc, 3),
  i64_trunc_sat_f32_s: conversion('i64', 0xfc, 4), i64_trunc_sat_f32_u: conversion('i64', 0xfc, 5),
  i64_trunc_sat_f64_s: conversion('i64', 0xfc, 6), i64_trunc_sat_f64_u: conversion('i64', 0xfc, 7),
} as const;
