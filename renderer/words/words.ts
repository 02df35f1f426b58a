/** The window's words: `t('settings.title')`, in the language that is chosen. Whoever renders them follows it. */
import type { english } from './en/index.ts';
import { numberFormat } from './formats.ts';
import { messages } from './language.ts';
import type { NamesIn } from './shape.ts';

type Catalogue = typeof english;
type KeysOf<Topic extends keyof Catalogue> = `${Topic}.${keyof Catalogue[Topic] & string}`;
/** A message by topic and name. */
export type WordKey = { [Topic in keyof Catalogue]: KeysOf<Topic> }[keyof Catalogue];
type MessageOf<Key> = Key extends `${infer Topic}.${infer Name}`
  ? Topic extends keyof Catalogue
    ? Name extends keyof Catalogue[Topic]
      ? Catalogue[Topic][Name]
      : never
    : never
  : never;
type NamesOf<Key> = MessageOf<Key> extends infer Message extends string ? NamesIn<Message> : never;
type Counted = { readonly count?: number };
type Given<Key> = [NamesOf<Key>] extends [never]
  ? [values?: Counted]
  : [
      values: Readonly<Record<Exclude<NamesOf<Key>, 'count'>, string | number>> &
        ('count' extends NamesOf<Key> ? Required<Counted> : Counted),
    ];

/**
 * A message of the catalogue. Numbers are written as the language does; `count` chooses between the forms for one and for several.
 * @param values for the names in braces
 */
export function t<Key extends WordKey>(key: Key, ...[values]: Given<Key>): string {
  if (!values) return messages.t(key);
  const given = values as Readonly<Record<string, string | number>>;
  const shown = Object.entries(given).map(([name, value]) => [name, typeof value === 'number' ? numberFormat().format(value) : value]);
  const count = given['count'];
  const named = Object.fromEntries(shown) as Record<string, unknown>;
  return typeof count === 'number' ? messages.t(key, named, { plural: count }) : messages.t(key, named);
}

/** A part of a message: text, or the name of what stands there. */
export type Piece = { readonly text: string } | { readonly name: string };

/** A message with one form as its parts, for who puts more than text into it. */
export const piecesOf = (key: WordKey): readonly Piece[] =>
  String(messages.tm(key))
    .split(/\{(\w+)\}/)
    .map((part, index) => (index % 2 === 1 ? { name: part } : { text: part }))
    .filter((piece) => 'name' in piece || piece.text !== '');
