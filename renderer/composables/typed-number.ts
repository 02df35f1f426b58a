/**
 * Numbers as people write them: `1,5` and `1.5`, `1 024`, `1'024` and `1.234.567`. Nothing that was typed is left out in
 * silence: what can be read in two ways, or not at all, is said in a word.
 */
import { t } from '../words/words.ts';

export type TypedNumber = { readonly value: number } | { readonly problem: string };

/** Signs between groups of three digits: spaces of all kinds, apostrophes, an underscore. */
const GROUPING = /(?<=^\d{1,3}(?:[\s'’_]\d{3})*)[\s'’_](?=\d{3}(?:[\s'’_]\d{3})*(?:[.,]\d*)?$)/g;
/** Several of one sign, as in 1.234.567: a decimal sign comes once. */
const GROUPED_BY = /^\d{1,3}(?:([.,])\d{3})(?:\1\d{3})+$/;
const BOTH_SIGNS = /^\d{1,3}(?:([.,])\d{3})+(?!\1)[.,]\d+$/;

function decimal(text: string, whole: boolean): TypedNumber {
  if (GROUPED_BY.test(text)) return { value: Number(text.replaceAll(/[.,]/g, '')) };
  const grouping = BOTH_SIGNS.exec(text)?.[1];
  const plain = grouping === undefined ? text : text.replaceAll(grouping, '');
  if (!/^(\d+([.,]\d*)?|[.,]\d+)$/.test(plain)) return { problem: t('numbers.notNumber', { text }) };
  // A comma before three digits divides thousands for one half of the world and decimals for the other.
  if (grouping === undefined && /^[1-9]\d{0,2},\d{3}$/.test(plain)) {
    const thousands = plain.replace(',', '');
    if (whole) return { value: Number(thousands) };
    return { problem: t('numbers.ambiguous', { text, thousands, decimal: plain.replace(',', '.') }) };
  }
  return { value: Number(plain.replace(',', '.')) };
}

/**
 * Reads a number of zero or more.
 * @param whole only whole numbers are meant, so a comma can only divide thousands
 */
export function readNumber(text: string, whole = false): TypedNumber {
  const trimmed = text.trim();
  if (trimmed === '') return { problem: t('numbers.type') };
  const read = decimal(trimmed.replaceAll(GROUPING, ''), whole);
  if ('value' in read && whole && !Number.isInteger(read.value)) return { problem: t('numbers.notWhole', { text: trimmed }) };
  return read;
}
