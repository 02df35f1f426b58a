/** The list of keys. What a command says of itself is read from the registry; parts with keys of their own say theirs here. */
import { keyText, type Command } from '../../composables/commands/command.ts';
import { COMMANDS } from '../../composables/commands/use-commands.ts';

export interface KeyList {
  readonly where: string;
  readonly keys: readonly { readonly key: string; readonly what: string }[];
}

const wordsOf = ({ id, words }: Command): string => (typeof words === 'string' ? words : sentenceOf(id)).replace('…', '');
/** Commands whose words depend on the machine are called by their identity: `machine.delete` is Delete. */
const sentenceOf = (id: string): string => {
  const word = id.slice(id.indexOf('.') + 1);
  return word.charAt(0).toUpperCase() + word.slice(1);
};
const keysOf = ({ keys }: Command): readonly string[] => (typeof keys === 'function' ? ['ctrl+f'] : (keys ?? []));

const commandKeys = (): KeyList => ({
  where: 'Everywhere but in consoles and dialogs',
  keys: COMMANDS.filter(({ hidden }) => !hidden).flatMap((command) =>
    keysOf(command).map((key) => ({ key: keyText(key), what: wordsOf(command) })),
  ),
});

const LIST: KeyList = {
  where: 'In the list of machines',
  keys: [
    { key: '↑ ↓', what: 'Choose a machine' },
    { key: 'Enter', what: 'Start it, resume it, or go to its console' },
    { key: 'Shift+F10', what: 'Open its menu' },
  ],
};
const CONSOLE: KeyList = {
  where: 'In a console',
  keys: [
    { key: 'Ctrl+Shift+C', what: 'Copy the selection' },
    { key: 'Ctrl+Shift+V', what: 'Paste' },
    { key: 'Ctrl+F', what: 'Find; pressed twice it goes to the guest' },
    { key: 'Ctrl+Shift+F', what: 'Search all consoles' },
    { key: 'Ctrl+Shift+K', what: 'Find an action' },
    { key: 'Ctrl+Shift+S', what: 'Take a snapshot' },
    { key: 'Ctrl++ Ctrl+− Ctrl+0', what: 'Larger, smaller and usual text' },
    { key: 'Ctrl+F6', what: 'Leave the console' },
  ],
};
const TIMELINE: KeyList = {
  where: 'On a timeline',
  keys: [
    { key: '← →', what: 'Go through time' },
    { key: '↑ ↓', what: 'Go to the next branch' },
    { key: 'Home End', what: 'The first snapshot, and now' },
    { key: 'N', what: 'Take a snapshot' },
    ...COMMANDS.flatMap(({ about, there, shownAs, id }) =>
      about === 'snapshot' && there !== undefined ? { key: there, what: shownAs ?? sentenceOf(id) } : [],
    ),
  ],
};

export const keyLists = (): readonly KeyList[] => [commandKeys(), LIST, CONSOLE, TIMELINE];
