/** A console's end as text looks as its screen does. */
import { describe, expect, test } from 'vitest';
import { screenText } from '../../../main/supervisor/screen-text.ts';

const shown = (text: string, size = { lines: 4, columns: 20 }) => screenText(new TextEncoder().encode(text), size);

describe('screen text', () => {
  test.each([
    ['lines', 'one\r\ntwo\r\n', 'one\ntwo'],
    ['colours', '\x1b[1;32mroot@box\x1b[0m:~# ', 'root@box:~#'],
    ['a progress bar', ' 10 %\r 50 %\r100 %', '100 %'],
    ['a longer line written over by a shorter one', 'loading\rok\x1b[K', 'ok'],
    ['a line edited with backspaces', 'sl\b\bls -l', 'ls -l'],
    ['the cursor moved up and back', 'a\r\nb\x1b[A\x1b[1GX\r\n', 'X\nb'],
    ['a screen that was cleared', 'old\r\n\x1b[2J\x1b[Hnew', 'new'],
    ['a place on the screen', 'x\r\n\x1b[3;3Hy', 'x\n\n  y'],
    ['a window title', '\x1b]0;title\x07text', 'text'],
    ['a tab', 'a\tb', 'a       b'],
    ['a sequence cut off at the end', 'text\x1b[1;', 'text'],
    ['a file without carriage returns', 'one\ntwo\n', 'one\ntwo'],
  ])('of %s', (_what, text, expected) => expect(shown(text)).toBe(expected));
  test('is as large as it may be, and without empty lines around', () => {
    expect(shown('\r\n\r\nfirst\r\n2\r\n3\r\n4\r\n5\r\n\r\n')).toBe('2\n3\n4\n5');
    expect(shown('\r\n\r\nfirst\r\n')).toBe('first');
    expect(shown('0123456789012345678901234567')).toBe('01234567890123456789');
    expect(shown('')).toBe('');
  });
  test('of a flood of noise is text without control characters', () => {
    let state = 7;
    const noise = Uint8Array.from({ length: 50_000 }, () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0), state >>> 24));
    // eslint-disable-next-line no-control-regex
    expect(screenText(noise, { lines: 24, columns: 100 })).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
  });
});

test('after clear, what was on the screen before is none of it', () => {
  const before = Array.from({ length: 60 }, (_, line) => `old ${line}\r\n`).join('');
  const shown = (after: string) => screenText(new TextEncoder().encode(`${before}\x1b[H\x1b[J${after}`), { lines: 24, columns: 80 });
  expect(shown('~ # new')).toBe('~ # new');
  expect(shown('')).toBe('');
});
