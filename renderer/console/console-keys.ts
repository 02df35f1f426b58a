/**
 * Keys that belong to the window although the terminal has the focus. Everything else goes to the guest, also Tab,
 * Escape and the function keys; Ctrl+F is the window's, and pressed twice it reaches the guest.
 */

export type ConsoleKey = 'copy' | 'paste' | 'find' | 'palette' | 'leave';

type Pressed = Pick<KeyboardEvent, 'type' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey' | 'code'>;

/** What a key press means to the window; nothing where it is the guest's. */
export function consoleKey({ type, ctrlKey, shiftKey, altKey, metaKey, code }: Pressed): ConsoleKey | undefined {
  if (type !== 'keydown' || !ctrlKey || altKey || metaKey) return undefined;
  if (!shiftKey) return code === 'KeyF' ? 'find' : code === 'F6' ? 'leave' : undefined;
  return ({ KeyC: 'copy', KeyV: 'paste', KeyF: 'find', KeyK: 'palette', KeyP: 'palette' } as const)[code];
}
