/** Debian's order of versions (Debian Policy Manual, 5.6.12; deb-version(7)): [epoch:]upstream[-revision]. */

/** Below, at or above 0 as `one` is older, the same or newer. */
export function compareVersions(one: string, other: string): number {
  const [first, second] = [parts(one), parts(other)];
  return first.epoch - second.epoch || comparePart(first.upstream, second.upstream) || comparePart(first.revision, second.revision);
}

function parts(version: string): { epoch: number; upstream: string; revision: string } {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? 0 : Number(version.slice(0, colon)),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  };
}

/** A stretch without digits and one of digits take turns. */
function comparePart(one: string, other: string): number {
  let [left, right] = [one, other];
  while (left !== '' || right !== '') {
    const [words, otherWords] = [/^\D*/.exec(left)![0], /^\D*/.exec(right)![0]];
    const order = compareWords(words, otherWords);
    if (order !== 0) return order;
    [left, right] = [left.slice(words.length), right.slice(otherWords.length)];
    const [digits, otherDigits] = [/^\d*/.exec(left)![0], /^\d*/.exec(right)![0]];
    // Dates as versions have more digits than a number holds.
    const difference = BigInt(digits || 0) - BigInt(otherDigits || 0);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
    [left, right] = [left.slice(digits.length), right.slice(otherDigits.length)];
  }
  return 0;
}

/** "~" before everything, even the end; then the end, letters, and all other characters. */
function weight(character: string | undefined): number {
  if (character === '~') return -1;
  if (character === undefined) return 0;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}

function compareWords(one: string, other: string): number {
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const order = weight(one[at]) - weight(other[at]);
    if (order !== 0) return order;
  }
  return 0;
}

/** The relations that a dependency may ask for (Policy Manual, 7.1). */
export type Relation = '<<' | '<=' | '=' | '>=' | '>>';

export function fulfils(version: string, relation: Relation, wanted: string): boolean {
  const order = compareVersions(version, wanted);
  switch (relation) {
    case '<<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '=':
      return order === 0;
    case '>=':
      return order >= 0;
    case '>>':
      return order > 0;
  }
}
