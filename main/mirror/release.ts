/** A `Release` file (Debian Repository Format): which indexes a release has, with their hashes, and until when it holds. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { parseStanzas } from './stanzas.ts';

/** A file that a release names, below `dists/SUITE/`. */
export interface ReleaseFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface Release {
  /** When it was made, in milliseconds since 1970. */
  readonly made: number;
  readonly isByHash: boolean;
  readonly architectures: readonly string[];
  readonly files: ReadonlyMap<string, ReleaseFile>;
}

/** A mirror's clock may be ahead of this computer's by so much, in milliseconds. */
const CLOCKS_APART = 3600_000;

/**
 * @param text what was signed, and nothing else
 * @param now milliseconds since 1970
 * @throws ContractError where it is another release than the one asked for, out of date, or from the future
 */
export function readRelease(text: string, suite: string, now: number): Release {
  const [fields] = parseStanzas(text);
  const field = (name: string) => fields?.get(name)?.trim() ?? '';
  if (!fields || !field('sha256')) throw new ContractError('mirror-release-damaged', { suite, detail: 'it lists no files with a SHA-256' });
  const names = [field('codename'), field('suite')];
  if (!names.includes(suite)) throw new ContractError('mirror-release-other', { suite, found: names.filter(Boolean).join(', ') });
  const made = madeAt(suite, field('date'), field('valid-until'), now);
  const files = [...field('sha256').matchAll(/^\s*([0-9a-f]{64})\s+(\d+)\s+(\S+)\s*$/gm)].map(([, sha256, bytes, path]): ReleaseFile => ({
    path: path!,
    sha256: sha256!,
    bytes: Number(bytes),
  }));
  return {
    made,
    isByHash: field('acquire-by-hash') === 'yes',
    architectures: field('architectures').split(/\s+/),
    files: new Map(files.map((file) => [file.path, file])),
  };
}

/** Its date. @throws ContractError where it does not hold now */
function madeAt(suite: string, date: string, until: string, now: number): number {
  const made = Date.parse(date);
  if (Number.isNaN(made)) throw new ContractError('mirror-release-damaged', { suite, detail: 'it has no date' });
  if (made > now + CLOCKS_APART) throw new ContractError('mirror-release-future', { suite, date });
  if (until === '') return made;
  const end = Date.parse(until);
  if (Number.isNaN(end)) throw new ContractError('mirror-release-damaged', { suite, detail: 'its Valid-Until is no date' });
  if (end < now) throw new ContractError('mirror-release-expired', { suite, until });
  return made;
}
