/** A reason in any words, where a test does not care which. */
import { wordsOf } from '../../preload/contract/errors/catalogue.ts';
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { Reason } from '../../preload/contract/errors/reasons.ts';

export const said = (detail: string): Reason => faultWith('outside', { detail });

/** A machine, snapshot or run with its reason in words; nothing to say is an empty text. */
export const told = <T extends { readonly reason?: Reason | undefined }>(thing: T) => ({
  ...thing,
  reason: thing.reason ? wordsOf(thing.reason) : '',
});
