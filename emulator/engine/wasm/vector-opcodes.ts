/**
 * Vector instructions by their names in the WebAssembly specification, for rows that name them (`Operations.simd`), all
 * behind the prefix 0xFD (core specification 2.0, section 5.4.8).
 */

// prettier-ignore
export const SIMD = {
  'i8x16.swizzle': 14, 'i8x16.splat': 15, 'i16x8.splat': 16, 'i32x4.splat': 17, 'i64x2.splat': 18, 'i8x16.eq': 35, 'i8x16.gt_s': 39,
  'i16x8.eq': 45, 'i16x8.gt_s': 49, 'i32x4.eq': 55, 'i32x4.gt_s': 59, 'i64x2.eq': 214, 'i64x2.gt_s': 217, 'f32x4.eq': 65, 'f32x4.ne': 66,
  'f32x4.lt': 67, 'f32x4.le': 69, 'f64x2.eq': 71, 'f64x2.ne': 72, 'f64x2.lt': 73, 'f64x2.le': 75, 'v128.not': 77, 'v128.and': 78,
  'v128.andnot': 79, 'v128.or': 80, 'v128.xor': 81, 'v128.any_true': 83, 'i8x16.abs': 96, 'i8x16.bitmask': 100,
  'i8x16.narrow_i16x8_s': 101, 'i8x16.narrow_i16x8_u': 102, 'i8x16.shl': 107, 'i8x16.shr_s': 108, 'i8x16.shr_u': 109, 'i8x16.add': 110,
  'i8x16.add_sat_s': 111, 'i8x16.add_sat_u': 112, 'i8x16.sub': 113, 'i8x16.sub_sat_s': 114, 'i8x16.sub_sat_u': 115, 'i8x16.min_s': 118,
  'i8x16.min_u': 119, 'i8x16.max_s': 120, 'i8x16.max_u': 121, 'i8x16.avgr_u': 123, 'i16x8.extadd_pairwise_i8x16_s': 124,
  'i16x8.extadd_pairwise_i8x16_u': 125, 'i32x4.extadd_pairwise_i16x8_s': 126, 'i32x4.extadd_pairwise_i16x8_u': 127, 'i16x8.abs': 128,
  'i16x8.neg': 129, 'i16x8.q15mulr_sat_s': 130, 'i16x8.bitmask': 132, 'i16x8.narrow_i32x4_s': 133, 'i16x8.narrow_i32x4_u': 134,
  'i16x8.extend_low_i8x16_s': 135, 'i16x8.extend_high_i8x16_s': 136, 'i16x8.extend_low_i8x16_u': 137, 'i16x8.extend_high_i8x16_u': 138,
  'i16x8.shl': 139, 'i16x8.shr_s': 140, 'i16x8.shr_u': 141, 'i16x8.add': 142, 'i16x8.add_sat_s': 143, 'i16x8.add_sat_u': 144,
  'i16x8.sub': 145, 'i16x8.sub_sat_s': 146, 'i16x8.sub_sat_u': 147, 'i16x8.mul': 149, 'i16x8.min_s': 150, 'i16x8.min_u': 151,
  'i16x8.max_s': 152, 'i16x8.max_u': 153, 'i16x8.avgr_u': 155, 'i32x4.abs': 160, 'i32x4.bitmask': 164, 'i32x4.extend_low_i16x8_s': 167,
  'i32x4.extend_high_i16x8_s': 168, 'i32x4.extend_low_i16x8_u': 169, 'i32x4.extend_high_i16x8_u': 170, 'i32x4.shl': 171,
  'i32x4.shr_s': 172, 'i32x4.shr_u': 173, 'i32x4.add': 174, 'i32x4.sub': 177, 'i32x4.mul': 181, 'i32x4.min_s': 182, 'i32x4.min_u': 183,
  'i32x4.max_s': 184, 'i32x4.max_u': 185, 'i32x4.dot_i16x8_s': 186, 'i32x4.extmul_low_i16x8_s': 188, 'i32x4.extmul_high_i16x8_s': 189,
  'i32x4.extmul_low_i16x8_u': 190, 'i32x4.extmul_high_i16x8_u': 191, 'i64x2.bitmask': 196, 'i64x2.extend_low_i32x4_s': 199,
  'i64x2.extend_low_i32x4_u': 201, 'i64x2.shl': 203, 'i64x2.shr_s': 204, 'i64x2.shr_u': 205, 'i64x2.add': 206, 'i64x2.sub': 209,
  'f32x4.ceil': 103, 'f32x4.floor': 104, 'f32x4.trunc': 105, 'f32x4.nearest': 106, 'f64x2.ceil': 116, 'f64x2.floor': 117,
  'f64x2.trunc': 122, 'f64x2.nearest': 148, 'i32x4.all_true': 163, 'i64x2.all_true': 195, 'f32x4.abs': 224, 'f32x4.neg': 225,
  'f32x4.sqrt': 227, 'f32x4.add': 228, 'f32x4.sub': 229, 'f32x4.mul': 230, 'f32x4.div': 231, 'f64x2.abs': 236, 'f64x2.neg': 237,
  'f64x2.sqrt': 239, 'f64x2.add': 240, 'f64x2.sub': 241, 'f64x2.mul': 242, 'f64x2.div': 243, 'v128.bitselect': 82,
  'i64x2.mul': 213, 'i64x2.extmul_low_i32x4_u': 222, 'i64x2.extmul_low_i32x4_s': 220,
} as const;

/** Those that give an i32; all others give a vector. */
export const isReduction = (name: string): boolean => /(bitmask|any_true|all_true)$/.test(name);
export const SHUFFLE = 13;
