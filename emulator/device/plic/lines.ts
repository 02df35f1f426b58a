/** The interrupts of `mip` (privileged manual, section 3.1.9) that the platform-level interrupt controller drives. */
export const SEIP = 1 << 9;
export const MEIP = 1 << 11;
