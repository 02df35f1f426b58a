/** Lines of a text as a list, each read as an option of viv is. */
import { OptionError } from '../../../preload/contract/definition/field.ts';
import { t } from '../../words/words.ts';

export type ReadLines = { readonly value: unknown } | { readonly problem: string };

/** Empty lines mean nothing; no lines at all are an empty list. */
export function readLines(text: string, read: (texts: readonly string[]) => unknown): ReadLines {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  try {
    return { value: lines.length === 0 ? [] : read(lines) };
  } catch (error) {
    if (error instanceof OptionError) return { problem: t('hardware.aLine', { message: error.message }) };
    throw error;
  }
}
