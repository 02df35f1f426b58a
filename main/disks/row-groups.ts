/** How many rows of an overlay file still count, by groups of neighbours, so that room is given back where most is won. */

/** Places of a group: about 1 MiB of rows. */
export const GROUP_PLACES = 256;

interface Group {
  /** Rows in the file. */
  rows: number;
  /** Rows with bytes that are the last ones of their cluster. */
  live: number;
  /** Clusters that have their last row here, those of rows of zeros included. */
  references: number;
}

export class RowGroups {
  readonly #groups = new Map<number, Group>();
  #rows = 0;
  #live = 0;

  /** Rows in the file that no longer count. */
  get dead(): number {
    return this.#rows - this.#live;
  }
  get live(): number {
    return this.#live;
  }

  /** A row was added. @param count clusters of zeros, 0 for a row with bytes */
  add(place: number, count: number): void {
    const group = this.#group(place);
    group.rows++;
    this.#rows++;
    if (count === 0) {
      group.live++;
      this.#live++;
    }
    group.references += Math.max(1, count);
  }

  /** Clusters whose last row was at `value` (negative: a row of zeros) have a later one now. */
  supersede(value: number, clusters = 1): void {
    const group = this.#group(Math.abs(value));
    group.references -= clusters;
    if (value < 0) return;
    group.live--;
    this.#live--;
  }

  /** Forgets groups that lie wholly below a place; a group across it stays. */
  forgetBelow(place: number): void {
    for (const key of this.#groups.keys()) if ((key + 1) * GROUP_PLACES <= place) this.forget(key);
  }

  forget(key: number): void {
    const group = this.#groups.get(key);
    if (!group) return;
    this.#rows -= group.rows;
    this.#live -= group.live;
    this.#groups.delete(key);
  }

  /** Groups between two places, the second excluded, of which nothing counts any more. */
  unused(from: number, to: number): number[] {
    return this.#between(from, to).flatMap(([key, { references }]) => (references <= 0 ? [key] : []));
  }

  /** Groups between two places whose rows are worth moving: those with the fewest that count, less than half. */
  sparse(from: number, to: number, max: number): number[] {
    return this.#between(from, to)
      .filter(([, { rows, live }]) => live * 2 < rows)
      .sort(([, a], [, b]) => a.live - b.live)
      .slice(0, max)
      .map(([key]) => key);
  }

  #between(from: number, to: number): [number, Group][] {
    return [...this.#groups].filter(([key]) => key * GROUP_PLACES >= from && (key + 1) * GROUP_PLACES <= to);
  }

  #group(place: number): Group {
    const key = Math.floor(place / GROUP_PLACES);
    let group = this.#groups.get(key);
    if (!group) this.#groups.set(key, (group = { rows: 0, live: 0, references: 0 }));
    return group;
  }
}
