/** Exit statuses of `viv`, and the error of a wrong call. */

export const EXIT = {
  ok: 0,
  failed: 1,
  wrongCall: 2,
  /** As timeout(1). */
  timeout: 124,
} as const;

/** The command was called wrongly: exit status 2, with a pointer to its help. */
export class CallError extends Error {
  override readonly name = 'CallError';
}
