/** What rows' operands are called between decoder, records and rows, by position. */
const NAMES = ['o0', 'o1', 'o2', 'o3'] as const;
const UPPER = ['h0', 'h1', 'h2', 'h3'] as const;

export const operandName = (index: number): string => NAMES[index] ?? '';
/** Of the upper half of a vector. */
export const upperName = (index: number): string => UPPER[index] ?? '';
