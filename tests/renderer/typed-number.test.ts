/** Numbers as people write them: read right, or refused with a word; never with a sign left out. */
import { describe, expect, test } from 'vitest';
import { readNumber } from '../../renderer/composables/typed-number.ts';

const value = (text: string, whole = false) => {
  const read = readNumber(text, whole);
  return 'value' in read ? read.value : read.problem;
};

describe('a number', () => {
  test.each([
    ['15', 15],
    ['1.5', 1.5],
    ['1,5', 1.5],
    ['0,125', 0.125],
    ['1.024', 1.024],
    [',5', 0.5],
    ['1 024', 1024],
    ['1\u00a0024,5', 1024.5],
    ['1\u202f024', 1024],
    ["1'024", 1024],
    ['1_024', 1024],
    ['1.234.567', 1_234_567],
    ['1,234,567', 1_234_567],
    ['1.234,5', 1234.5],
    ['1,234.5', 1234.5],
    [' 4 ', 4],
  ])('%s', (text, number) => expect(value(text)).toBe(number));
  test.each(['abc', '-3', '1e3', '0x10', '12 34', '1 0245', '1,2,3', '1.2.3', '1,5 GiB', '∞', '１２'])(
    '%s is refused with a word',
    (text) => expect(value(text)).toBe(`“${text}” is not a number.`),
  );
  test('a comma that can mean two things is asked about', () => {
    expect(value('1,024')).toBe('“1,024” can mean 1024 or 1.024. Write it without a comma.');
    expect(value('')).toBe('Type a number.');
  });
});

describe('a whole number', () => {
  test.each([
    ['512', 512],
    ['1,024', 1024],
    ['3 072', 3072],
    ['1,000,000', 1_000_000],
  ])('%s', (text, number) => expect(value(text, true)).toBe(number));
  test.each(['1,5', '1.5', '1.024'])('%s is none', (text) => expect(value(text, true)).toBe(`“${text}” is not a whole number.`));
});

test('what is read has exactly the digits that were typed', () => {
  for (let seed = 1; seed < 8000; seed++) {
    const text = [...seed.toString(5)].map((digit) => '57.,\u00a0'[Number(digit)]).join('');
    const read = readNumber(text);
    if ('value' in read) expect([text, String(read.value).replace(/^0|\D/g, '')]).toEqual([text, text.replace(/\D/g, '')]);
  }
});
