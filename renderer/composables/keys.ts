/**
 * Keys by what is printed on them. A letter or sign counts under the keyboard layout in use; only where the layout has no
 * Latin letters (Greek, Russian, Hebrew) the key's position on a US keyboard says which one is meant.
 */

type Pressed = Pick<KeyboardEvent, 'key' | 'code'>;
type Modified = Pressed & Pick<KeyboardEvent, 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey'>;

/** A letter of an alphabet other than ours. German ß and Polish ń are Latin letters and stand for themselves. */
const OTHER_ALPHABET = /^(?!\p{Script=Latin})\p{L}$/u;

/** Signs by their place on a US keyboard; letters of other alphabets lie on these keys too. */
const US_SIGNS: Readonly<Record<string, string>> = {
  Comma: ',',
  Period: '.',
  Slash: '/',
  Semicolon: ';',
  Quote: "'",
  BracketLeft: '[',
  BracketRight: ']',
  Backslash: '\\',
  Backquote: '`',
  Minus: '-',
  Equal: '=',
};

/** What a key is called: `a`, `+`, `F6`, `Enter`; letters in lower case, whether or not Shift or Caps Lock is on. */
export function keyName({ key, code }: Pressed): string {
  if (OTHER_ALPHABET.test(key)) return US_SIGNS[code] ?? /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? key;
  return [...key].length === 1 ? key.toLowerCase() : key;
}

/** A key with its modifiers: `ctrl+shift+s`. Command counts as Ctrl. */
export const keyWithModifiers = (pressed: Modified): string =>
  [
    ...(pressed.ctrlKey || pressed.metaKey ? ['ctrl'] : []),
    ...(pressed.shiftKey ? ['shift'] : []),
    ...(pressed.altKey ? ['alt'] : []),
    keyName(pressed),
  ].join('+');

/** Whether a key belongs to an input method that is composing a word. Safari ends a composition before its last key; 229 tells. */
export const isComposing = ({ isComposing: now, keyCode }: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean =>
  now || keyCode === 229;

/**
 * Gives keys pressed while a word is being composed to the input method alone: Enter confirms the word and Escape drops
 * it, and neither may end a renaming or close a dialog. Stands before every other handler of the page, so none has to
 * know of it. Only a terminal composes by itself.
 */
export function guardComposition(page: Window): void {
  const guard = (event: KeyboardEvent) => {
    if (!isComposing(event) || (event.target instanceof Element && event.target.closest('.xterm'))) return;
    event.stopImmediatePropagation();
    // The browser's own answer to Escape is to close what is open.
    if (event.key === 'Escape') event.preventDefault();
  };
  page.addEventListener('keydown', guard, true);
}
