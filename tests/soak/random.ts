/** Seeded random numbers, so that a trial that finds something can be run again. */

export interface Random {
  /** A whole number below `limit`. */
  below(limit: number): number;
  /** True once in `times`. */
  once(times: number): boolean;
  pick<T>(from: readonly T[]): T | undefined;
  /** One of the names, as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K;
}

/** Spreads a seed over all bits, so that seeds that follow each other begin nothing alike (the end of MurmurHash3). */
function spread(seed: number): number {
  let bits = seed ^ (seed >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** Marsaglia's xorshift32, started well away from zero. */
export function random(seed: number): Random {
  let state = spread(seed ^ 0x5bd1e995) || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  for (let turn = 0; turn < 8; turn++) next();
  const below = (limit: number) => next() % limit;
  return {
    below,
    once: (times) => below(times) === 0,
    pick: (from) => from[below(Math.max(1, from.length))],
    weighted(weights) {
      const entries = Object.entries(weights) as [keyof typeof weights, number][];
      let at = below(entries.reduce((sum, [, weight]) => sum + weight, 0));
      for (const [name, weight] of entries) if ((at -= weight) < 0) return name;
      throw new Error('no weights');
    },
  };
}
