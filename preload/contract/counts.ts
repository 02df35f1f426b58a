/** Things and names in sentences: for errors and for whatever else says how many there are. */

/** Things by number: `no disks`, `one disk`, `3 disks`. */
export const counted = (count: number, thing: string): string =>
  count === 0 ? `no ${thing}s` : count === 1 ? `one ${thing}` : `${count} ${thing}s`;

/** Names in a sentence: `"a", "b" and "c"`. */
export function listed(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`;
}
