/** What a key means in the list of machines. */
import { keyWithModifiers } from '../../composables/keys.ts';

export interface ListKey {
  readonly does: 'go' | 'extend' | 'all' | 'single' | 'open' | 'rename' | 'remove';
  /** The row it leads to; absent: the one in front. */
  readonly at?: number;
}
const PLAIN: Readonly<Record<string, ListKey>> = {
  Enter: { does: 'open' },
  F2: { does: 'rename' },
  Delete: { does: 'remove' },
  Escape: { does: 'single' },
  'ctrl+a': { does: 'all' },
};

/** @param at the row that the keys go from, -1 where there is none; @param count of rows */
export function listKey(event: KeyboardEvent, at: number, count: number): ListKey | undefined {
  const name = keyWithModifiers(event);
  const plain = PLAIN[name];
  if (plain) return plain;
  const last = count - 1;
  const to = { ArrowDown: Math.min(at + 1, last), ArrowUp: Math.max(at - 1, 0), Home: 0, End: last }[name.replace('shift+', '')];
  return to === undefined ? undefined : { does: name.startsWith('shift+') ? 'extend' : 'go', at: to };
}
