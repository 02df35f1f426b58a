/** What can be done at a place of the timeline, and the keys that do it where no field has the focus. */

import type { SnapshotAct } from '../../composables/window-state.ts';

/** What the registry of commands has, and what needs more than the selected snapshot, or none. */
export type TimelineAct = SnapshotAct | 'compare-second' | 'export' | 'take';

const KEYS: Readonly<Record<string, TimelineAct>> = {
  Enter: 'restore',
  F2: 'rename',
  Delete: 'delete',
  p: 'pin',
  l: 'protect',
  b: 'branch',
  f: 'fork',
  o: 'files',
  d: 'compare-now',
  v: 'compare-parent',
  a: 'pick-second',
  c: 'commands',
  n: 'take',
};

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey'>;

/** What a key means; nothing where it is somebody else's. */
export const actForKey = ({ key, ctrlKey, altKey, metaKey }: Pressed): TimelineAct | undefined =>
  ctrlKey || altKey || metaKey ? undefined : (KEYS[key] ?? KEYS[key.toLowerCase()]);
