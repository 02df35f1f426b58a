/**
 * Which snapshots go that nobody asked for (automatic ones, and what was the present before a return): the last ten stay,
 * then one a minute for an hour, one an hour for a day, one a day. What a person took, named or pinned is never among them.
 */

/** What thinning looks at. */
export interface Thinnable {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly ownBytes: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** So many always stay. */
const LAST_KEPT = 10;

/** How far apart snapshots of an age are to be, in milliseconds. */
function spacing(age: number): number {
  if (age <= HOUR) return MINUTE;
  return age <= DAY ? HOUR : DAY;
}

/**
 * Those that are too close to an older one for their age. Of every minute, hour or day the first stays, so that what is
 * kept of an hour is among what was kept of its minutes, and nothing that stays goes for another's sake.
 */
export function thinned(snapshots: readonly Thinnable[], now: number): string[] {
  const kept = new Set<string>();
  const gone: string[] = [];
  for (const { id, createdAt } of [...snapshots].sort((a, b) => a.createdAt - b.createdAt).slice(0, -LAST_KEPT)) {
    const apart = spacing(now - createdAt);
    const place = `${apart} ${Math.floor(createdAt / apart)}`;
    if (kept.has(place)) gone.push(id);
    else kept.add(place);
  }
  return gone;
}

/**
 * Those that go, the oldest first, until the timeline fits its budget; the newest always stays.
 * @param storedBytes what the timeline takes up, @param budgetBytes 0 for no limit
 */
export function overBudget(automatic: readonly Thinnable[], storedBytes: number, budgetBytes: number): string[] {
  if (budgetBytes === 0) return [];
  const gone: string[] = [];
  let left = storedBytes;
  for (const { id, ownBytes } of [...automatic].sort((a, b) => a.createdAt - b.createdAt).slice(0, -1)) {
    if (left <= budgetBytes) break;
    gone.push(id);
    left -= ownBytes;
  }
  return gone;
}
