/** Exit statuses of `viv`, and the errors that have one of their own. */

export const EXIT = {
  ok: 0,
  failed: 1,
  wrongCall: 2,
  /** As timeout(1). */
  timeout: 124,
  /** 128 + SIGINT, as shells report it. */
  interrupted: 130,
} as const;

/** The command was called wrongly: exit status 2, with a pointer to its help. */
export class CallError extends Error {
  override readonly name = 'CallError';
}

/** The person took it back with Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
