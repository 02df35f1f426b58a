/** What can stand in a call of `viv` where the cursor is. The shells ask for it at each Tab, so it loads one command at most. */
import type { NameKind } from '../../library/names.ts';
import type { Command } from '../command.ts';
import { described, type Described } from './described.ts';

/** A command of the program's list. */
export interface Listed {
  readonly name: string;
  load(): Promise<Command>;
}
export interface Completions {
  readonly words: readonly string[];
  /** Whether a file's name can stand here, too. */
  readonly files: boolean;
}
/** Where names come from. */
export interface Names {
  stored(kind: NameKind, machine?: string): Promise<readonly string[]>;
  templates(): Promise<readonly string[]>;
}

const none: Completions = { words: [], files: false };
const ALWAYS = ['--help'];

/** @param typed the words after `viv`, the last one as far as it is typed */
export async function complete(commands: readonly Listed[], typed: readonly string[], names: Names): Promise<Completions> {
  const current = typed.at(-1) ?? '';
  const before = typed.slice(0, -1);
  const [first, ...rest] = before;
  const begin = ({ words, files }: Completions): Completions => ({ words: words.filter((word) => word.startsWith(current)), files });
  if (first === undefined) return begin({ words: [...commands.map(({ name }) => name), 'help', ...ALWAYS, '--version'], files: false });
  if (first === 'help') return begin({ words: rest.length === 0 ? commands.map(({ name }) => name) : [], files: false });
  const command = await commands.find(({ name }) => name === first)?.load();
  if (!command) return none;
  const [part] = rest;
  if (command.parts && part === undefined) return begin({ words: [...Object.keys(command.parts), ...ALWAYS], files: false });
  const own = partOf(command, part);
  return begin(
    await completeCall(
      described(own ?? command, own ? `${first} ${part}` : first),
      first,
      part,
      own ? rest.slice(1) : rest,
      current,
      names,
    ),
  );
}

const partOf = ({ parts }: Command, word: string | undefined): Command | undefined =>
  parts && word !== undefined && Object.hasOwn(parts, word) ? parts[word] : undefined;

async function completeCall(
  { options, usages }: Described,
  command: string,
  part: string | undefined,
  before: readonly string[],
  current: string,
  names: Names,
): Promise<Completions> {
  const last = before.at(-1);
  const takesValue = (word: string | undefined) => options.find(({ name }) => name === word)?.value;
  const value = before.at(-2) === '--' ? undefined : takesValue(last);
  const positional = before.filter((word, index) => !word.startsWith('-') && takesValue(before[index - 1]) === undefined);
  if (value !== undefined) return valuesOf(value, last, command, part, positional[0], names);
  if (current.startsWith('-')) {
    const repeats = (name: string) =>
      !before.includes(name) || ['--drive', '--net', '--tag', '--share', '--forward', '--allow', '--deny'].includes(name);
    return { words: [...options.map(({ name }) => name).filter(repeats), ...ALWAYS], files: false };
  }
  const found = await Promise.all(
    usages.map(async (usage) => {
      const place = usage[positional.length] ?? (usage.at(-1)?.endsWith('...') ? usage.at(-1) : undefined);
      return place === undefined ? none : valuesOf(place.replace('...', ''), undefined, command, part, positional[0], names);
    }),
  );
  return { words: [...new Set(found.flatMap(({ words }) => words))], files: found.some(({ files }) => files) };
}

/** What can stand for a word of the usage. @param option whose value it is @param machine the first word of the call */
async function valuesOf(
  word: string,
  option: string | undefined,
  command: string,
  part: string | undefined,
  machine: string | undefined,
  names: Names,
): Promise<Completions> {
  const words = async (list: Promise<readonly string[]>) => ({ words: await list, files: false });
  if (/^(?:SNAPSHOT|A|B)$/.test(word)) return words(machine === undefined ? Promise.resolve([]) : names.stored('snapshots', machine));
  if (word === 'TEMPLATE' || option === '--template') return words(names.templates());
  if (word.endsWith(':PATH') || word.endsWith(':SOURCE'))
    return { words: (await names.stored('machines')).map((name) => `${name}:`), files: true };
  if (/FILE|PATH|SOURCE/.test(word)) return { words: [], files: true };
  if (/^[a-z][\w-]*(?:\|[\w-]+)+$/.test(word)) return { words: word.split('|'), files: false };
  const isName = word === 'NAME' || word === 'NAME|NETWORK';
  if (!isName || (option !== undefined && option !== '--machine' && option !== '--config')) return none;
  if (command === 'create') return none;
  if (command === 'network') return part === 'create' ? none : words(names.stored('networks'));
  return words(names.stored(command === 'undelete' || command === 'purge' ? 'binned' : 'machines'));
}
