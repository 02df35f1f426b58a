/**
 * Finds lines that contain a text, whatever its case, in all that consoles printed, newest first. The index says which
 * parts have all the text's trigrams; those are looked through until there is enough, or it has taken long enough.
 */
import type { Row } from '../library/database.ts';
import { marksOf, unpacked, type Parts } from './parts.ts';
import { linesWith } from './part-lines.ts';

/** A step of a search; whoever wants more asks again with `before`. */
export interface TextSearch {
  readonly text: string;
  readonly machine?: string;
  readonly console?: number;
  /** Parts from this number on were looked at already. */
  readonly before?: number;
  readonly limit: number;
}
export interface FoundText {
  readonly machine: string;
  readonly console: number;
  /** Where the line begins, in all that the console ever printed. */
  readonly position: number;
  /** When it was printed, in milliseconds since the epoch; 0 where nobody knows. */
  readonly time: number;
  readonly line: string;
}
export interface TextSearchResult {
  readonly found: readonly FoundText[];
  /** For the next step; absent when everything was looked at. */
  readonly before?: number;
}

/** A step ends after so many milliseconds, whatever it has found. */
const STEP_MS = 70;
/** Parts asked of the index at once. */
const CANDIDATES = 64;
/** Parts read at once. */
const AT_ONCE = 8;
/** More trigrams than these make no fewer candidates. */
const MOST_TRIGRAMS = 32;
const LONGEST_LINE = 400;

/** The text as the index is asked for it; `undefined` for one that is shorter than a trigram. */
export function indexQuery(text: string): string | undefined {
  const letters = [...text];
  const trigrams = new Set<string>();
  for (let at = 0; at + 3 <= letters.length && trigrams.size < MOST_TRIGRAMS; at++) trigrams.add(letters.slice(at, at + 3).join(''));
  if (trigrams.size === 0) return undefined;
  return [...trigrams].map((trigram) => `"${trigram.replaceAll('"', '""')}"`).join(' AND ');
}

async function candidates(parts: Parts, search: TextSearch, before: number): Promise<number[]> {
  const { machine, console, text } = search;
  const query = indexQuery(text);
  const where = '(?2 IS NULL OR machine = ?2) AND (?3 IS NULL OR console = ?3)';
  const given = [before, machine ?? null, console ?? null];
  const scanned = await parts.database.all(
    `SELECT id FROM parts WHERE id < ?1 AND ${query === undefined ? '' : 'indexed = 0 AND '}${where} ORDER BY id DESC LIMIT ${CANDIDATES}`,
    ...given,
  );
  const indexed =
    query === undefined
      ? []
      : await parts.database.all(
          `SELECT parts.id AS id FROM texts CROSS JOIN parts ON parts.id = texts.rowid
           WHERE texts MATCH ?4 AND texts.rowid < ?1 AND ${where} ORDER BY texts.rowid DESC LIMIT ${CANDIDATES}`,
          ...given,
          query,
        );
  return [...scanned, ...indexed]
    .map(({ id }) => Number(id))
    .sort((a, b) => b - a)
    .slice(0, CANDIDATES);
}

/** One step of a search. */
export async function findText(parts: Parts, search: TextSearch): Promise<TextSearchResult> {
  const lowered = search.text.toLowerCase();
  const until = performance.now() + STEP_MS;
  const found: FoundText[] = [];
  let before = search.before ?? Number.MAX_SAFE_INTEGER;
  for (;;) {
    const ids = await candidates(parts, search, before);
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const some = ids.slice(at, at + AT_ONCE);
      const rows = await parts.database.all(
        `SELECT id, machine, console, position, marks, bytes FROM parts WHERE id IN (${some.join(', ')}) ORDER BY id DESC`,
      );
      for (const row of rows) {
        found.push(...linesOf(row, lowered));
        before = Number(row['id']);
        if (found.length >= search.limit || performance.now() > until) return { found, before };
      }
      before = some.at(-1) ?? before;
    }
    if (ids.length < CANDIDATES) return { found };
  }
}

/** The lines of a part that have the text, newest first. */
function linesOf(row: Row, lowered: string): FoundText[] {
  const marks = marksOf(row);
  return linesWith(unpacked(row), lowered)
    .reverse()
    .map(({ offset, text }) => ({
      machine: String(row['machine']),
      console: Number(row['console']),
      position: Number(row['position']) + offset,
      time: marks.findLast(([at]) => at <= offset)?.[1] ?? 0,
      line: excerpt(text, lowered),
    }));
}

/** A line, or that stretch of a long one which has the text. */
function excerpt(line: string, lowered: string): string {
  if (line.length <= LONGEST_LINE) return line;
  const at = Math.max(0, line.toLowerCase().indexOf(lowered) - LONGEST_LINE / 4);
  return `${at > 0 ? '…' : ''}${line.slice(at, at + LONGEST_LINE)}…`;
}
