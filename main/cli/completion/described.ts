/**
 * What a command takes, read from its help: the one description that people read, too. Words in capitals in its usage
 * are positions, words in brackets and the list below are options.
 */
import type { Command } from '../command.ts';

export interface DescribedOption {
  readonly name: string;
  /** The word for its value, as in `--console N`; absent for a switch. */
  readonly value?: string;
}
export interface Described {
  readonly options: readonly DescribedOption[];
  /** Each usage's positions in order; the last one repeats where it ends in dots. */
  readonly usages: readonly (readonly string[])[];
}

const usageLines = (help: string): readonly string[] => {
  const lines = help.split('\n');
  const first = lines.findIndex((line) => line.startsWith('Usage: '));
  const rest = lines.slice(first + 1);
  const after = rest.findIndex((line) => !/^ {7}viv /.test(line));
  return first < 0
    ? []
    : [lines[first] ?? '', ...rest.slice(0, after < 0 ? rest.length : after)].map((line) => line.slice('Usage: '.length));
};

/** A value's word: `N`, `FILE`, `raw|qcow2`, `[HOST:]PORT`. */
const VALUE = String.raw`([A-Z[][^\s\])]*|[a-z][\w-]*(?:\|[\w-]+)+)`;
const OPTION_IN_USAGE = new RegExp(String.raw`(--[a-z][\w-]*)(?: ${VALUE})?`, 'g');
const OPTION_IN_LIST = /^ {2}(?:-\w, )?(--[a-z][\w-]*)(?: (\S+))?(?: {2}|$)/gm;

/** @param words those that call it: `snapshot list` */
export function described({ help }: Pick<Command, 'help'>, words: string): Described {
  const options = new Map<string, DescribedOption>();
  const add = (name: string, value: string | undefined) => {
    const known = options.get(name)?.value;
    // Where both say something, the list of choices says more.
    const said = [known, value].find((word) => word?.includes('|')) ?? known ?? value;
    options.set(name, { name, ...(said === undefined ? {} : { value: said }) });
  };
  for (const [, name, value] of help.matchAll(OPTION_IN_LIST)) add(name as string, value);
  const usages = usageLines(help).map((line) => {
    const own = line.replace(`viv ${words}`, '').replace(/ {2,}\S.*$/, '');
    for (const [, name, value] of own.matchAll(OPTION_IN_USAGE)) add(name as string, value);
    const positions = own
      .replace(OPTION_IN_USAGE, ' ')
      .replace(/\[OPTION\]\.\.\.|OPTION\.\.\./g, ' ')
      .replace(/[[\]()]/g, ' ');
    return positions.split(/\s+/).filter((word) => word !== '' && word !== '|' && word !== '...');
  });
  return { options: [...options.values()], usages };
}
