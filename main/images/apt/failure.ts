/** Tells from apt's own messages (untranslated, LC_ALL=C) why it failed. They are another program's output, not errors of ours. */
import type { AptCause } from '../../../preload/contract/errors/image.ts';
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';

interface Attempt {
  readonly suite: string;
  /** What was being done, as in "downloading busybox-static". */
  readonly doing: string;
}

/** Patterns in apt's messages, most telling first. */
const CAUSES: readonly (readonly [RegExp, AptCause])[] = [
  [/No space left on device|Disk quota exceeded/i, 'full'],
  [/does not have a Release file|no longer has a Release file|404 +Not Found.*(In)?Release|Release' .*404/i, 'no-release'],
  [/NO_PUBKEY|EXPKEYSIG|signatures? (couldn't|were|was)|not signed|keyring/i, 'signature'],
  [/Hash Sum mismatch|Hashes of expected file|unexpected size/i, 'mismatch'],
  [
    /Could not resolve|Temporary failure (in name resolution|resolving)|Network is unreachable|Could not connect|connection timed out|Connection refused|Unable to connect|Connection failed|No route to host|Cannot initiate the connection/i,
    'unreachable',
  ],
  [/Could not get lock|Unable to lock/i, 'locked'],
];

/** @returns what happened, with apt's own words as a fact */
export function aptFailure(stderr: string, { suite, doing }: Attempt): ContractError {
  const cause = CAUSES.find(([pattern]) => pattern.test(stderr))?.[1] ?? 'other';
  const messages = stderr
    .split('\n')
    .filter((line) => /^(E|W|Err|N):/.test(line.trim()))
    .slice(0, 3)
    .map((line) => line.trim().slice(0, 300))
    .join(' ');
  return new ContractError('apt-failed', { doing, cause, suite, messages });
}
