/** The catalogue of the window's texts: languages say the same, in forms that can be read, and numbers as each writes them. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { german } from '../../renderer/words/de/index.ts';
import { english } from '../../renderer/words/en/index.ts';
import { languageOf, localeOf, messages } from '../../renderer/words/language.ts';
import { speak } from '../../renderer/words/speak.ts';
import { agoWords, durationText, formatBytes, formatCount, formatRate, spanWords } from '../../renderer/words/quantities.ts';
import { piecesOf, t, type WordKey } from '../../renderer/words/words.ts';
import { BOARD_NAMES, boardOf } from '../../preload/contract/definition/boards.ts';
import { problemsOf } from '../../preload/contract/schema/problems.ts';
import { ALL_FIELDS } from '../../preload/contract/definition/walk.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { messageOf } from '../../renderer/composables/sentence.ts';
import {
  fieldChoices,
  fieldHint,
  fieldLabel,
  problemSentence,
  taskTitle,
  templateText,
  wordsOf,
} from '../../renderer/words/contract-words.ts';
import * as usual from '../../emulator/quantities/durations.ts';
import { formatBytes as usualBytes } from '../../emulator/quantities/bytes.ts';

const GUESTS = fileURLToPath(new URL('../../resources/guests/', import.meta.url));
const TEMPLATES = readdirSync(GUESTS)
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({ file, ...(JSON.parse(readFileSync(`${GUESTS}${file}`, 'utf8')) as Record<'title' | 'description', string>) }));

afterEach(() => speak('en'));

type Topics = Readonly<Record<string, Readonly<Record<string, string>>>>;
const flat = (topics: Topics) =>
  Object.entries(topics).flatMap(([topic, words]) => Object.entries(words).map(([key, text]) => [`${topic}.${key}`, text] as const));
const inEnglish = new Map(flat(english));
const inGerman = new Map(flat(german));
const namesIn = (text: string) => new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
const formsOf = (text: string) => text.split('|').length;

/** Words that both languages share. */
const SHARED = new Set([
  ...['System', 'Version', 'Normal', 'Name', 'Snapshot', 'Hardware', 'Alt', 'Optional', 'Modem', 'Rate', 'Host-only'],
  ...['Hardware ({count})', 'Format', 'Port {number}', 'Offset', 'Register', 'Zoom', 'Snapshots'],
  ...['{name} ({state}) – Vivarium'],
]);

describe('the German catalogue', () => {
  test('has the same messages with the same placeholders and as many forms', () => {
    expect([...inGerman.keys()].sort()).toEqual([...inEnglish.keys()].sort());
    for (const [key, text] of inGerman) {
      const original = inEnglish.get(key) ?? '';
      expect([key, namesIn(text)]).toEqual([key, namesIn(original)]);
      expect([key, formsOf(text)]).toEqual([key, formsOf(original)]);
    }
  });
  test('leaves nothing in English but words that both languages share', () => {
    const same = [...inGerman].filter(([key, text]) => text === inEnglish.get(key) && /[a-z]{2}/i.test(text.replaceAll(/\{\w+\}/g, '')));
    expect(same.filter(([, text]) => !SHARED.has(text))).toEqual([]);
  });
  test('has its own quotation marks and a space before dots that stand for more', () => {
    const wrong = [...inGerman].filter(([, text]) => /“[^„]*”|"(?!\.)|'|[^\s…|]…/.test(text.replaceAll(/„[^“„]*“/g, '')));
    expect(wrong).toEqual([]);
  });
});

test.each([...inEnglish.keys()])('%s can be read in both languages', async (key) => {
  const values = { ...Object.fromEntries([...namesIn(inEnglish.get(key) ?? '')].map((name) => [name, `<${name}>`])), count: 2 };
  for (const language of ['en', 'de'] as const) {
    await speak(language);
    const text = (t as (key: WordKey, values: object) => string)(key as WordKey, values);
    expect(text).not.toBe(key);
    expect(text).not.toMatch(/[{}|]/);
  }
});

describe('speaking a language', () => {
  test('follows the choice, else the first of the system’s languages that is one of ours', () => {
    expect(languageOf('de', ['en-US'])).toBe('de');
    expect(languageOf('en', ['de-DE'])).toBe('en');
    expect(languageOf('system', ['de-AT', 'en'])).toBe('de');
    expect(languageOf('system', ['fr', 'de', 'en'])).toBe('de');
    expect(languageOf('system', ['fr', 'en-GB', 'de'])).toBe('en');
    expect(languageOf('system', [])).toBe('en');
    expect(localeOf('de', ['en-US', 'de-AT'])).toBe('de-AT');
    expect(localeOf('de', ['en-US'])).toBe('de-DE');
  });
  test('of two wishes the last holds, whatever is loaded first', async () => {
    await Promise.all([speak('de'), speak('en')]);
    expect(messages.locale.value).toBe('en');
    await Promise.all([speak('en'), speak('de')]);
    expect(messages.locale.value).toBe('de');
  });
  test('chooses forms by number and writes numbers as the language does', async () => {
    expect(t('check.problems', { count: 1 })).toBe('One problem was found:');
    expect(t('check.problems', { count: 1200 })).toBe('1,200 problems were found:');
    await speak('de');
    expect(t('check.problems', { count: 1 })).toBe('Ein Fehler wurde gefunden:');
    expect(t('check.problems', { count: 1200 })).toBe('1.200 Fehler wurden gefunden:');
  });
  test('gives a message in pieces, for who puts more than text into it', () => {
    expect(piecesOf('overview.takesDisk')).toEqual([{ text: 'Vivarium takes ' }, { name: 'disk' }, { text: ' of the disk' }]);
  });
});

describe('what the contracts say', () => {
  test('is the command line’s English, or German where that is spoken', async () => {
    const fault = { code: 'machine-failed', facts: { why: { code: 'machine-name-taken', facts: { name: 'box' } } } };
    expect(wordsOf(fault)).toBe('the machine failed: there is already a machine called "box": choose another name');
    expect(taskTitle({ kind: 'check-library', subject: {} })).toBe('Checking the library');
    await speak('de');
    expect(wordsOf(fault)).toBe('die Maschine ist fehlgeschlagen: es gibt schon eine Maschine namens „box“: einen anderen Namen wählen');
    expect(taskTitle({ kind: 'check-library', subject: {} })).toBe('Die Bibliothek wird geprüft');
    expect(messageOf(new ContractError('machine-gone'))).toBe('Diese Maschine gibt es nicht mehr');
    expect(wordsOf({ code: 'of-a-later-version', facts: { name: 'box' } })).toBe('of a later version (name: box)');
  });
  test('an error within an error that only a later version knows is told all the same', async () => {
    await speak('de');
    const why = { code: 'of-a-later-version', facts: {} };
    expect(wordsOf({ code: 'machine-off', facts: { why } })).toBe('die Maschine ist aus: of a later version');
  });
  test.each(TEMPLATES)('the template $file is in German', async ({ title, description }) => {
    expect([templateText(title), templateText(description)]).toEqual([title, description]);
    await speak('de');
    expect(templateText(description)).not.toBe(description);
    expect(templateText(title)).toMatch(/^(Debian Linux|Debian auf einer Platte|Hallo)/);
    expect(templateText('My own template')).toBe('My own template');
  });
  test.each(ALL_FIELDS)('what is wrong with $path is said in German', async ({ field }) => {
    await speak('de');
    for (const board of BOARD_NAMES.map(boardOf))
      for (const wrong of [
        null,
        -1,
        1e12,
        'x\u0007',
        '-'.repeat(10_000),
        [{}],
        [null],
        [{ network: '-', mac: '1', hostPort: 0, path: 'x', tag: '-' }],
      ])
        for (const { message } of problemsOf(field.schema(board), wrong)) {
          const said = problemSentence(message);
          expect(said).not.toMatch(/\b(must|may|is|the|has|only)\b/);
          expect(said).toMatch(/\.$/);
        }
  });
  test.each(ALL_FIELDS)('the field $path is in German, with all its choices', async (placed) => {
    const { path, field } = placed;
    const boards = BOARD_NAMES.map(boardOf);
    const choices = () =>
      boards.flatMap((board) =>
        field.editor && 'choices' in field.editor
          ? fieldChoices(placed, field.editor.choices(board)).map(({ label, about }) => `${label} ${about}`)
          : [],
      );
    const said = () => [fieldLabel(path), ...boards.map((board) => fieldHint(placed, board)), ...(path === 'board' ? [] : choices())];
    const before = said();
    expect(fieldLabel(path)).toBe(field.label);
    await speak('de');
    const same = said().filter((text, index) => text !== undefined && text === before[index]);
    expect(same.filter((text) => !['Name', 'Board', 'Kernel', 'Initrd', 'Firmware', 'Firmware undefined'].includes(text ?? ''))).toEqual(
      [],
    );
  });
});

describe('amounts', () => {
  test('read in English as everywhere else in the program', () => {
    for (const bytes of [0, 1, 812, 999, 1000, 1536, 1024 * 99.96, 2 ** 20 * 1.25, 2 ** 30 * 120, 2 ** 50])
      expect(formatBytes(bytes)).toBe(usualBytes(bytes));
    for (const ms of [0, 900, 4200, 59_960, 187_000, 8_100_000, 273_600_000]) {
      expect(durationText(ms)).toBe(usual.durationText(ms));
      expect(spanWords(ms)).toBe(usual.spanWords(ms));
      expect(agoWords(1e12, 1e12 + ms)).toBe(usual.agoWords(1e12, 1e12 + ms));
      expect(agoWords(1e12 + ms, 1e12)).toBe(usual.agoWords(1e12 + ms, 1e12));
    }
  });
  test('read in German as German writes them', async () => {
    await speak('de');
    expect([formatBytes(1), formatBytes(812), formatBytes(1536)]).toEqual(['1 Byte', '812 Byte', '1,5 KiB']);
    expect([formatRate(1.2e6), formatCount(4.2e6), durationText(4200)]).toEqual(['1,2 Mbit/s', '4,2 Mio.', '4,2 s']);
    expect([spanWords(3 * 86_400_000), agoWords(0, 3 * 86_400_000)]).toEqual(['3 Tage', 'vor 3 Tagen']);
  });
});
