/** Every row of the x86 tables. */
import { arithmetic } from './arithmetic.ts';
import { vexConversions } from './avx-convert.ts';
import { vexMasked } from './avx-masked.ts';
import { vexMoves } from './avx-moves.ts';
import { vexPermutations } from './avx-permute.ts';
import { vexTwins } from './avx-twins.ts';
import { bits } from './bits.ts';
import { bitFields } from './bmi.ts';
import { ciphers } from './ciphers.ts';
import { control } from './control.ts';
import { fusedProducts } from './fma.ts';
import { legacyRows } from './legacy.ts';
import { mmxConversions } from './mmx-float.ts';
import { mmx } from './mmx.ts';
import { moves } from './moves.ts';
import { multiplication } from './multiply.ts';
import type { X86Row } from './row.ts';
import { segmentBases } from './segment-bases.ts';
import { hashes } from './sha.ts';
import { shifts } from './shifts.ts';
import { vectorFloats } from './sse-float.ts';
import { vectorIntegers } from './sse-integer.ts';
import { vectorMoves } from './sse-moves.ts';
import { vectorRounding } from './sse4-float.ts';
import { vectorExtras } from './sse4.ts';
import { stringComparisons } from './string-compare.ts';
import { strings } from './strings.ts';
import { system } from './system.ts';
import { x87 } from './x87.ts';

export const rows: readonly X86Row[] = [
  ...arithmetic, ...moves, ...multiplication, ...shifts, ...bits, ...control, ...strings, ...system, ...segmentBases,
  ...vectorMoves, ...vectorIntegers, ...vectorFloats, ...vectorExtras, ...vectorRounding, ...stringComparisons, ...mmx, ...mmxConversions, ...legacyRows, ...x87,
  ...ciphers, ...hashes, ...bitFields,
  ...vexTwins, ...vexMoves, ...vexPermutations, ...vexMasked, ...vexConversions, ...fusedProducts,
];
