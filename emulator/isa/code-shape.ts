/** Of what shape an architecture's code is. */

/** How code lies in memory. */
export interface CodeShape {
  /** What instructions are aligned to, in bytes. */
  readonly grain: 1 | 2 | 4;
  /** Bytes of the longest. */
  readonly longest: number;
  /**
   * Bytes of a decoded record. In 16 (the default) there is room for four registers or larger controls, one control of 8 bits
   * and an immediate of 32; in 32 for six, three, and two immediates, one of them of 64 bits,
   * and they take memory for the instructions that were reached only.
   */
  readonly record?: 16 | 32;
}
