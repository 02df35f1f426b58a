/** Pairs of a source, relative to the project, and when it was changed (ms since the epoch); null: it may be newer than the bundle. */
export type MadeOf = readonly (readonly [source: string, changed: number | null])[];
/** The file beside the bundle that holds them. */
export const MADE_OF: string;
/** @returns the URL of a program in the bundle, or undefined where there is no bundle or a source has changed since */
export function freshBundle(entry: string): string | undefined;
