/** A shared folder as it is typed: its path may be one in the current folder. */
import { resolve } from 'node:path';
import { OptionError } from '../../../preload/contract/definition/field.ts';
import { readShare, type ShareDefinition, usualTag, writeShare } from '../../../preload/contract/definition/share-fields.ts';
import { CallError } from '../call-error.ts';

/** @throws OptionError */
function absoluteShare(text: string): ShareDefinition {
  const share = readShare(text);
  if (share.path === undefined) return share;
  const path = resolve(share.path);
  // A tag that nobody gave is the folder's name, not that of a dot.
  const isGiven = text.includes(`,tag=${share.tag}`);
  return { ...share, path, tag: isGiven ? share.tag : usualTag(path) };
}

/** The text with its path made absolute; `none` as it is. @throws OptionError */
export const absoluteShareText = (text: string): string => (text === 'none' ? text : writeShare(absoluteShare(text)));

/** @throws CallError */
export function shareOf(text: string): ShareDefinition {
  try {
    return absoluteShare(text);
  } catch (error) {
    throw error instanceof OptionError ? new CallError(`SHARE ${error.message}`) : error;
  }
}
