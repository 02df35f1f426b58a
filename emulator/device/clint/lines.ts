/** The interrupts of `mip` (privileged manual, section 3.1.9) that the core-local interruptor drives. */
export const MSIP = 1 << 3;
export const MTIP = 1 << 7;
