/** What takes the library's part of the disk, as lines for a person: the largest machines by name, the rest together. */
import type { SharedUse, StorageUse } from '../../../preload/contract/host.ts';
import { t } from '../../words/words.ts';
import { sharedUse } from '../../words/contract-words.ts';

export interface UseLine {
  readonly key: string;
  readonly label: string;
  readonly bytes: number;
  /** Of whose colour: machines, what is shared, what can be had again or emptied. */
  readonly kind: 'machine' | 'shared' | 'spare';
}

/** More machines than this are told together. */
const NAMED = 6;
const KINDS: Readonly<Record<SharedUse, UseLine['kind']>> = {
  shared: 'shared',
  systems: 'shared',
  imported: 'shared',
  consoles: 'shared',
  cache: 'spare',
  records: 'shared',
};

/** The largest first within each kind; what takes nothing is left out. */
export function useLines({ machines, binBytes, shared }: StorageUse): readonly UseLine[] {
  const named = machines.slice(0, NAMED);
  const others = machines.slice(NAMED);
  const rest = others.reduce((sum, { bytes }) => sum + bytes, 0);
  const lines: readonly UseLine[] = [
    ...named.map(({ id, name, bytes }) => ({ key: id, label: name, bytes, kind: 'machine' as const })),
    { key: 'others', label: t('overview.others', { count: others.length }), bytes: rest, kind: 'machine' },
    ...Object.entries(shared).map(([use, bytes]) => ({
      ...{ key: use, label: sharedUse(use as SharedUse), bytes },
      kind: KINDS[use as SharedUse],
    })),
    { key: 'bin', label: t('bin.title'), bytes: binBytes, kind: 'spare' },
  ];
  const rank = { machine: 0, shared: 1, spare: 2 } as const;
  return lines.filter(({ bytes }) => bytes > 0).sort((one, other) => rank[one.kind] - rank[other.kind] || other.bytes - one.bytes);
}
