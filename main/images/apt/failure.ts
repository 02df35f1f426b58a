/** Says in words, with what to do next, why apt failed; apt's own messages (untranslated, LC_ALL=C) are the evidence. */
import { ContractError } from '../../../preload/contract/contract.ts';

interface Attempt {
  readonly suite: string;
  /** What was being done, as in "downloading busybox-static". */
  readonly doing: string;
}

/** Patterns in apt's messages, most telling first, and the advice that fits. */
const causes: readonly (readonly [RegExp, (attempt: Attempt) => string])[] = [
  [
    /No space left on device|Disk quota exceeded/i,
    () => 'the disk is full. Free some space, or set VIVARIUM_HOME to a folder on another disk.',
  ],
  [
    /does not have a Release file|no longer has a Release file|404 +Not Found.*(In)?Release|Release' .*404/i,
    ({ suite }) => `the mirror has no Debian release "${suite}". Check the template's suite and the mirror in apt's sources.`,
  ],
  [
    /NO_PUBKEY|EXPKEYSIG|signatures? (couldn't|were|was)|not signed|keyring/i,
    ({ suite }) => `apt does not trust the signature of Debian ${suite}. Update the package debian-archive-keyring.`,
  ],
  [
    /Hash Sum mismatch|Hashes of expected file|unexpected size/i,
    () =>
      'the download does not match the signed index (the mirror may be updating, or a proxy alters files). Nothing was kept; try again later.',
  ],
  [
    /Could not resolve|Temporary failure (in name resolution|resolving)|Network is unreachable|Could not connect|connection timed out|Connection refused|Unable to connect|Connection failed|No route to host|Cannot initiate the connection/i,
    () =>
      "the mirror cannot be reached. Check the network and the proxy in apt's configuration, then try again; completed downloads are kept. Without a network, the template hello-riscv64 needs nothing.",
  ],
  [/Could not get lock|Unable to lock/i, () => 'another apt is working in the same cache folder. Try again when it has finished.'],
];

/** @returns a ContractError('unavailable') with cause, advice and apt's own words */
export function aptFailure(stderr: string, attempt: Attempt): ContractError {
  const complaints = stderr.split('\n').filter((line) => /^(E|W|Err|N):/.test(line.trim()));
  const cause = causes.find(([pattern]) => pattern.test(stderr))?.[1](attempt) ?? 'apt failed with these messages:';
  const words = complaints
    .slice(0, 3)
    .map((line) => line.trim().slice(0, 300))
    .join(' ');
  return new ContractError('unavailable', `${attempt.doing}: ${cause}${words ? ` (apt: ${words})` : ''}`);
}
