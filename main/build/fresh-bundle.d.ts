/** Pairs of a source, relative to the project, and when it was changed (ms since the epoch). */
export type MadeOf = readonly (readonly [source: string, changed: number])[];
export const MADE_OF: string;
export function freshBundle(entry: string): string | undefined;
