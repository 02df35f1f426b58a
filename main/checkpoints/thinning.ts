/**
 * Which snapshots go that nobody asked for (automatic ones, and what was the present before a return): the last ten stay,
 * then one a minute for an hour, one an hour for a day, one a day. What a person took, named or pinned is never among them.
 *
 * Order is the order in which they were taken. Ages come from the host's clock, which may have been set meanwhile: where
 * it disagrees with itself, or with a clock that cannot be set, the shorter age counts, so that none goes too early.
 */

/** What thinning looks at. */
export interface Thinnable {
  readonly id: string;
  /** Milliseconds since the epoch, by the clock of then. */
  readonly createdAt: number;
  /** Milliseconds by a clock that cannot be set; known of those taken in this run of the program. */
  readonly steadyAt?: number;
  readonly ownBytes: number;
}

/** One moment by both clocks. */
export interface Moment {
  readonly createdAt: number;
  readonly steadyAt?: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** So many always stay. */
const LAST_KEPT = 10;
/** Clocks that differ by more than this were set; less is what correcting them does. */
const SET = 5 * SECOND;

/** How far apart snapshots of an age are to be, in milliseconds. */
function spacing(age: number): number {
  if (age <= HOUR) return MINUTE;
  return age <= DAY ? HOUR : DAY;
}

/** Milliseconds from one moment to a later one; `undefined` where the clock was set back in between. */
function between(earlier: Moment, later: Moment): number | undefined {
  const wall = later.createdAt - earlier.createdAt;
  if (earlier.steadyAt !== undefined && later.steadyAt !== undefined) {
    const steady = later.steadyAt - earlier.steadyAt;
    if (Math.abs(wall - steady) > SET) return Math.max(0, steady);
  }
  return wall < 0 ? undefined : wall;
}

/** The age of each, by the shortest way from it to now over those taken later. @param moments in the order taken */
export function agesOf(moments: readonly Moment[], now: Moment): readonly number[] {
  const all = [...moments, now];
  const isSet = all.some((moment, index) => index > 0 && between(all[index - 1]!, moment) !== moment.createdAt - all[index - 1]!.createdAt);
  if (!isSet) return moments.map(({ createdAt }) => now.createdAt - createdAt);
  const ages: number[] = all.map(() => 0);
  for (let index = moments.length - 1; index >= 0; index--) {
    // Where the clock was set back at once, it says nothing of how long it was to the next.
    let age = (between(all[index]!, all[index + 1]!) ?? 0) + ages[index + 1]!;
    for (let later = index + 2; later < all.length; later++)
      age = Math.min(age, (between(all[index]!, all[later]!) ?? Infinity) + ages[later]!);
    ages[index] = age;
  }
  return ages.slice(0, -1);
}

/**
 * Those that are too close to an older one for their age. Of every minute, hour or day the first stays, so that what is
 * kept of an hour is among what was kept of its minutes, and nothing that stays goes for another's sake.
 * @param snapshots in the order in which they were taken
 */
export function thinned(snapshots: readonly Thinnable[], now: Moment): string[] {
  const kept = new Set<string>();
  const gone: string[] = [];
  const ages = agesOf(snapshots, now);
  for (const [index, { id }] of snapshots.slice(0, -LAST_KEPT).entries()) {
    const age = ages[index]!;
    const apart = spacing(age);
    const place = `${apart} ${Math.floor((now.createdAt - age) / apart)}`;
    if (kept.has(place)) gone.push(id);
    else kept.add(place);
  }
  return gone;
}

/**
 * Those that go, the oldest first, until the timeline fits its budget; the newest always stays.
 * @param automatic in the order in which they were taken
 * @param storedBytes what the timeline takes up, @param budgetBytes 0 for no limit
 */
export function overBudget(automatic: readonly Thinnable[], storedBytes: number, budgetBytes: number): string[] {
  if (budgetBytes === 0) return [];
  const gone: string[] = [];
  let left = storedBytes;
  for (const { id, ownBytes } of automatic.slice(0, -1)) {
    if (left <= budgetBytes) break;
    gone.push(id);
    left -= ownBytes;
  }
  return gone;
}
