/** Reasons in the library: closed values of today, and the sentences that versions before stored. */
import { expect, test } from 'vitest';
import { reasonText, storedReason } from '../../../main/library/stored-reason.ts';
import { LOST_REASON, QUIT_REASON } from '../../../main/library/run-records.ts';
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { faultWith } from '../../../preload/contract/errors/contract-error.ts';

test('a reason comes back as it was, with an error inside', () => {
  const reason = faultWith('paused-disk-unwritable', { slot: 1, why: faultWith('outside', { detail: 'no space' }) });
  expect(storedReason(reasonText(reason))).toEqual(reason);
  expect([reasonText(undefined), storedReason('')]).toEqual(['', undefined]);
});

test('a sentence of an older version is told as it is, and decided by where the program decides', () => {
  expect(storedReason('saved when Vivarium was quit')).toEqual(QUIT_REASON);
  expect(storedReason('the program ended while the machine ran')).toEqual(LOST_REASON);
  for (const text of ['this is an x86 kernel', '{"code":7}', '[1]', 'null', '{"code":"a","facts":null}'])
    expect(wordsOf(storedReason(text)!)).toBe(text);
});
