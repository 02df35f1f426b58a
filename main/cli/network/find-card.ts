/** Which network card a command means: by its number as people count, the first where none is said. */
import { CallError } from '../call-error.ts';

/** The card, from 0. @throws CallError */
export function cardOf(text: string | undefined): number {
  if (text === undefined) return 0;
  if (!/^\d{1,2}$/.test(text) || Number(text) < 1) throw new CallError(`CARD must be the number of a network card, from 1, not "${text}"`);
  return Number(text) - 1;
}
