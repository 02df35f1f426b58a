/** Values of fields in words. */
import { fieldAt } from './walk.ts';

/** A field's value on one line; empty where it has none. Lists with editors of their own are put into words by whoever shows them. */
export function valueWords(path: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  const words = fieldAt(path)?.field.words as ((value: unknown) => string) | undefined;
  return words ? words(value) : String(value as string | number);
}
