/** Console bytes as a person reads them. */
import { expect, test } from 'vitest';
import { lastLine, plainLines } from '../../../main/supervisor/plain-text.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test.for<[string, string]>([
  ['', ''],
  ['hello\r\n', 'hello'],
  ['one\r\ntwo\r\n\r\n  \r\n', 'two'],
  ['\x1b[1;32mroot@vivarium\x1b[0m:\x1b[1;34m~\x1b[0m$ ', 'root@vivarium:~$'],
  ['10 %\r20 %\r30 %', '30 %'],
  ['\x1b]0;a title\x07prompt> ', 'prompt>'],
  ['grüße\r\n', 'grüße'],
])('the last line of %j', ([text, expected]) => expect(lastLine(bytes(text))).toBe(expected));

test('lines keep their number', () => expect(plainLines(bytes('a\n\nb\r\n'))).toEqual(['a', '', 'b', '']));
