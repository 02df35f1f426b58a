/** Folders of the host's that the guest mounts. */
import type { BoardDescription } from '../../../emulator/index.ts';
import { flag, list, oneOf, optional, record, textThat, type Frozen } from '../schema/shapes.ts';
import { field, OptionError } from './field.ts';

const PATH_MAX = 4096;
/** What a guest mounts it by (virtio 1.3, section 5.11.4), and the name of its place below /mnt. */
const TAG = /^[\w][\w.-]{0,35}$/;

const isAbsolute = (path: string): boolean => /^(?:\/|\\\\|[a-z]:[\\/])/i.test(path);
const folder = textThat(
  (value) => value.length <= PATH_MAX && isAbsolute(value) && !value.includes('\0'),
  'must be the whole path of a folder, as /home/you/work',
);
const tagText = textThat(
  (value) => TAG.test(value),
  'must be 1 to 36 letters, digits, dots, dashes and underscores, and must not begin with a dot or dash',
);

export const shareSetting = record({
  /** The folder; absent: the share has none, as after an import, and the guest finds nothing there. */
  path: optional(folder),
  tag: tagText,
  /** The guest changes nothing. */
  readonly: optional(flag),
  /** How it is spoken with; absent: virtio-fs. */
  protocol: optional(oneOf(['9p'])),
});
export type ShareDefinition = Frozen<{
  path?: string | undefined;
  tag: string;
  readonly?: boolean | undefined;
  protocol?: '9p' | undefined;
}>;

const WORDS = 'PATH[,tag=TAG][,readonly][,protocol=9p]';

/** A tag of the folder's own name. */
export function usualTag(path: string): string {
  const name = path.split(/[\\/]/).findLast((part) => part !== '' && part !== '.') ?? '';
  const letters = name
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 36);
  return letters === '' ? 'share' : letters;
}

/** Takes `/home/you/work,tag=work,readonly` apart; a comma in the path stays there, as the options are at the end. @throws OptionError */
export function readShare(text: string): ShareDefinition {
  let path = text;
  let tag: string | undefined;
  let isReadonly = false;
  let is9p = false;
  for (;;) {
    const [whole = '', given] = /,(?:readonly|protocol=9p|tag=([^,]*))$/.exec(path) ?? [];
    if (whole === '') break;
    if (whole === ',protocol=9p') is9p = true;
    else if (given === undefined) isReadonly = true;
    else if (tag === undefined && TAG.test(given)) tag = given;
    else throw new OptionError(`takes ${WORDS}, with one TAG of at most 36 letters, digits, dots, dashes and underscores, not "${text}"`);
    path = path.slice(0, -whole.length);
  }
  if (path === '' && tag === undefined) throw new OptionError(`takes ${WORDS}, not "${text}"`);
  return {
    ...(path === '' ? {} : { path }),
    tag: tag ?? usualTag(path),
    ...(isReadonly ? { readonly: true } : {}),
    ...(is9p ? { protocol: '9p' } : {}),
  };
}
export const writeShare = ({ path = '', tag, readonly, protocol }: ShareDefinition): string =>
  `${path},tag=${tag}${readonly ? ',readonly' : ''}${protocol === undefined ? '' : `,protocol=${protocol}`}`;

function readAll(texts: readonly string[]): readonly ShareDefinition[] {
  if (texts.length === 1 && texts[0] === 'none') return [];
  const all = texts.map(readShare);
  const twice = all.find(({ tag }, index) => all.findIndex((other) => other.tag === tag) < index);
  if (twice) throw new OptionError(`gives two folders the tag ${twice.tag}: add ,tag=TAG to one of them`);
  return all;
}

export const shares = field({
  label: 'Shared folders',
  section: 'shares',
  holdsAtOnce: true,
  absent: () => [],
  editor: { kind: 'lines' },
  hint: ({ sharesMax }) =>
    `One a line, at most ${sharesMax}: a folder of this computer, then after commas tag=NAME and readonly, as /home/you/work,tag=work. A guest mounts it with mount -t virtiofs work /mnt; Debian templates have it at /mnt/work, and one that comes while they run at /mnt/shares/work.`,
  schema: ({ sharesMax }: BoardDescription) => optional(list(shareSetting, sharesMax)),
  knownBy: (share: ShareDefinition) => share.tag,
  words: (all: readonly ShareDefinition[]) => all.map(writeShare).join('; '),
  options: [
    {
      name: 'share',
      value: 'PATH[,tag=TAG][,readonly]',
      help: [
        'a folder of your computer for the guest; may be repeated, replaces the existing',
        'ones; none takes all away. Debian templates mount it at /mnt/TAG:',
        'tag=TAG           what the guest knows it by (default: the name of the folder)',
        'readonly          the guest cannot change anything',
        'protocol=9p       9P2000.L instead of virtio-fs, for guests without the latter',
      ],
      multiple: true,
      read: readAll,
      write: (all) => {
        const items = (all ?? []) as readonly ShareDefinition[];
        return items.length === 0 ? ['none'] : items.map(writeShare);
      },
    },
  ],
});
