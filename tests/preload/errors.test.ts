/** The catalogue of errors: every code has words, nothing else decides by words, and what a newer version says is told as well as can be. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { CodedError } from '../../emulator/error/coded-error.ts';
import { catalogue as machineCatalogue } from '../../emulator/error/catalogue.ts';
import { MachineError } from '../../emulator/index.ts';
import { catalogue, kindOf, wordsOf, type ErrorCode } from '../../preload/contract/errors/catalogue.ts';
import { causeOf, ContractError, isError } from '../../preload/contract/errors/contract-error.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CODES = Object.keys(catalogue) as ErrorCode[];

/** A fact of any type: text in a sentence, 2 as a number, a list of one text, and an error. */
const anything = {
  [Symbol.toPrimitive]: (hint: string) => (hint === 'number' ? 2 : 'something'),
  code: 'outside',
  facts: { detail: 'something' },
  length: 1,
  toFixed: () => '2',
  slice: () => 'something',
  join: () => 'something',
  map: () => ['something'],
  replace: () => 'something',
};
/** Facts that are one of a few words: any other value has no sentence. */
const CLOSED: Readonly<Record<string, string | number | readonly string[]>> = {
  cause: 'full',
  by: 'size',
  thenAt: 0,
  nowAt: 0,
  snapshotAt: 0,
  name: 'something',
  text: 'something',
  path: '/some/path',
  backing: '/some/path',
  format: 'raw',
  snapshots: ['something'],
};
const CLOSED_OF: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'port-unusable': { why: 'in use' },
  'overlay-cluster-damaged': { why: 'length' },
};
const factsFor = (code: string) =>
  new Proxy({}, { get: (_, fact: string) => CLOSED_OF[code]?.[fact] ?? CLOSED[fact] ?? anything, has: () => true }) as never;

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.(ts|vue|js)$/.test(entry.name)) yield path;
  }
}
const texts = ['main', 'preload', 'renderer', 'emulator'].flatMap((room) =>
  [...sources(join(ROOT, room))].map((path) => ({ path: relative(ROOT, path), text: readFileSync(path, 'utf8') })),
);

describe('every error', () => {
  it.each(CODES)('%s has words', (code) => {
    const words = `${catalogue[code].words(factsFor(code), () => 'the cause') as unknown}`;
    expect(words).not.toBe('');
    expect(words, 'a sentence ends where it is shown').not.toMatch(/\.$/);
    expect(words).not.toMatch(/undefined|\[object|NaN|function/);
    expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });
  it('is thrown somewhere', () => {
    const used = new Set<string>();
    for (const { path, text } of texts)
      if (!/^(emulator\/error|preload\/contract\/errors)\//.test(path))
        for (const [, code] of text.matchAll(/'([a-z0-9-]+)'/g)) used.add(code!);
    const made = /^(library|store|overlay)-(readonly|full|damaged|locked|foreign|unusable)$/;
    expect(CODES.filter((code) => !used.has(code) && !made.test(code) && code !== 'outside' && code !== 'text')).toEqual([]);
  });
  it('of the emulator has its place in the one catalogue', () => {
    for (const code of Object.keys(machineCatalogue)) expect(CODES).toContain(code);
  });
});

describe('errors that cross', () => {
  it('keep code, facts, kind and words', () => {
    const error = new MachineError('disk-cannot-be-opened', { path: '/a', why: causeOf(new MachineError('path-missing', { path: '/a' })) });
    const { code, facts } = JSON.parse(JSON.stringify({ code: error.code, facts: error.facts })) as CodedError;
    const again = ContractError.of({ code, facts });
    expect(again.message).toBe('the disk /a cannot be opened: there is no file /a');
    expect(isError(again, 'disk-cannot-be-opened') && again.facts.path).toBe('/a');
    expect(again.kind).toBe('unavailable');
  });
  it('of a newer version are told with their facts', () => {
    const fault = {
      code: 'moon-not-reached',
      facts: { away: 384_400, why: { code: 'path-missing', facts: { path: '/rocket' } }, crew: ['a', 'b'] },
    };
    expect(wordsOf(fault)).toBe('moon not reached (away: 384400; why: there is no file /rocket; crew: a, b)');
    expect(wordsOf({ code: 'moon-not-reached', facts: {} })).toBe('moon not reached');
    expect(kindOf(fault)).toBe('unavailable');
  });
  it('with facts of another shape are told all the same', () => {
    expect(wordsOf({ code: 'cli-machine-unknown', facts: {} })).toBe('cli machine unknown');
    expect(wordsOf({ code: 'constructor', facts: {} })).toBe('constructor');
    expect(wordsOf({ code: 'boot-file-unusable', facts: { what: 'the kernel', why: { code: 'toString', facts: {} } } })).toContain(
      'the kernel',
    );
  });
});

/** Deciding by an error's text or by the name of its class. */
const MATCHES = [
  /\bconstructor\.name\b/,
  /\.name\s*[!=]==?\s*['"`]\w*Error\b/,
  /(error|cause|reason|failure|thrown)\w*\)?\.name\s*[!=]==?/i,
  /\.message\s*\.\s*(includes|match|matchAll|startsWith|endsWith|search|indexOf)\(/,
  /\.(test|exec)\(\s*\(?\w*(error|cause|failure|thrown)\w*( as \w+)?\)?\.(message|name)/i,
  /(error|cause|failure|thrown)\w*\)?\.message\s*[!=]==/i,
];
const matchesIn = (text: string): string[] => text.split('\n').filter((line) => MATCHES.some((pattern) => pattern.test(line)));

describe('sources', () => {
  it('decide by codes, never by the text of an error or the name of its class', () => {
    expect(texts.flatMap(({ path, text }) => matchesIn(text).map((line) => `${path}: ${line.trim()}`))).toEqual([]);
  });
  it('are searched for what it is', () => {
    const wrong = [
      "if (error.name === 'AbortError') return;",
      'if (/disk full/.test(error.message)) retry();',
      "if (error.message.includes('locked')) wait();",
      "if ((error as Error).message === 'x') return;",
      'const kind = error.constructor.name;',
    ];
    for (const line of wrong) expect(matchesIn(line)).toEqual([line]);
    for (const line of ['console.error(error.message);', 'if (template.name === name) return;']) expect(matchesIn(line)).toEqual([]);
  });
});
