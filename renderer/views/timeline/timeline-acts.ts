/** What can be done at a place of the timeline, and the keys that do it where no field has the focus. */

export type TimelineAct =
  | 'restore'
  | 'branch'
  | 'compare-now'
  | 'compare-parent'
  | 'compare-second'
  | 'pick-second'
  | 'rename'
  | 'pin'
  | 'protect'
  | 'delete'
  | 'export'
  | 'commands'
  | 'take';

const KEYS: Readonly<Record<string, TimelineAct>> = {
  Enter: 'restore',
  F2: 'rename',
  Delete: 'delete',
  p: 'pin',
  b: 'branch',
  d: 'compare-now',
  n: 'take',
};

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey'>;

/** What a key means; nothing where it is somebody else's. */
export const actForKey = ({ key, ctrlKey, altKey, metaKey }: Pressed): TimelineAct | undefined =>
  ctrlKey || altKey || metaKey ? undefined : (KEYS[key] ?? KEYS[key.toLowerCase()]);
