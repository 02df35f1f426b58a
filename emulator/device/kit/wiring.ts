/** What a board gives a device: the wires and the time. A device knows neither its address nor its interrupt number. */

/**
 * An interrupt line as a device drives it: a level. What counts of it is the controller's affair: the level itself, or each rise
 * as an edge, for which a device raises the line and lets it go.
 */
export interface InterruptLine {
  set(level: boolean): void;
}

/** The machine's time base. */
export interface Clock {
  /** `mtime`: ticks of 100 ns (10 MHz) since the machine started, pauses excluded. */
  ticks(): number;
  /** The same time in nanoseconds, whole and exact for 104 days. */
  nanoseconds(): number;
}

/** Ticks of `Clock` in a second. */
export const TICKS_PER_SECOND = 10_000_000;

/** Takes one line for the machine's log. */
export type Log = (line: string) => void;
