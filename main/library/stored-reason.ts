/** Reasons in the library: as JSON; what was stored before they were closed values is a sentence. */
import type { Fault } from '../../emulator/error/coded-error.ts';
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { Reason } from '../../preload/contract/errors/reasons.ts';

/** What versions before wrote, where the program still decides by it. */
const SENTENCES: Readonly<Record<string, Reason>> = {
  'saved when Vivarium was quit': faultWith('saved-at-quit'),
  'the program ended while the machine ran': faultWith('program-ended', {}),
  'powered off by the guest': faultWith('guest-powered-off', { code: 0 }),
  stopped: faultWith('stopped'),
  suspended: faultWith('suspended'),
};

/** A reason as it is stored; nothing to say is an empty text. */
export const reasonText = (reason: Reason | undefined): string =>
  reason === undefined ? '' : JSON.stringify({ code: reason.code, facts: reason.facts });

/** The reason in a stored text; a sentence of an older version is told as it is. */
export function storedReason(text: string): Reason | undefined {
  if (text === '') return undefined;
  if (Object.hasOwn(SENTENCES, text)) return SENTENCES[text];
  try {
    const value: unknown = JSON.parse(text);
    if (isFault(value)) return value;
  } catch {
    // A sentence.
  }
  return faultWith('outside', { detail: text });
}

const isFault = (value: unknown): value is Fault =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Fault).code === 'string' &&
  typeof (value as Fault).facts === 'object' &&
  (value as Fault).facts !== null;
