/** How a person finds a machine among many: a group that it stands in, and tags. Neither is part of the machine. */
import * as v from 'valibot';
import { isSafeText } from '../foreign-text.ts';
import { list, optional, text, textThat } from '../schema/shapes.ts';
import { field, OptionError } from './field.ts';

const TAG_MAX = 40;
const TAGS_MAX = 20;
const GROUP_MAX = 60;
/** What the option takes for a machine without tags. */
const NONE = 'none';

/** Whether a word can be a tag: it stands in lists with commas, and `tag:word` finds it. */
export const isTag = (word: string): boolean =>
  word.length > 0 && word.length <= TAG_MAX && word !== NONE && isSafeText(word) && !/[\s,]/.test(word);

const TAG_WORDS = `must be a word of 1 to ${TAG_MAX} characters without spaces or commas, and not "${NONE}"`;

function readTags(texts: readonly string[]): readonly string[] {
  const words = texts.flatMap((typed) => typed.split(',')).map((word) => word.trim());
  const given = [...new Set(words.filter((word) => word !== '' && word !== NONE))];
  const wrong = given.find((word) => !isTag(word));
  if (wrong !== undefined) throw new OptionError(`takes words of at most ${TAG_MAX} characters without spaces, not ${wrong}`);
  return given;
}

export const tags = field({
  label: 'Tags',
  section: 'general',
  isOwners: true,
  absent: () => [],
  hint: () => 'One word a line. The list of machines is searched and filtered by them.',
  editor: { kind: 'lines' },
  schema: () => optional(list(textThat(isTag, TAG_WORDS), TAGS_MAX)),
  words: (is: readonly string[]) => is.join(', '),
  options: [
    {
      name: 'tag',
      value: 'WORD',
      help: ['a tag to find it by; may be repeated; none takes all away'],
      commands: ['create', 'set'],
      multiple: true,
      read: readTags,
      write: (is) => ((is as readonly string[] | undefined)?.length ? (is as readonly string[]) : [NONE]),
    },
  ],
});

export const group = field({
  label: 'Group',
  section: 'general',
  isOwners: true,
  absent: () => '',
  hint: () => 'Machines of a group stand together in the list.',
  editor: { kind: 'line', max: GROUP_MAX },
  schema: () => optional(v.pipe(text(GROUP_MAX, 0), v.check(isSafeText, 'has control characters or direction marks in it'))),
  options: [
    {
      name: 'group',
      value: 'NAME',
      help: ['the group it stands in; an empty one takes it out'],
      commands: ['create', 'set'],
      read: ([typed = '']) => typed.trim(),
      write: (is) => [String(is ?? '')],
    },
  ],
});
