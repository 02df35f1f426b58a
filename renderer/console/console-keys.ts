/**
 * Keys that belong to the window although the terminal has the focus. Everything else goes to the guest, also Tab,
 * Escape and the function keys; Ctrl+F is the window's, and pressed twice it reaches the guest.
 */
import { isComposing, keyName } from '../composables/keys.ts';

export type ConsoleKey = 'copy' | 'paste' | 'find' | 'search' | 'palette' | 'snapshot' | 'bigger' | 'smaller' | 'usual' | 'leave';

type Pressed = Pick<KeyboardEvent, 'type' | 'key' | 'code' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey' | 'isComposing' | 'keyCode'>;

/** On some layouts + is a shifted key, so a sign counts with Shift and without. */
const PLAIN: Readonly<Record<string, ConsoleKey>> = { f: 'find', F6: 'leave', '+': 'bigger', '=': 'bigger', '-': 'smaller', '0': 'usual' };
const WITH_SHIFT: Readonly<Record<string, ConsoleKey>> = {
  c: 'copy',
  v: 'paste',
  f: 'search',
  k: 'palette',
  p: 'palette',
  s: 'snapshot',
  '+': 'bigger',
};

/** What a key press means to the window; nothing where it is the guest's. */
export function consoleKey(pressed: Pressed): ConsoleKey | undefined {
  const { type, ctrlKey, shiftKey, altKey, metaKey } = pressed;
  if (type !== 'keydown' || !ctrlKey || altKey || metaKey || isComposing(pressed)) return undefined;
  return (shiftKey ? WITH_SHIFT : PLAIN)[keyName(pressed)];
}

/** A key that a browser or the desktop takes for itself, and what a terminal sends for it. */
export interface SentKey {
  readonly label: string;
  readonly bytes: string;
}
/** By groups, as the menu shows them (ECMA-48 control characters, xterm's sequences for the rest). */
export const SENT_KEYS: readonly (readonly SentKey[])[] = [
  [
    { label: 'Ctrl+W', bytes: '\x17' },
    { label: 'Ctrl+T', bytes: '\x14' },
    { label: 'Ctrl+N', bytes: '\x0e' },
    { label: 'Ctrl+F', bytes: '\x06' },
    { label: 'Ctrl+Q', bytes: '\x11' },
    { label: 'Ctrl+Space', bytes: '\0' },
    { label: 'Ctrl+\\', bytes: '\x1c' },
    { label: 'Ctrl+_', bytes: '\x1f' },
  ],
  [
    { label: 'Escape', bytes: '\x1b' },
    { label: 'Tab', bytes: '\t' },
    { label: 'Ctrl+Page Up', bytes: '\x1b[5;5~' },
    { label: 'Ctrl+Page Down', bytes: '\x1b[6;5~' },
  ],
  [
    { label: 'F1', bytes: '\x1bOP' },
    { label: 'F3', bytes: '\x1bOR' },
    { label: 'F5', bytes: '\x1b[15~' },
    { label: 'F6', bytes: '\x1b[17~' },
    { label: 'F10', bytes: '\x1b[21~' },
    { label: 'F11', bytes: '\x1b[23~' },
    { label: 'F12', bytes: '\x1b[24~' },
  ],
];
