/** One thing after the other. */

/**
 * A serial queue: what is given to it runs when everything given before has ended, well or not.
 * @returns what the work resolves or rejects with
 */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** A queue of its own. */
export function turns(): InTurn {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = tail.then(work);
    tail = result.catch(() => undefined);
    return result;
  };
}

/** Resolves when everything that was given to a queue so far has ended. */
export const caughtUp = (inTurn: InTurn): Promise<void> => inTurn(async () => undefined);
