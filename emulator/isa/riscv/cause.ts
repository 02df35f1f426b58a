/** What a trap can be taken for. */

/** Exception codes (privileged manual, table "mcause values after trap"). */
export const CAUSE = {
  instructionMisaligned: 0, instructionAccess: 1, illegal: 2, breakpoint: 3,
  loadMisaligned: 4, loadAccess: 5, storeMisaligned: 6, storeAccess: 7,
  ecallU: 8, ecallS: 9, ecallM: 11, instructionPage: 12, loadPage: 13, storePage: 15,
} as const;
export type Cause = (typeof CAUSE)[keyof typeof CAUSE];
