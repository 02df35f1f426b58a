/** Keys as people write them. */
import { t, type WordKey } from '../words/words.ts';

const KEY_WORDS: Readonly<Record<string, Extract<WordKey, `keyNames.${string}`>>> = {
  ctrl: 'keyNames.ctrl',
  shift: 'keyNames.shift',
  alt: 'keyNames.alt',
  Delete: 'keyNames.delete',
  Enter: 'keyNames.enter',
  Space: 'keyNames.space',
  Home: 'keyNames.home',
  End: 'keyNames.end',
};
const SIGNS: Readonly<Record<string, string>> = { ArrowUp: '↑', ArrowDown: '↓' };

function partText(part: string): string {
  const word = KEY_WORDS[part];
  if (word !== undefined) return t(word);
  return SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : part);
}

/** A key as `keyWithModifiers` writes it, in the language's words: `Ctrl+Shift+S`. */
export const keyText = (key: string): string =>
  key
    .split(/\+(?=.)/)
    .map(partText)
    .join('+');
