/** One thing after the other. */

export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** A queue of its own: what is given to it runs when everything given before has ended, well or not. */
export function turns(): InTurn {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = tail.then(work);
    tail = result.catch(() => undefined);
    return result;
  };
}
