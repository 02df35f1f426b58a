/** When code is compiled. */

/** Whether hot code is looked for and run compiled; `threshold` is the number of arrivals that make a target hot. */
export interface Tiering {
  readonly compile: boolean;
  readonly threshold: number;
  /** Arrivals between two looks whether a place is known already; a power of two. */
  readonly lookEvery?: number;
}
