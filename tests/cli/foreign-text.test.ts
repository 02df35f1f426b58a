/**
 * What guests, files and other people say reaches no terminal as a command: names, notes, last lines and paths with
 * anything in them, through every command that prints them and through its errors.
 */
import { said } from '../kit/said.ts';
import { expect, test } from 'vitest';
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import { isSafeText, safeJson, safeText, shellWord } from '../../preload/contract/foreign-text.ts';
import { BOX, machine, scriptedProgram, snapshot, timeline } from './scripted-program.ts';
import { shell } from './shell.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? 20261127);
/** Bytes and marks that a terminal obeys, and innocent ones between them. */
const PIECES = [
  ...['\x1b[31m', '\x1b]0;t\x07', '\x1b[6n', '\x9b2J', '\x90$qm\x9c', '\x07', '\b', '\r', '\n', '\t', '\x7f', '\x85', '\0'],
  ...['\u202e', '\u2066', '\u200f', '\u061c', '\u2028', 'a', 'Z', 'é', '日', '😀', ' ', '"', "'", '\\', '%', '$', '\x0e', '\x1bc'],
];

function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
const next = random(SEED);
const hostile = () => Array.from({ length: 1 + Math.floor(next() * 12) }, () => PIECES[Math.floor(next() * PIECES.length)]).join('');

const isSafeOutput = (text: string) => text.split('\n').every(isSafeText);

test('a shown word is safe, and a shell reads it as what it was', async () => {
  const words = Array.from({ length: 100 }, hostile).filter((word) => !word.includes('\0'));
  for (const word of words) expect(isSafeText(shellWord(word)), `seed ${SEED}`).toBe(true);
  const script = words.map((word) => `printf '%s\\0' ${shellWord(word)}`).join('\n');
  expect((await shell(`export LC_ALL=C.UTF-8\n${script}`)).out.split('\0').slice(0, -1)).toEqual(words);
});

test('shown text is on one line and has no controls; JSON keeps its value', () => {
  for (let round = 0; round < 500; round++) {
    const text = hostile();
    expect(isSafeText(safeText(text)), `seed ${SEED}, ${JSON.stringify(text)}`).toBe(true);
    const json = safeJson(JSON.stringify({ [text]: text }, null, 2));
    expect(isSafeOutput(json)).toBe(true);
    expect(JSON.parse(json)).toEqual({ [text]: text });
  }
});

test('every command that lists, shows or complains prints no control character', async () => {
  const name = hostile();
  const one = {
    ...machine('box', { id: BOX, reason: said(hostile()), lastLine: hostile(), log: hostile() }),
    definition: { ...machine().definition, name, note: `${hostile()}\n${hostile()}`, disks: [{ path: hostile(), readonly: false }] },
  };
  const taken = snapshot('A', hostile(), 1, { note: hostile(), reason: said(hostile()), thumbnail: hostile(), state: 'damaged' });
  const program = await scriptedProgram({
    machines: { list: () => [one], bin: () => [{ ...one, deletedAt: 1, snapshots: 1, protectedSnapshots: [], freedBytes: 0 }] },
    snapshots: { timeline: () => timeline([taken]) },
    disks: { list: () => [{ slot: 0, sizeBytes: 1, hostBytes: 1, problem: { code: 'text', facts: { text: hostile() } } }] },
    images: {
      templates: () => {
        const trouble = faultWith('mirror-address-wrong', { address: hostile() });
        return [{ name: hostile(), title: hostile(), parts: 'unavailable', source: 'mirror', trouble }] as never;
      },
    },
  });
  const argument = name.replaceAll('\0', '');
  const calls = [
    ...[['list'], ['list', '--json'], ['list', '--deleted'], ['templates'], ['templates', '--json']],
    ...[
      ['show', BOX],
      ['show', BOX, '--json'],
      ['snapshot', 'list', BOX],
      ['snapshot', 'list', BOX, '--json'],
    ],
    ...[
      ['snapshot', 'show', BOX, '@1'],
      ['disk', 'list', BOX],
      ['show', argument],
      ['start', argument],
      ['create', argument, '--bare', argument],
    ],
    ...[['disasm', argument], ['run', '--bare', argument], ['snapshot', 'restore', BOX, argument], [argument]],
  ];
  for (const call of calls) {
    const { out, err } = await program.viv(...call);
    expect(isSafeOutput(out + err), `seed ${SEED}: viv ${JSON.stringify(call)} printed ${JSON.stringify(out + err)}`).toBe(true);
    expect(out + err, `viv ${JSON.stringify(call)}`).not.toBe('');
    expect(err).not.toMatch(/^ {4}at /m);
  }
});

test('a name with control characters is refused, and said safely', async () => {
  const { err, status } = await shell(`viv create $'\\e[31mred' --template hello-riscv64`);
  expect(err).toBe('viv: NAME has control characters or direction marks in it: "\\u{1b}[31mred"\nTry: viv create --help\n');
  expect(status).toBe(2);
});
