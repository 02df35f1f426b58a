/**
 * Keys that belong to the window although the terminal has the focus. Everything else goes to the guest, also Tab,
 * Escape and the function keys; Ctrl+F is the window's, and pressed twice it reaches the guest.
 */

export type ConsoleKey = 'copy' | 'paste' | 'find' | 'palette' | 'snapshot' | 'bigger' | 'smaller' | 'leave';

type Pressed = Pick<KeyboardEvent, 'type' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey' | 'code'>;

const PLAIN: Readonly<Record<string, ConsoleKey>> = {
  KeyF: 'find',
  F6: 'leave',
  Equal: 'bigger',
  NumpadAdd: 'bigger',
  Minus: 'smaller',
  NumpadSubtract: 'smaller',
};
const WITH_SHIFT: Readonly<Record<string, ConsoleKey>> = {
  KeyC: 'copy',
  KeyV: 'paste',
  KeyF: 'find',
  KeyK: 'palette',
  KeyP: 'palette',
  KeyS: 'snapshot',
  // Layouts on which + is a shifted key.
  Equal: 'bigger',
};

/** What a key press means to the window; nothing where it is the guest's. */
export function consoleKey({ type, ctrlKey, shiftKey, altKey, metaKey, code }: Pressed): ConsoleKey | undefined {
  if (type !== 'keydown' || !ctrlKey || altKey || metaKey) return undefined;
  return shiftKey ? WITH_SHIFT[code] : PLAIN[code];
}
