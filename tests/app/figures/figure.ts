/** What a section of the figures tells, and what it is given. */

/** A figure, with its unit, and what is wanted of it. */
export interface Figure {
  readonly what: string;
  readonly is: string;
  readonly wanted?: string;
}
export interface FigureOptions {
  /** A folder for the library, emptied afterwards. */
  readonly home: string;
  readonly seconds: number;
  readonly template: string;
}
