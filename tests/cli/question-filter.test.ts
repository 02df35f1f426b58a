/** Output for a terminal that must not answer: its questions are gone, everything else is there, however it is cut up. */
/* eslint-disable no-control-regex -- escape sequences are what this is about */
import { describe, expect, test } from 'vitest';
import { QuestionFilter } from '../../main/doors/question-filter.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');
/** Through the filter in pieces of so many bytes. */
function filtered(input: Uint8Array, piece: number, asking = false): string {
  const filter = new QuestionFilter();
  let out = '';
  for (let at = 0; at < input.length; at += piece)
    out += Buffer.from(filter.filter(input.subarray(at, at + piece), asking)).toString('latin1');
  return out;
}

const QUESTIONS: Readonly<Record<string, string>> = {
  'the cursor': '\x1b[6n',
  'the cursor, with a leading zero': '\x1b[06n',
  'the cursor, DEC': '\x1b[?6n',
  'the status': '\x1b[5n',
  'device attributes': '\x1b[c',
  'secondary device attributes': '\x1b[>0c',
  'tertiary device attributes': '\x1b[=c',
  'the version': '\x1b[>q',
  'the oldest question': '\x1bZ',
  'the answerback message': '\x05',
  'a mode': '\x1b[?2026$p',
  'the window size': '\x1b[18t',
  'the window title': '\x1b[21t',
  'the keyboard': '\x1b[?u',
  'a palette colour': '\x1b]4;1;?\x07',
  'the background': '\x1b]11;?\x1b\\',
  'the clipboard': '\x1b]52;c;?\x07',
  'a setting': '\x1bP$qm\x1b\\',
  'a capability': '\x1bP+q544e\x1b\\',
  graphics: '\x1b_Gi=1,a=q;AAAA\x1b\\',
  'with an 8-bit control': '\x9b6n',
  'with a C1 control in UTF-8': '\xc2\x9b6n',
  'with a control inside': '\x1b[\r6n',
  'after a sequence that was not finished': '\x1b[3\x1b[6n',
  'inside a string that was not finished': '\x1b]0;x\x1b[6n',
};

describe('questions', () => {
  test.each(Object.entries(QUESTIONS))('%s', (_, question) => {
    for (let piece = 1; piece <= question.length + 2; piece++) {
      const out = filtered(latin(`a${question}b`), piece);
      expect(out.replace(/\x1b\]0;x|[\x18\r]/g, ''), `in pieces of ${piece}`).toBe('ab');
      expect(filtered(latin(`a${question}b`), piece, true), 'a terminal that answers gets them').toBe(`a${question}b`);
    }
  });
  test('one that is made longer than any is cancelled', () => {
    const out = filtered(latin(`a\x1b[${'0'.repeat(10_000)}6nb`), 100);
    expect(out).toMatch(/^a\x1b\[0+\x18b$/);
  });
});

describe('everything else passes', () => {
  test.each([
    'plain text, ünïcode 日本 “quotes” ✓\r\n\t',
    '\x1b[1;32mgreen\x1b[0m \x1b[2J\x1b[10;20H\x1b[?25l\x1b[?1049h\x1b(B\x1b7\x1b8\x1bM',
    '\x1b]0;a title, “quoted”\x07\x1b]8;;http://x/?a=b\x1b\\link\x1b]8;;\x1b\\',
    '\x1b]4;1;rgb:00/11/22\x07\x1b]11;#123456\x07',
    '\x1b[8;24;80t\x1b[22;0t\x1b[3 q\x1b[>4;1m',
    `\x1bPq${'#0~'.repeat(5000)}\x1b\\`,
  ])('%j', (text) => {
    const bytes = Buffer.from(text);
    for (const piece of [1, 2, 3, 7, 100_000]) expect(Buffer.from(filtered(bytes, piece), 'latin1').toString()).toBe(text);
  });
});
