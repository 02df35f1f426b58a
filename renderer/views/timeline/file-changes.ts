/** Changed files as the Compare dialog lists them: filtered, in the order of their paths, sizes as words. */
import type { FileDiff } from '../../../preload/contract/snapshots.ts';
import { t } from '../../words/words.ts';
import { formatBytes } from '../../words/quantities.ts';

export type Change = FileDiff['change'];
export const CHANGES: readonly Change[] = ['added', 'changed', 'removed'];
export const CHANGE_SIGNS: Readonly<Record<Change, string>> = { added: '+', changed: '±', removed: '−' };

/** What became of a file, in a word. */
const CHANGE_WORDS = { added: 'timeline.fileAdded', changed: 'timeline.fileChanged', removed: 'timeline.fileRemoved' } as const;
export const changeWord = (change: Change): string => t(CHANGE_WORDS[change]);

export const countOf = (files: readonly FileDiff[], change: Change): number => files.filter((file) => file.change === change).length;

/** Files whose path holds every typed word and whose kind of change is wanted. */
export function filtered(files: readonly FileDiff[], typed: string, wanted: ReadonlySet<Change>): readonly FileDiff[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return files
    .filter(({ path, change }) => wanted.has(change) && words.every((word) => path.toLowerCase().includes(word)))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** `1.2 KiB → 3.4 KiB`, `3.4 KiB`, or nothing for what has no size. */
export function sizeChange({ change, kind, sizeBefore, sizeAfter }: FileDiff): string {
  if (kind === 'directory') return t('timeline.folder');
  const [before, after] = [sizeBefore, sizeAfter].map((size) => (size === undefined ? '' : formatBytes(size)));
  if (change === 'added') return after ?? '';
  if (change === 'removed') return before ?? '';
  return before && after && before !== after ? `${before} → ${after}` : (after ?? before ?? '');
}

/** A path as its folder and its own name, which is what a person reads first. */
export function parted(path: string): { readonly folder: string; readonly name: string } {
  const at = path.replace(/\/$/, '').lastIndexOf('/') + 1;
  return { folder: path.slice(0, at), name: path.slice(at) };
}
