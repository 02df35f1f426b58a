/** Main's messages are phrases that can stand inside a sentence; on their own in the window they begin with a capital. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { wordsOf } from '../words/contract-words.ts';

export const sentence = (phrase: string): string => phrase.replace(/^[a-z]/, (first) => first.toUpperCase());

/** What an error tells a person, in the window's language. */
export function messageOf(error: unknown): string {
  if (error instanceof ContractError) return sentence(wordsOf(error));
  return sentence(error instanceof Error ? error.message : String(error));
}
