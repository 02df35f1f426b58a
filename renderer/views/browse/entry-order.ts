/** The entries of a guest's folder as they are shown: those that fit what is typed, by any column, folders always first. */
import type { GuestEntry } from '../../../preload/contract/files.ts';
import { formatBytes } from '../../words/quantities.ts';
import { t } from '../../words/words.ts';

export const COLUMNS = [
  { key: 'name', label: () => t('everyday.name') },
  { key: 'sizeBytes', label: () => t('timeline.size') },
  { key: 'modifiedAt', label: () => t('browse.changed') },
] as const;
export type Column = (typeof COLUMNS)[number]['key'];
export interface EntryOrder {
  readonly by: Column;
  readonly rising: boolean;
}
export const BY_NAME: EntryOrder = { by: 'name', rising: true };

/** A column chosen again turns round; another one starts with A, with the largest, with the newest. */
export const turned = ({ by, rising }: EntryOrder, column: Column): EntryOrder =>
  by === column ? { by, rising: !rising } : { by: column, rising: column === 'name' };

/** @param typed every word of it has to be in the name */
export function shownEntries(entries: readonly GuestEntry[], typed: string, { by, rising }: EntryOrder): readonly GuestEntry[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const isFolder = ({ kind }: GuestEntry) => Number(kind === 'directory');
  const byName = (one: GuestEntry, other: GuestEntry) => one.name.localeCompare(other.name, undefined, { numeric: true });
  const compared = (one: GuestEntry, other: GuestEntry) => (by === 'name' ? 0 : one[by] - other[by]) || byName(one, other);
  return entries
    .filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
    .sort((one, other) => isFolder(other) - isFolder(one) || compared(one, other) * (rising ? 1 : -1));
}

/** What the column of sizes says: a folder's own size tells nobody anything. */
export const sizeWords = ({ kind, sizeBytes }: GuestEntry): string => (kind === 'file' ? formatBytes(sizeBytes) : '');

const KIND_WORDS = { file: 'browse.file', directory: 'timeline.folder', link: 'browse.link', other: 'browse.other' } as const;
export const kindOf = ({ kind }: GuestEntry): string => t(KIND_WORDS[kind]);

/** A name in a folder, or the folder's own path above it. */
export const inside = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);
export const above = (path: string): string => path.split('/').slice(0, -1).join('/');
