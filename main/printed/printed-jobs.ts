/** What the thread that keeps console output does, by name. */
import type { Jobs } from '../jobs/job.ts';
import { findText, type TextSearch, type TextSearchResult } from './find-text.ts';
import { positionsAt } from './positions-at.ts';
import { checkParts, type PartsReport } from './check-parts.ts';
import type { Mark, Parts, PartsUsage, Place, Printed, Stretch } from './parts.ts';

interface Range extends Place {
  readonly from: number;
  readonly to: number;
}

export const printedJobs = {
  append: (parts: Parts, printed: Printed): Promise<void> => parts.append(printed),
  end: (parts: Parts, place: Place): Promise<number> => parts.end(place),
  index: (parts: Parts): Promise<number> => parts.index(),
  forget: (parts: Parts, { machine, console }: { machine: string; console?: number }): Promise<void> => parts.forget(machine, console),
  truncate: (parts: Parts, { position, ...place }: Place & { position: number }): Promise<void> => parts.truncate(place, position),
  stretches: (parts: Parts, { from, to, ...place }: Range): Promise<{ stretches: Stretch[]; marks: Mark[] }> =>
    parts.stretches(place, from, to),
  positionsAt: (parts: Parts, { times, ...place }: Place & { times: readonly number[] }): Promise<number[]> =>
    positionsAt(parts, place, times),
  read: (parts: Parts, { from, to, ...place }: Range): Promise<Uint8Array> => parts.read(place, from, to),
  find: (parts: Parts, search: TextSearch): Promise<TextSearchResult> => findText(parts, search),
  check: (parts: Parts): Promise<PartsReport> => checkParts(parts),
  usage: (parts: Parts): Promise<PartsUsage> => parts.usage(),
} satisfies Jobs<Parts>;

export type PrintedJobs = typeof printedJobs;
