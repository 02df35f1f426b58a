/** The bit of a core's lines that the interrupt controllers drive: its INTR pin. */
export const INTR = 1;
