/** The list of keys. What a command says of itself is read from the registry; parts with keys of their own say theirs here. */
import type { Command } from '../../composables/commands/command.ts';
import { keyText } from '../../composables/key-text.ts';
import { t } from '../../words/words.ts';
import { COMMANDS } from '../../composables/commands/use-commands.ts';

export interface KeyList {
  readonly where: string;
  readonly keys: readonly { readonly key: string; readonly what: string }[];
}

/** Commands whose words depend on what they are about say how they are called without it. */
const wordsOf = ({ called, shownAs, words }: Command): string => (called ?? shownAs ?? (words as () => string))().replace(/\s*…/, '');
const keysOf = ({ keys }: Command): readonly string[] => (typeof keys === 'function' ? ['ctrl+f'] : (keys ?? []));

const commandKeys = (): KeyList => ({
  where: t('keys.everywhere'),
  keys: COMMANDS.filter(({ hidden }) => !hidden).flatMap((command) =>
    keysOf(command).map((key) => ({ key: keyText(key), what: wordsOf(command) })),
  ),
});

const inList = (): KeyList => ({
  where: t('keys.inList'),
  keys: [
    { key: '↑ ↓', what: t('keys.chooseMachine') },
    { key: keyText('Enter'), what: t('keys.openMachine') },
    { key: keyText('shift+F10'), what: t('keys.openMenu') },
  ],
});
const inConsole = (): KeyList => ({
  where: t('keys.inConsole'),
  keys: [
    { key: keyText('ctrl+shift+c'), what: t('keys.copySelection') },
    { key: keyText('ctrl+shift+v'), what: t('keys.paste') },
    { key: keyText('ctrl+f'), what: t('keys.findTwice') },
    { key: keyText('ctrl+shift+f'), what: t('keys.searchAll') },
    { key: keyText('ctrl+shift+k'), what: t('keys.findAction') },
    { key: keyText('ctrl+shift+s'), what: t('machines.takeSnapshot') },
    { key: ['ctrl++', 'ctrl+−', 'ctrl+0'].map(keyText).join(' '), what: t('keys.textSize') },
    { key: keyText('ctrl+F6'), what: t('keys.leaveConsole') },
  ],
});
const onTimeline = (): KeyList => ({
  where: t('keys.onTimeline'),
  keys: [
    { key: '← →', what: t('keys.throughTime') },
    { key: '↑ ↓', what: t('keys.nextBranch') },
    { key: `${keyText('Home')} ${keyText('End')}`, what: t('keys.firstAndNow') },
    { key: 'N', what: t('machines.takeSnapshot') },
    ...COMMANDS.flatMap((command) =>
      command.about === 'snapshot' && command.there !== undefined ? { key: command.there(), what: wordsOf(command) } : [],
    ),
  ],
});

export const keyLists = (): readonly KeyList[] => [commandKeys(), inList(), inConsole(), onTimeline()];
