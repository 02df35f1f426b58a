/**
 * Standard input, output and error each a terminal, a pipe, a file, /dev/null, a full disk, closed, slow and gone, times
 * the commands that carry bytes: the right bytes, the right status, one sentence at most, and an end.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node-pty';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { echoesUntilQ } from './bare-program.ts';
import { shell } from './shell.ts';
import { VIV, type Result } from './viv.ts';

const TEXT = 'what it printed';
const FULL = 'viv: standard output cannot be written to: no space left on device\n';
const DISK = 'a disk of this content'.padEnd(4096, '.');

let home: string;
/** Standard error says what work that takes a while is at, and of what kind an image of a running machine without an agent is. */
const SAID = /^viv: ([Ww]riting|the image is as after a power failure:) .*\n/gm;
async function run(line: string): Promise<Result> {
  const result = await shell(line, home);
  return { ...result, err: result.err.replace(SAID, '') };
}
/** Outside of a test. */
const atOnce = (...words: readonly string[]) =>
  execFileSync(process.execPath, [VIV, ...words], { env: { ...process.env, VIVARIUM_HOME: home }, stdio: 'ignore' });
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'vivarium-matrix-'));
  writeFileSync(join(home, 'program'), echoesUntilQ(TEXT));
  writeFileSync(join(home, 'disk.img'), DISK);
  atOnce('create', 'box', '--bare', join(home, 'program'), '--memory', '16M');
  atOnce('disk', 'import', 'box', join(home, 'disk.img'));
  atOnce('start', 'box');
}, 120_000);
afterAll(() => {
  atOnce('stop', 'box');
  rmSync(home, { recursive: true, force: true });
}, 120_000);

const COMMANDS: readonly (readonly [string, string | ReturnType<typeof expect.stringContaining>])[] = [
  ['log box', TEXT],
  ['console box < /dev/null', TEXT],
  ['list --json', expect.stringContaining('"name": "box"')],
  ['disk export box 1 - --format raw', DISK],
];

describe.each(COMMANDS)('viv %s', (command, whole) => {
  test('into a pipe, a file, a slow reader', async () => {
    expect(await run(`viv ${command} | cat`)).toEqual({ out: whole, err: '', status: 0 });
    expect(await run(`viv ${command} > out; s=$?; cat out; exit $s`)).toEqual({ out: whole, err: '', status: 0 });
    expect(await run(`viv ${command} | (sleep 1; cat)`)).toEqual({ out: whole, err: '', status: 0 });
  });
  test('into nothing: /dev/null, closed', async () => {
    expect(await run(`viv ${command} > /dev/null`)).toEqual({ out: '', err: '', status: 0 });
    expect(await run(`viv ${command} >&-`)).toEqual({ out: '', err: '', status: 0 });
  });
  test('onto a full disk, also with nowhere to say so', async () => {
    expect(await run(`viv ${command} > /dev/full`)).toEqual({ out: '', err: FULL, status: 1 });
    expect(await run(`viv ${command} > /dev/full 2>&-`)).toEqual({ out: '', err: '', status: 1 });
    expect(await run(`viv ${command} > /dev/full 2> /dev/full`)).toEqual({ out: '', err: '', status: 1 });
  });
  test('to a reader that has gone', async () => {
    const line = `exec 3> >(exit 0); sleep 0.3; viv ${command} >&3`;
    expect(await run(line)).toEqual({ out: '', err: '', status: 141 });
  });
  test('on a terminal', async () => {
    const env = { ...process.env, VIVARIUM_HOME: home, VIV: `${process.execPath} ${VIV}` };
    const terminal = spawn('sh', ['-c', `$VIV ${command}`], { cols: 200, rows: 30, env });
    let text = '';
    terminal.onData((piece) => (text += piece));
    const status = await new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
    if (command.startsWith('disk export')) {
      expect(text).toContain('standard output is a terminal');
      expect(status).toBe(2);
    } else {
      expect(text).toContain(command.startsWith('list') ? '"name": "box"' : TEXT);
      expect(status).toBe(0);
    }
  });
  test('with standard error a file, closed and full', async () => {
    for (const errors of ['2> errors', '2>&-', '2> /dev/full', '2> >(exit 0)'])
      expect(await run(`viv ${command} ${errors}`), errors).toEqual({ out: whole, err: '', status: 0 });
  });
});

describe('viv console: standard input', () => {
  const echoed = (input: string) => ({ out: expect.stringMatching(new RegExp(`${input}$`)) as string, err: '', status: 0 });
  test('a pipe, a slow pipe, a file: all of it, and then the end', async () => {
    expect(await run(`printf abc | viv console box`)).toEqual(echoed('abc'));
    expect(await run(`(printf d; sleep 1.5; printf e) | viv console box`)).toEqual(echoed('de'));
    expect(await run(`printf fgh > in; viv console box < in`)).toEqual(echoed('fgh'));
  });
  test('closed, a folder, at its end', async () => {
    for (const input of ['<&-', '< /tmp', '< /dev/null']) expect(await run(`viv console box ${input}`), input).toEqual(echoed('fgh'));
  });
  test('more than any buffer arrives whole and in order', async () => {
    const line = `seq 1 40000 | tr -d q > in; viv console box < in > out; s=$?; tail -c $(stat -c %s in) out | cmp - in && exit $s`;
    expect(await run(line)).toEqual({ out: '', err: '', status: 0 });
  });
});
