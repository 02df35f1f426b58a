/** The order of the snapshots in the table: by any column, either way, and by time where the column says nothing. */
import type { Snapshot } from '../../../preload/contract/snapshots.ts';
import { kindWords } from '../../composables/snapshot-words.ts';
import { t } from '../../words/words.ts';

export const COLUMNS = [
  { key: 'name', label: () => t('everyday.name') },
  { key: 'kind', label: () => t('timeline.kind') },
  { key: 'createdAt', label: () => t('timeline.taken') },
  { key: 'uptimeMs', label: () => t('timeline.guest') },
  { key: 'ownBytes', label: () => t('timeline.own') },
  { key: 'sharedBytes', label: () => t('timeline.shared') },
] as const;
export type ColumnKey = (typeof COLUMNS)[number]['key'];
export interface Order {
  readonly by: ColumnKey;
  readonly rising: boolean;
}

/** Newest first: what a person looks for was mostly just taken. */
export const FIRST_ORDER: Order = { by: 'createdAt', rising: false };

const compare = (a: Snapshot, b: Snapshot, by: ColumnKey): number => {
  if (by === 'name') return a.name.localeCompare(b.name, undefined, { numeric: true });
  if (by === 'kind') return kindWords(a.kind).localeCompare(kindWords(b.kind));
  return by === 'createdAt' ? a.sequence - b.sequence : a[by] - b[by];
};

export const ordered = (snapshots: readonly Snapshot[], { by, rising }: Order): readonly Snapshot[] =>
  [...snapshots].sort((a, b) => (compare(a, b, by) || a.sequence - b.sequence) * (rising ? 1 : -1));

/** A column chosen again turns round; another one starts with what is most of it, names with A. */
export const turned = (order: Order, by: ColumnKey): Order =>
  order.by === by ? { by, rising: !order.rising } : { by, rising: by === 'name' || by === 'kind' };
