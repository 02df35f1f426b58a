/** What the crash test's writer and its checker agree on. */
export const CLUSTERS = 3000;
/** No divisor in common with CLUSTERS: records of one round go to different clusters. */
export const STRIDE = 1009;
