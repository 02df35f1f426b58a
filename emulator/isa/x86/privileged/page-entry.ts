/** Entries of paging structures (SDM, volume 3A, figures 4-4, 4-7 and 4-11). */

/** Bits of a physical address (CPUID 80000008). */
export const PHYSICAL_BITS = 40n;

export const PTE = {
  P: 1,
  W: 2,
  U: 4,
  A: 1 << 5,
  D: 1 << 6,
  /** A page of a higher level; in the last level this bit is PAT. */
  PS: 1 << 7,
  G: 1 << 8,
  address: 0x000f_ffff_ffff_f000n,
  XD: 1n << 63n,
} as const;

/** Address bits beyond PHYSICAL_BITS. */
export const RESERVED_ADDRESS = 0x000f_ffff_ffff_ffffn & ~((1n << PHYSICAL_BITS) - 1n);
